# SPDX-License-Identifier: BSD-2-Clause
# Turns meson's log of host tests into one TAP stream, subtests and all.
#   awk -f tool/host.awk BUILD/meson-logs/testlog.json
# A test that failed without saying which part of it did gets a `not ok` of its own.

# The value of a string member of the JSON object on this line, escapes still in it.
function member(key,    start, text) {
    start = index($0, "\"" key "\": \"")
    if (!start)
        return ""
    text = substr($0, start + length(key) + 5)
    match(text, /^([^"\\]|\\.)*/)
    return substr(text, 1, RLENGTH)
}

function result(line) {
    sub(/^[0-9]+[ \t]*(- )?/, "", line)
    return line
}

{
    name = member("name")
    lines = split(member("stdout"), line, /\\n/)
    verdict = member("result")
    parts = bad = 0
    for (i = 1; i <= lines; i++) {
        if (line[i] ~ /^ok /)
            print "ok " ++number " - " name ": " result(substr(line[i], 4))
        else if (line[i] ~ /^not ok /)
            print "not ok " ++number " - " name ": " result(substr(line[i], 8))
        else
            continue
        parts++
        bad += line[i] ~ /^not/
    }
    if (verdict == "OK" && !parts)
        print "ok " ++number " - " name
    else if (verdict == "SKIP" && !parts)
        print "ok " ++number " - " name " # SKIP"
    else if (verdict != "OK" && !bad)
        print "not ok " ++number " - " name ": " tolower(verdict)
}

END { print "1.." number + 0 }
