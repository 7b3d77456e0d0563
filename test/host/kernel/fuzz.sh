#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Runs a fuzzer for a while: fuzz.sh PATH-OF-FUZZER [SECONDS]
# UXRT_FUZZ_SECONDS is how long instead (default 60), UXRT_FUZZ_CORPUS a folder whose inputs it
# starts from and adds to (default: a new one that is removed). An hour:
#   UXRT_FUZZ_SECONDS=3600 UXRT_FUZZ_CORPUS=corpus test/host/kernel/fuzz.sh \
#       build/test/host/kernel/kernel-fuzz
# A failing input is left in the current folder as crash-*; kernel-replay repeats it.
set -eu
corpus=${UXRT_FUZZ_CORPUS:-}
if [ -z "$corpus" ]; then
    corpus=$(mktemp -d)
    trap 'rm -rf "$corpus"' EXIT
fi
mkdir -p "$corpus"
export ASAN_OPTIONS="quarantine_size_mb=16:${ASAN_OPTIONS:-}"
"$1" -max_total_time="${UXRT_FUZZ_SECONDS:-${2:-60}}" -timeout=20 -rss_limit_mb=1024 \
    -max_len=4096 -len_control=0 -print_final_stats=1 "$corpus"
