# SPDX-License-Identifier: BSD-2-Clause
# Files and folders by the core utilities.
umask 022
mkdir -p tree/a/b tree/c
echo one >tree/a/1
echo two >tree/a/b/2
printf 'no end' >tree/c/3
: >tree/empty
ls -R tree
ls -1a tree
ln tree/a/1 tree/hard
ln -s a/1 tree/soft
ln -s nowhere tree/dangling
cat tree/hard tree/soft
cat tree/dangling
readlink tree/soft; readlink tree/dangling
stat -c '%n %F %h' tree; stat -c '%n %F %s %h %a' tree/a/1 tree/soft tree/empty
chmod 640 tree/a/1; stat -c %a tree/hard
chmod u+x,g-r tree/a/1; stat -c %A tree/a/1
touch -d '2001-02-03 04:05:06' tree/a/1; TZ=UTC stat -c '%y %Y' tree/a/1
TZ=UTC date -r tree/a/1 +%F
mv tree/a/b tree/c/moved && ls tree/a tree/c
cp -r tree copy && (cd copy && find . | sort)
cp -a tree exact && readlink exact/soft
rm tree/a/1; cat tree/hard; rmdir tree/c; rm -r tree/c; ls tree
mkdir tree; echo $?
rmdir copy; echo $?
echo replaced >tree/hard; echo more >>tree/hard; cat tree/hard
dd if=/dev/zero of=sparse bs=1 count=1 seek=99999 2>/dev/null; stat -c %s sparse
truncate -s 10 sparse; wc -c <sparse
head -c 100000 /dev/zero | tr '\0' x | md5sum
seq 1 1000 | sha256sum
seq 1 10 | split -l 3 - part.; ls part.*; cat part.ac
seq 5 | tee copy1 copy2 | tail -n 2; cmp copy1 copy2 && echo same
echo different >copy2; cmp -s copy1 copy2 || echo differ
mktemp -d here.XXXXXX | cut -c1-5
pwd -P | grep -c /
cd tree && cd .. && basename "$(dirname "$(pwd)/x")" >/dev/null && echo back
[ -e tree ] && [ -d tree ] && [ ! -f tree ] && [ -L tree/soft ] && [ -s tree/hard ] &&
    [ copy1 -ef copy1 ] && echo tests
test copy2 -nt exact/a/1 && echo newer
set -- tree/*; echo "$*"
echo .[!.]* tree/.* 2>/dev/null | tr ' ' '\n' | sort | head -n 3
rm -rf tree copy exact; ls tree
exec 5>out 6<copy1; echo fifth >&5; read -r first <&6; read -r second <&6; exec 5>&- 6<&-
echo "$first $second $(cat out)"
