#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Writes the headers with numbers that abi/spec describes, or checks that they are
# as it says. They are kept in the tree, for readers and for compilers without a build.
#   tool/abigen_headers.sh           rewrites them
#   tool/abigen_headers.sh --check   says which ones are out of date
set -eu
cd "$(dirname "$0")/.."
new=$(mktemp)
trap 'rm -f "$new"' EXIT
status=0
for header in syscall syscall_debug syscall_bench invocation; do
    awk -v mode=$header -f tool/abigen.awk abi/spec/*.spec >"$new"
    if cmp -s "$new" "abi/include/abi/$header.h"; then
        continue
    elif [ "${1-}" = --check ]; then
        echo "abi/include/abi/$header.h is not what abi/spec says: run $0"
        status=1
    else
        cat "$new" >"abi/include/abi/$header.h"
    fi
done
exit $status
