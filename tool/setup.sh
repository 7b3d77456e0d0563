# SPDX-License-Identifier: BSD-2-Clause
# Part of ./uxrt: gets the packages and builds. Uses $top and $build.

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# missing_packages: names those of the list that Debian has not installed.
missing_packages() {
    sed 's/[ \t]*#.*//; /^$/d' "$top/packages" | while read -r package; do
        state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) || state=
        [ "$state" = 'install ok installed' ] || echo "$package"
    done
}

# install_packages: installs what is missing; on other systems than Debian, nothing.
install_packages() {
    command -v dpkg-query >/dev/null || return 0
    missing=$(missing_packages | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    echo "uxrt: installing ${missing% }" >&2
    log=$build/packages.log
    mkdir -p "$build"
    if ! {
        as_root apt-get -q -o DPkg::Lock::Timeout=300 update &&
            as_root env DEBIAN_FRONTEND=noninteractive \
                apt-get -q -o DPkg::Lock::Timeout=300 install \
                -y --no-install-recommends $missing
    } >"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        die "apt could not install the packages; its output is in $log"
    fi
}

# compile FOLDER: builds everything there; quiet unless it fails.
compile() {
    if [ ! -f "$1/build.ninja" ]; then
        mkdir -p "$1"
        if ! meson setup "$1" "$top" >"$1/setup.log" 2>&1; then
            cat "$1/setup.log" >&2
            return 1
        fi
    fi
    ninja --quiet -C "$1" >"$1/build.log" 2>&1 && return 0
    cat "$1/build.log" >&2
    return 1
}

# prepare: everything built and all tools there, or the end.
prepare() {
    install_packages
    compile "$build" || die 'the build failed'
}

# program_file NAME: prints the file of a guest program; fails if there is none.
program_file() {
    awk -v name="$1" '$1 == name { print $2; found = 1 } END { exit !found }' \
        "$build/programs"
}
