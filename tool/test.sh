# SPDX-License-Identifier: BSD-2-Clause
# Part of ./uxrt: runs tests, prints their TAP and counts it with tool/tap.awk. A group is
# a function group_NAME, or the programs that are called NAME/...: those of the kernel boot
# as the root task, one after the other; native ones run in one boot of the system.
groups='build host kernel transport unix libc serve tools python cores session image'

# judge NAME ENDING FILE: prints and counts the TAP in FILE.
judge() {
    awk -v name="$1" -v ended="$2" -v counts="$build/counts" \
        -f "$top/tool/tap.awk" "$3"
}

# show_tail FILE: the end of a failed program's output, as TAP comments.
show_tail() {
    tail -n 25 "$1" | tr -d '\r' | sed 's/^/#   /'
}

# Both compilers accept the sources without a warning. The main build is done already.
group_build() {
    other=clang
    case ${CC:-gcc} in *clang*) other=gcc ;; esac
    {
        echo 1..2
        echo "ok 1 - builds with ${CC:-gcc}"
        if CC=$other compile "$build/$other" 2>"$build/other.log"; then
            echo "ok 2 - builds with $other"
        else
            echo "not ok 2 - builds with $other"
            sed 's/^/# /' "$build/other.log"
        fi
    } >"$build/group.tap"
    judge build ok "$build/group.tap"
}

group_host() {
    status=0
    meson test -C "$build" --no-rebuild --print-errorlogs >"$build/host.log" 2>&1 ||
        status=$?
    awk -f "$top/tool/host.awk" "$build/meson-logs/testlog.json" >"$build/group.tap"
    ended=ok
    if [ $status -ne 0 ] && ! grep -q '^not ok' "$build/group.tap"; then
        ended="meson test ended with status $status"
    fi
    judge host "$ended" "$build/group.tap"
    [ $status -eq 0 ] || sed 's/^/# /' "$build/host.log"
}

# clock NAME CORES: how time passes. On one core, and in tests about time, it is counted in
# instructions, so that a busy host changes nothing; elsewhere cores run in parallel.
clock() {
    case $1-$2 in
    */time-* | *-1) echo '-icount shift=1,sleep=off -rtc clock=vm' ;;
    *) echo '-accel tcg,thread=multi' ;;
    esac
}

# boot TITLE CORES CPU OPTION...: boots what the options say and judges what it prints.
boot() {
    title="$1, cores: $2, $3"
    clock=$(clock "$1" "$2")
    shift
    log=$build/guest.log
    echo "# $title"
    status=0
    (
        ulimit -f 65536
        limit="$top/tool/watchdog $timeout $log"
        # shellcheck disable=SC2086 # the clock is several words
        emulator "$@" -display none -monitor none -serial stdio \
            $clock </dev/null >"$log" 2>&1
    ) || status=$?
    judge "$title" "$(ending $status)" "$log" >"$build/group.tap"
    cat "$build/group.tap"
    ! grep -q '^not ok' "$build/group.tap" || show_tail "$log"
}

# machines NAME: those that a guest test must pass on, cores and CPU model. C libraries
# and Python make no difference to the kernel: one will do.
machines() {
    if [ -n "$smp$cpu" ]; then
        echo "${smp:-1} ${cpu:-max}"
    elif [ "${1%%/*}" = libc ] || [ "${1%%/*}" = python ]; then
        echo 2 max
    else
        printf '%s\n' '1 max' '2 max' '4 max' '1 Nehalem'
    fi
}

# guest_test NAME FILE KERNEL: boots a test on each machine.
guest_test() {
    machines "$1" | while read -r cores model; do
        boot "$1" "$cores" "$model" -kernel "$build/$3" -initrd "$2"
    done
}

# guest_tests GROUP: names and files of a group's guest tests.
guest_tests() {
    grep "^$1/" "$build/programs" || :
}

