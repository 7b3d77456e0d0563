# SPDX-License-Identifier: BSD-2-Clause
# Prints the `bench NAME VALUE` lines of a program beside the figures of stock seL4.
#   awk -f tool/bench.awk STOCK OUTPUT
# STOCK has lines `NAME ONE-CORE MANY-CORES`, "-" where nothing is known. Fails if the
# output has no measurement.

function column(value) {
    return value == "" ? "-" : value
}

{ sub(/\r+$/, "") }

FILENAME != ARGV[2] {
    if ($0 !~ /^#/) {
        one[$1] = $2
        many[$1] = $3
    }
    next
}

$1 == "bench" && NF == 3 {
    if (!found++)
        printf "%-24s %10s %10s %10s %8s\n", "instructions", "UX/RT", "stock",
            "stock SMP", "ratio"
    ratio = one[$2] > 0 ? sprintf("%.2f", $3 / one[$2]) : "-"
    printf "%-24s %10s %10s %10s %8s\n", $2, $3, column(one[$2]), column(many[$2]), ratio
}

END { exit !found }
