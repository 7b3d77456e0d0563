# SPDX-License-Identifier: BSD-2-Clause
# Prints the `bench NAME VALUE` lines of a program beside the figures of stock seL4.
#   awk -f tool/bench.awk STOCK OUTPUT
# STOCK has lines `NAME ONE-CORE MANY-CORES`, "-" where nothing is known, and may name its
# columns by `columns ONE MANY`. Fails if the output has no measurement.

BEGIN {
    title_one = "stock"
    title_many = "stock-SMP"
}

function column(value) {
    return value == "" ? "-" : value
}

{ sub(/\r+$/, "") }

FILENAME != ARGV[2] {
    if ($1 == "columns") {
        title_one = $2
        title_many = $3
    } else if ($0 !~ /^#/) {
        one[$1] = $2
        many[$1] = $3
    }
    next
}

$1 == "bench" && NF == 3 {
    if (!found++)
        printf "%-24s %10s %10s %10s %8s\n", "instructions", "UX/RT", title_one, title_many,
            "ratio"
    ratio = one[$2] > 0 ? sprintf("%.2f", $3 / one[$2]) : "-"
    printf "%-24s %10s %10s %10s %8s\n", $2, $3, column(one[$2]), column(many[$2]), ratio
}

END { exit !found }
