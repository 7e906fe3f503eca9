#!/usr/bin/env bash
# Runs the tests of every crate with unsafe code under AddressSanitizer, which
# needs nightly Rust, and under valgrind, which looks into the C libraries too.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(rustc -vV | sed -n 's/^host: //p')

sanitize() {
    echo "unsafe: AddressSanitizer: $1"
    RUSTFLAGS=-Zsanitizer=address CARGO_TARGET_DIR=target/sanitizer \
        cargo +nightly test --package "$1" --lib --tests --target "$target"
}

# rustix asks libc here: valgrind does not show it the pages that it would look
# at by itself. Left out is what limits or measures memory, since valgrind takes
# some itself, and what would take hours: the comparison with the crate scrypt,
# and the vector of a gibibyte.
check() {
    RUSTFLAGS="--cfg rustix_use_libc" CARGO_TARGET_DIR=target/valgrind \
        cargo test --package "$1" --lib --tests --no-run --message-format json |
        sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' |
        grep -vE '/(scarce|memory)-[0-9a-f]*$' |
        while read -r test; do
            echo "unsafe: valgrind: $(basename "$test")"
            valgrind --quiet --error-exitcode=1 --fair-sched=yes "$test" --test-threads 1 \
                --skip the_same_as_the_crate --skip rfc_7914_large
        done
}

for crate in kmd-ed25519 kmd-memory kmd-scrypt; do
    sanitize "$crate"
    check "$crate"
done
# In the sandbox nothing may start a process, as who looks for leaks does, nor
# make the system calls of valgrind itself.
ASAN_OPTIONS=detect_leaks=0 sanitize kmd-sandbox
echo "unsafe: nothing was found"
