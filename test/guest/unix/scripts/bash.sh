# SPDX-License-Identifier: BSD-2-Clause
# What bash has and other shells have not.
array=(one two 'three words'); array+=(four)
echo "${#array[@]} ${array[2]} ${array[-1]} ${array[@]:1:2}"
declare -A map=([a]=1 [b]=2); for key in $(printf '%s\n' "${!map[@]}" | sort); do echo "$key=${map[$key]}"; done
[[ abc123 =~ ^([a-z]+)([0-9]+)$ ]] && echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
text=Hello; echo "${text,,} ${text^^} ${text:1:3} ${text/l/L} ${text//l/L}"
mapfile -t lines < <(seq 3); echo "${#lines[@]} ${lines[2]}"
diff <(seq 3) <(seq 4) >/dev/null; echo $?
cat <<<"here string"
for ((i = 0; i < 3; i++)); do printf '%d ' "$i"; done; echo
echo {a..e} {1..10..3} x{1,2}y
shopt -s extglob
case file.c in !(*.h)) echo extglob ;; esac
set -o pipefail; false | true; echo $?
printf '%q %(%Y)T\n' 'a b' 0
coproc tr a-z A-Z; echo through >&"${COPROC[1]}"; eval "exec ${COPROC[1]}>&-"; cat <&"${COPROC[0]}"
read -r -a words <<<'split into words'; echo "${words[1]}"
echo $((16#ff)) $((2**40))
trap 'echo line $LINENO' ERR; false; trap - ERR
time_spent=$SECONDS; echo $((time_spent < 100))
exec {file}>made; echo by descriptor >&$file; exec {file}>&-; cat made
wait -n 2>/dev/null; (exit 3) & wait -n; echo $?