# native_test TITLE PROGRAM...: boots the system on each machine to run the programs; with
# the files of $added.
added=
native_test() {
    title_of_boot=$1
    shift
    make_system "$build/test.elf" "$added" /boot/cmd/tests "$@"
    guest_test "$title_of_boot" "$build/test.elf" kernel-system.elf
}

# boot_image NAME ROOT KERNEL: boots a root task from CD, by both kinds of firmware.
boot_image() {
    iso=$build/test.iso
    echo "# image of $1"
    if ! make_image "$build/$3" "$2" "$iso"; then
        echo "not ok - the image could not be made"
        echo 0 1 >>"$build/counts"
        return
    fi
    boot "$1 from CD by BIOS" "${smp:-2}" "${cpu:-max}" -cdrom "$iso"
    boot "$1 from CD by UEFI" "${smp:-2}" "${cpu:-max}" -cdrom "$iso" \
        -bios /usr/share/ovmf/OVMF.fd
}

# A test of the kernel, and the system with a native test.
group_image() {
    name=$(guest_tests kernel | sed 's/ .*//; q')
    boot_image "$name" "$(program_file "$name")" kernel-test.elf
    have_system || return 0
    make_system "$build/test.elf" '' /boot/cmd/tests /boot/test/transport/record
    boot_image system/record "$build/test.elf" kernel-system.elf
}

# A session at the console, driven by expect(1).
group_session() {
    title="session, cores: ${smp:-1}"
    ended=ok
    limit= expect "$top/tool/session.exp" "$top/uxrt" run --smp "${smp:-1}" \
        >"$build/group.tap" 2>&1 </dev/null || ended="expect ended with status $?"
    judge "$title" "$ended" "$build/group.tap"
}

# Programs in Python, by the one that the host has.
group_python() {
    added=$build/python
    rm -rf "$added"
    if "$top/tool/python" "$added"; then
        native_test python $(native_tests python)
    else
        printf '%s\n' 1..1 'ok 1 # SKIP the host has no python3 of Debian' >"$build/group.tap"
        judge python ok "$build/group.tap"
    fi
}

# has_tests GROUP
has_tests() {
    case $1 in
    build | host) ;;
    session) have_system ;;
    image) [ -n "$(guest_tests kernel)" ] ;;
    *) [ -n "$(guest_tests "$1"; native_tests "$1")" ] ;;
    esac
}

# run_group GROUP
run_group() {
    echo "# group $1"
    case $1 in
    build | host | image | session) "group_$1" ;;
    python) (group_python) ;;
    *)
        guest_tests "$1" | while read -r name file; do
            guest_test "$name" "$file" kernel-test.elf
        done
        # shellcheck disable=SC2046 # names have no blanks
        [ -z "$(native_tests "$1")" ] || native_test "$1" $(native_tests "$1")
        ;;
    esac
}

# check_name NAME: ends with a message unless NAME is a group or a guest test.
check_name() {
    case " $groups " in
    *" $1 "*) has_tests "$1" || usage_error "the group $1 has no tests yet" ;;
    *)
        program_file "$1" >/dev/null || is_native_test "$1" ||
            usage_error "there is no test or group $1"
        ;;
    esac
}

is_native_test() {
    grep -q "^boot/test/$1 " "$build/boot.list"
}

# one_test GROUP/NAME
one_test() {
    if [ "${1%%/*}" = python ]; then
        (group_python)
    elif is_native_test "$1"; then
        native_test "$1" "/boot/test/$1"
    else
        guest_test "$1" "$(program_file "$1")" kernel-test.elf
    fi
}

test_all() {
    prepare
    for name; do
        check_name "$name"
    done
    if [ $# -eq 0 ]; then
        for name in $groups; do
            ! has_tests "$name" || set -- "$@" "$name"
        done
    fi
    : >"$build/counts"
    for name; do
        case $name in
        */*) one_test "$name" ;;
        *) run_group "$name" ;;
        esac
    done
    awk '{ passed += $1; failed += $2 }
        END { printf "%d passed, %d failed\n", passed, failed; exit failed + !passed > 0 }
    ' "$build/counts"
}
