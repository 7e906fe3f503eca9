#!/usr/bin/env bash
# Lets wallets be created, used, renamed, left to expire and deleted for so many
# minutes: soak.sh [MINUTES], by default 15. Prints every minute what the daemon
# takes; memory, descriptors, threads and files must not grow.
set -euo pipefail
cd "$(dirname "$0")/.."

export KMD_SOAK_SECONDS=$((${1:-15} * 60))
cargo test --package kmd --test abuse mixed:: -- --nocapture
