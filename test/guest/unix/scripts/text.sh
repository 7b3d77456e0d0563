# SPDX-License-Identifier: BSD-2-Clause
# Filters in pipelines.
seq 20 | sort -r | head -n 3
printf 'b 2\na 10\nc 1\n' | sort -k2n
printf 'b\na\nb\n' | sort | uniq -c
printf 'x:y:z\n1:2:3\n' | cut -d: -f1,3
printf '1 a\n2 b\n' >left; printf '1 A\n3 C\n' >right
join left right; paste left right; comm left right
echo 'Hello World' | tr 'A-Za-z' 'N-ZA-Mn-za-m'
seq 3 | tac; seq 3 | nl; seq 12 | pr -t -3 -l 4 2>/dev/null; seq 5 | shuf | sort -n
seq 9 | xargs -n 3 echo
printf 'tab\tseparated\n' | expand -t 4; fold -w 5 <<E
abcdefghijkl
E
fmt -w 20 <<E
some words that are to be filled into lines
E
echo abc | od -c; echo abc | base64; printf 'abc' | cksum
busybox sed -n 's/\(.\)\(.\)/\2\1/p' <<E
ab
E
busybox awk '{ sum += $1 } END { print sum, NR }' <<E
1
2
3
E
busybox grep -n 'b' <<E
a
b
E
yes | head -n 3
expr 3 + 4; expr abc : 'a\(.*\)'; factor 360; seq -s, 5
wc <<E
one two
three
E
numfmt --to=iec 1048576
date -u -d @0 +%Y-%m-%dT%H:%M:%S
printf '%s\n' a b c | while read -r letter; do echo "<$letter>"; done
i=0; yes | while read -r y; do i=$((i + 1)); [ $i -lt 1000 ] || { echo $i; break; }; done
