# SPDX-License-Identifier: BSD-2-Clause
# Judges one program's output in the Test Anything Protocol.
#   awk -v name=NAME -v ended=WHY -v counts=FILE -f tool/tap.awk OUTPUT
# Prints the TAP lines and what is wrong with them, and appends "PASSED FAILED" to
# FILE. WHY is "ok" if the program ended as it should, else what happened instead.
# Missing, repeated or stray results, a wrong or missing plan, a kernel panic and a bad
# ending are failures. A skipped test (`ok N # SKIP`) is neither passed nor failed.
# Results of subtests, indented by four blanks, count too, but not towards the plan.

function fail(reason) {
    failed++
    print "not ok - " name ": " reason
}

{ sub(/\r+$/, "") }

/^1\.\.[0-9]+/ {
    print
    if (have_plan)
        fail("a second plan")
    have_plan = 1
    plan = substr($0, 4) + 0
}

/^(not )?ok([ \t]|$)/ {
    print
    line = $0
    bad = sub(/^not /, "", line)
    sub(/^ok[ \t]*/, "", line)
    number = line ~ /^[0-9]+/ ? line + 0 : last + 1
    last = number
    if (number in seen) {
        fail("a second result for test " number)
        next
    }
    seen[number] = 1
    results++
    if (number > highest)
        highest = number
    if (number < 1)
        fail("there is no test " number)
    else if (bad)
        failed++
    else if (line !~ /#[ \t]*[Ss][Kk][Ii][Pp]/)
        passed++
}

# A subtest: its program has a result of its own, which follows.
/^    (not )?ok([ \t]|$)/ {
    print
    if (/^    not/)
        failed++
    else if (!/#[ \t]*[Ss][Kk][Ii][Pp]/)
        passed++
}

/^(    )?#/ { print }

/^Bail out!/ {
    print
    fail("the program gave up")
}

!/^(not ok|ok|#)/ && tolower($0) ~ /kernel panic|kernel assertion/ {
    print "# " $0
    fail("kernel panic")
}

END {
    if (!NR)
        fail("no output")
    else if (!have_plan)
        fail("no plan")
    else if (highest > plan)
        fail("test " highest " is beyond the plan of " plan)
    else if (results < plan)
        fail(plan - results " of " plan " tests gave no result")
    else if (!plan)
        fail("the plan holds no test")
    if (ended != "ok")
        fail(ended == "" ? "it is not known how it ended" : ended)
    print passed + 0, failed + 0 >> counts
}
