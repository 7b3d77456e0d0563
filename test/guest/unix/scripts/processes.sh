# SPDX-License-Identifier: BSD-2-Clause
# Children, pipes, signals and how things end.
sleep 0 & wait $!; echo "waited $?"
sh -c 'exit 7'; echo $?
sh -c 'kill -TERM $$'; echo $?
sh -c 'kill -KILL $$' ; echo $?
nosuchcommand 2>/dev/null; echo $?
./folder 2>/dev/null; echo $?
mkdir folder; ./folder 2>/dev/null; echo $?
: >empty; chmod +x empty; ./empty; echo $?
echo 'echo script $1' >script; chmod +x script; ./script argument
printf '#!/bin/sh\necho interpreted $1 $0\n' >script; ./script argument
printf '#!/usr/bin/env sh\necho by env\n' >script; ./script
printf '#!/nowhere/at/all\n' >script; ./script 2>/dev/null; echo $?
chmod -x script; ./script 2>/dev/null; echo $?
trap 'echo caught USR1' USR1; kill -USR1 $$; echo after
trap '' USR1; kill -USR1 $$; sh -c 'kill -USR1 $$; echo ignored'; trap - USR1
(trap 'echo inner' EXIT; exit 4); echo $?
sleep 100 & child=$!; kill $child; wait $child 2>/dev/null; echo $?
for i in 1 2 3; do (sleep 0.0$i; echo $i) & done | sort
wait
seq 100000 | head -n 1
yes 2>/dev/null | head -n 2 | cat
(echo to stderr >&2) 2>&1 >/dev/null
x=$(echo inner; exit 5); echo "$x $?"
env -i A=1 B=2 sh -c 'echo $A$B$HOME'
A=3 sh -c 'echo $A'; echo "[$A]"
set -e; (false; echo not reached); echo nor this
