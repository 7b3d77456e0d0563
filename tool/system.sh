# SPDX-License-Identifier: BSD-2-Clause
# Part of ./uxrt: the system's root task, the process server with its boot files, made
# anew with other files or with a command for init to run.

# have_system: is there a system to boot, or only programs of the kernel's tests?
have_system() {
    program_file system >/dev/null
}

# make_system OUTPUT FOLDER ARGUMENT...: FOLDER, if not empty, is laid over boot/root;
# the arguments, if there are some, are the command that init runs. $plain: see tool/pack.
make_system() {
    packed=$1
    overlay=$2
    shift 2
    words=
    if [ $# -gt 0 ]; then
        words=$packed.command
        printf '%s\0' "$@" >"$words"
    fi
    "$top/tool/pack" "${CC:-gcc}" "$build/proc/libproc.a" "$build/boot.list" "$packed" \
        "$overlay" "$words" "$plain" || die 'the system could not be packed'
}

# native_tests GROUP: names of its native test programs, in the image.
native_tests() {
    sed -n "s|^\(boot/test/$1/[^ ]*\) .*|/\1|p" "$build/boot.list"
}

# benchmarks: names of the native ones, in the image; servers that they need are not.
benchmarks() {
    sed -n 's|^boot/bench/\([^_ ]*\) .*|\1|p' "$build/boot.list"
}
