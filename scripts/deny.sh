#!/usr/bin/env bash
# Checks the dependencies: duplicates, licences, sources (see deny.toml).
set -euo pipefail
cd "$(dirname "$0")/.."

if ! cargo deny --version >/dev/null 2>&1; then
    echo "deny: cargo-deny is missing: building it, which takes some minutes" >&2
    # Its own target directory: nothing of ours is built again because of it.
    CARGO_TARGET_DIR=target/cargo-deny cargo install cargo-deny --locked --quiet
    rm -rf target/cargo-deny
fi
cargo deny check --hide-inclusion-graph bans licenses sources
