# SPDX-License-Identifier: BSD-2-Clause
# What the tests of files served by scripts have in common: TAP subtests (tests(1)), and
# scripts that are started and ended. To be read with `.`.
number=0
failed=0
example=/boot/example

# is EXPECTED GOT NAME
is() {
    number=$((number + 1))
    if [ "$1" = "$2" ]; then
        echo "    ok $number - $3"
    else
        failed=$((failed + 1))
        echo "    not ok $number - $3"
        printf "got '%s', expected '%s'\n" "$2" "$1" | sed 's/^/    # /'
    fi
}

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

tests_done() {
    echo "    1..$number"
    exit $failed
}
