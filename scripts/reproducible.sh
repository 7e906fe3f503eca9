#!/usr/bin/env bash
# Builds the committed source twice, in two folders of different names, and
# compares the bytes. Takes as long as four release builds.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH

commit=$(git rev-parse HEAD)
for copy in one another/and-deeper; do
    mkdir -p "$work/$copy"
    git archive "$commit" | tar -x -C "$work/$copy"
    (unset DIST_BUILD_DIR CARGO_TARGET_DIR && "$work/$copy/scripts/dist.sh" >"$work/log" 2>&1) || {
        cat "$work/log" >&2
        exit 1
    }
    cp "$work/$copy/target/dist/SHA256SUMS" "$work/sums-${copy%%/*}"
done

cat "$work/sums-one"
if ! diff "$work/sums-one" "$work/sums-another"; then
    echo "reproducible: two builds of the same source differ" >&2
    exit 1
fi
echo "reproducible: both builds are the same"
