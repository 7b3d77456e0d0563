# SPDX-License-Identifier: BSD-2-Clause
# sum.awk: serves /srv/sum. Numbers that are written to it are added up; it gives how many
# there were, their sum and their mean.
#   awk -f sum.awk <>/srv/.serve/sum >&0
{ answer = "err ENOSYS" }
$1 == "stat" { answer = "ok c" }
$1 == "get" { answer = "text " count + 0 " " sum + 0 " " (count ? sum / count : 0) }
$1 == "put" {
    gsub(/\\0(040|011|012)/, " ", $4)           # blanks, quoted
    words = split($4, word, " ")
    answer = $4 ~ /^[-+.0-9 ]*$/ ? "ok" : "err EINVAL"
    for (i = 1; i <= words && answer == "ok"; i++) {
        count++
        sum += word[i]
    }
}
{
    print $2, answer
    fflush()
}
