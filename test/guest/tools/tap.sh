# SPDX-License-Identifier: BSD-2-Clause
# For tests that are scripts: `. /boot/test/tap.sh`. Prints TAP subtests (tests(8)); ends
# with `tap_end`.
number=0
failed=0

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

# holds NAME COMMAND...: the command succeeds.
holds() {
    name=$1
    shift
    status=0
    "$@" >/dev/null 2>&1 || status=$?
    is 0 $status "$name"
}

# fails NAME COMMAND...: it does not.
fails() {
    name=$1
    shift
    status=0
    "$@" >/dev/null 2>&1 || status=1
    is 1 $status "$name"
}

# soon COMMAND...: waits until it succeeds, a minute at most.
soon() {
    tries=0
    until "$@" >/tmp/soon 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] || return 1
        sleep 0.1
    done
}

# server NAME: sets `pid` to the process that serves it. Without a pipe, as that may be
# what is missing.
server() {
    pid=
    while read -r _ process name; do
        [ "$name" != "$1" ] || pid=$process
    done </proc/sys/services
    [ -n "$pid" ]
}

# restarted NAME PID: it is served, by another process than this one.
restarted() {
    server "$1" && [ "$pid" != "$2" ]
}

# killed NAME: kills the server and waits for the new one.
killed() {
    server "$1"
    kill -9 "$pid"
    soon restarted "$1" "$pid"
}

tap_end() {
    echo "    1..$number"
    exit $((failed != 0 || number == 0))
}
