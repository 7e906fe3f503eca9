#!/usr/bin/env bash
# Does to a daemon what clients should not, many times over: abuse.sh [TIMES], by
# default 20. The daemon, as it is released, must stay within its memory, serve
# others meanwhile, and be afterwards as it was before. Prints the slowest answers
# of /health and of signing.
set -euo pipefail
cd "$(dirname "$0")/.."

export KMD_ABUSE_TIMES=${1:-20}
ulimit -n "$(ulimit -Hn)"
cargo test --release --package kmd --test abuse -- --nocapture --test-threads 1 --skip mixed::
