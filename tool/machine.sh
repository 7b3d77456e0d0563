# SPDX-License-Identifier: BSD-2-Clause
# Part of ./uxrt: boots the kernel in QEMU, to use it, to debug it or to measure it.

# emulator CORES CPU OPTION...: QEMU without the parts that choose what it boots. A guest
# ends it by writing V to port 0xf4; QEMU's exit status is then V * 2 + 1. The byte that it
# has written to port 0xf5 before, a code up to 255, is in $build/code.
# $limit is empty, or a command that bounds how long QEMU runs.
emulator() {
    cores=$1
    model=$2
    shift 2
    $limit qemu-system-x86_64 -machine pc -cpu "$model" -smp "$cores" -m "$mem" \
        -nic none -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=0x01 \
        -chardev "file,id=code,path=$build/code" \
        -device isa-debugcon,iobase=0xf5,chardev=code "$@"
}

# How an emulator's exit status is to be read; "ok" if the guest ended it with success.
ending() {
    case $1 in
    0) echo 'the machine reset or shut down' ;;
    1) echo ok ;;
    3) echo 'the program reports a failure' ;;
    124 | 137) echo "hang: nothing to see for $timeout s" ;;
    *) echo "QEMU ended with status $1" ;;
    esac
}

# root_file: the file of the root task that was asked for; if none was, the system's.
root_file() {
    if [ -z "$root" ]; then
        program_file system || program_file hello
        return
    fi
    program_file "$root" && return
    [ -f "$root" ] || usage_error "no program or file $root"
    echo "$root"
}

# kernel_file: the file of the kernel that was asked for; if none was, that of the system, or
# the one for root tasks of stock kernels, as the guest tests of the kernel are.
kernel_file() {
    type=system
    [ -z "$root" ] || type=test
    file=${kernel:-$build/kernel-$type.elf}
    [ -f "$file" ] || usage_error "there is no kernel $file"
    echo "$file"
}

# run_root COMMAND...: the root task to run; with files or a command, it is packed anew.
run_root() {
    if [ $# -eq 0 ] && [ -z "$add" ]; then
        root_file
        return
    fi
    [ -z "$root" ] || usage_error "--root is another system, without files and COMMAND"
    have_system || die "this system has no process server yet"
    make_system "$build/run.elf" "$add" "$@"
    echo "$build/run.elf"
}

# exit_code STATUS: what the guest gave as its code, if it ended the emulator.
exit_code() {
    code=$(od -A n -t u1 -N 1 "$build/code" | tr -d ' ')
    echo "${code:-$(($1 / 2))}"
}

# serial_lines: options for the serial ports. A command whose input and output are not a
# terminal's has the second port for them, byte by byte; the first one, with the kernel's
# messages and the command's errors, is our standard error.
serial_lines() {
    if [ -z "$plain" ]; then
        echo -nographic
    else
        echo -display none -monitor none -chardev \
            file,id=errors,path=/dev/stderr,append=on -serial chardev:errors -serial stdio
    fi
}

# The end of the guest is the end of ./uxrt: with the code that init gave the machine.
run() {
    [ -z "$add" ] || [ -d "$add" ] || usage_error "--add takes a folder, not $add"
    prepare
    [ $# -eq 0 ] || { [ -t 0 ] && [ -t 1 ]; } || plain=yes
    root_elf=$(run_root "$@")
    kernel_elf=$(kernel_file)
    [ -z "$plain" ] || limit=$build/tool/feed
    # shellcheck disable=SC2046 # options are several words
    set -- $(serial_lines) -accel tcg,thread=multi -kernel "$kernel_elf" -initrd "$root_elf"
    [ -z "$debug" ] || set -- "$@" -d int,cpu_reset,guest_errors -D "$build/machine.log"
    status=0
    emulator "${smp:-1}" "${cpu:-max}" "$@" || status=$?
    [ $((status % 2)) -eq 1 ] || die "$(ending $status)"
    exit "$(exit_code $status)"
}

debug_kernel() {
    [ $# -eq 0 ] || usage_error "gdb takes no argument $1"
    prepare
    root_elf=$(root_file)
    kernel_elf=$(kernel_file)
    symbols=$build/kernel/$(basename "$kernel_elf")64
    [ -f "$symbols" ] || symbols=$kernel_elf
    socket=$build/gdb.socket
    rm -f "$socket"
    echo "uxrt: serial output goes to $build/serial.log"
    emulator "${smp:-1}" "${cpu:-max}" -display none -monitor none \
        -serial "file:$build/serial.log" -accel tcg,thread=multi \
        -kernel "$kernel_elf" -initrd "$root_elf" \
        -gdb "unix:path=$socket,server=on,wait=off" -S &
    machine=$!
    trap 'kill $machine 2>/dev/null || :' EXIT
    while [ ! -S "$socket" ]; do
        kill -0 $machine 2>/dev/null || die 'QEMU did not start'
        sleep 0.1
    done
    gdb -q -ex "target remote $socket" "$symbols"
}

# bench_root NAME: a root task that measures: a program by itself, or the system with a
# native program as its command.
bench_root() {
    program_file "bench/$1" && return
    grep -q "^boot/bench/$1 " "$build/boot.list" || usage_error "there is no benchmark $1"
    make_system "$build/bench.elf" "" "/boot/bench/$1"
    echo "$build/bench.elf"
}

# bench_one NAME: boots benchmark NAME with the release kernel, one instruction to the
# nanosecond, and prints what it measures beside the stock figures.
bench_one() {
    program=$(bench_root "$1")
    stock=$top/bench/$1/stock.txt
    [ -f "$stock" ] || stock=/dev/null
    log=$build/bench-$1.log
    timeout=300
    limit="timeout --foreground -k 5 $timeout"
    status=0
    emulator 1 Nehalem -display none -monitor none -serial stdio \
        -icount shift=0,sleep=off -kernel "$build/kernel-bench.elf" -initrd "$program" \
        </dev/null >"$log" 2>&1 || status=$?
    awk -f "$top/tool/bench.awk" "$stock" "$log" ||
        die "bench $1 printed no figures; its output is in $log"
    [ "$(ending $status)" = ok ] ||
        die "bench $1: $(ending $status); its output is in $log"
}

bench() {
    prepare
    [ $# -gt 0 ] ||
        set -- $(sed -n 's|^bench/\([^ ]*\) .*|\1|p' "$build/programs"; benchmarks)
    [ $# -gt 0 ] || die 'there are no benchmarks yet'
    for name; do
        bench_one "$name"
    done
}
