# SPDX-License-Identifier: BSD-2-Clause
# Parameters, quoting, arithmetic, patterns, here-documents, functions.
name=value.tar.gz
echo "${name%.*} ${name%%.*} ${name#*.} ${name##*.} ${#name} ${none:-default} ${none:+set}"
: "${made:=by default}"
echo "$made" '$made' \$made "a  b" a  b
set -- one 'two words' three
for word in "$@"; do printf '[%s]' "$word"; done; echo
for word in $*; do printf '<%s>' "$word"; done; echo
echo "$# $1 ${2} $*"
shift 2
echo "$# $*"
echo $((7 / 2)) $((7 % 3)) $((1 << 20)) $((0x1f)) $((3 > 2 ? 10 : 20)) $((-5 * 3))
count=0
while [ $count -lt 5 ]; do count=$((count + 1)); [ $count -eq 3 ] && continue; echo $count; done
IFS=:
line=root:x:0:0
set -- $line
echo "$4 $3 $2 $1"
unset IFS
cat <<HERE
expanded $name $((1 + 1)) $(echo command)
HERE
cat <<'HERE'
literal $name $((1 + 1)) $(echo command)
HERE
cat <<-HERE
	tabs go
HERE
factorial() {
    if [ "$1" -le 1 ]; then echo 1; else echo $(($1 * $(factorial $(($1 - 1))))); fi
}
factorial 10
case abc.txt in *.c) echo c ;; a*.[st]xt) echo text ;; *) echo other ;; esac
printf '%05d|%-6s|%6s|%x|%o|%c|%b\n' 42 ab cd 255 8 xyz 'a\tb\0101'
while getopts ab:c option -a -b value -c rest; do echo "$option $OPTARG"; done
echo "$(printf 'a\nb\n\n\n')"
eval 'nested=$name'; echo "$nested"
(exit 3); echo $?
! true; echo $?
true && false || echo alternative
{ echo grouped; echo output; } | tr a-z A-Z
trap 'echo leaving' EXIT
