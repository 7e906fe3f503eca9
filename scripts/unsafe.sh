#!/usr/bin/env bash
# Runs the tests of every crate with unsafe code under AddressSanitizer, which
# needs nightly Rust, and under valgrind, which looks into the C libraries too.
set -euo pipefail
cd "$(dirname "$0")/.."

crates=(kmd-ed25519 kmd-memory kmd-sandbox kmd-scrypt)
packages=("${crates[@]/#/--package=}")
target=$(rustc -vV | sed -n 's/^host: //p')

echo "unsafe: AddressSanitizer"
RUSTFLAGS=-Zsanitizer=address CARGO_TARGET_DIR=target/sanitizer \
    cargo +nightly test "${packages[@]}" --lib --tests --target "$target"

echo "unsafe: valgrind"
mapfile -t tests < <(
    cargo test "${packages[@]}" --lib --tests --no-run --message-format json |
        sed -n 's/.*"executable":"\([^"]*\)".*/\1/p'
)
[ "${#tests[@]}" -ge "${#crates[@]}" ]
for test in "${tests[@]}"; do
    echo "unsafe: $(basename "$test")"
    valgrind --quiet --error-exitcode=1 --fair-sched=yes "$test"
done
