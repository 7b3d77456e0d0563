# SPDX-License-Identifier: BSD-2-Clause
# What the tests of files served by scripts have in common: TAP subtests of tap.sh, and
# scripts that are started and ended. To be read with `.`.
. /boot/test/tap.sh
example=/boot/example

# says TEXT NAME COMMAND...: it fails with this text in its message.
says() {
    text=$1 name=$2
    shift 2
    if message=$("$@" 2>&1); then
        is failure success "$name"
        return
    fi
    case $message in
    *"$text"*) is "$text" "$text" "$name" ;;
    *) is "$text" "$message" "$name" ;;
    esac
}

# serves NAME PROGRAM...: starts it, waits until it serves; its process is $server.
serves() {
    service=$1
    shift
    "$@" &
    server=$!
    until [ -e "/srv/$service" ]; do
        kill -0 "$server" 2>/dev/null || break
    done
}

# ends: the server that was started last.
ends() {
    kill "$server"
    wait "$server" 2>/dev/null
}
