#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Writes all manual pages into OUT, a folder for each section, as man -M wants them: those
# made from the specification, and the hand-written ones of PAGES. Prints their names.
#   tool/abigen_man.sh OUT PAGES SPEC...
set -eu
here=$(dirname "$0")
out=$1
pages=$2
shift 2
rm -rf "$out"
mkdir -p "$out"
awk -v dir="$out" -f "$here/abigen.awk" -f "$here/abigen_man.awk" "$@"
for page in "$pages"/*.[1-9]; do
    cp "$page" "$out/"
    basename "$page"
done
for page in "$out"/*.[1-9]; do
    mkdir -p "$out/man${page##*.}"
    mv "$page" "$out/man${page##*.}/"
done
