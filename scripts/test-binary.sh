#!/usr/bin/env bash
# Uses a built binary as it is given to others: test-binary.sh BINARY
# In the sandbox that ends the process for whatever it refuses, and started a
# second time, when nothing has to be made before the sandbox is entered.
set -euo pipefail

binary=$(realpath "$1")
work=$(mktemp -d)
cd "$work"
trap 'kill "$daemon" 2>/dev/null || true; rm -rf "$work"' EXIT
export KMD_ADDRESS=127.0.0.1:0 KMD_SANDBOX=strict

(umask 077 && echo "of a wallet that is thrown away" >password)
for name in first second; do
    "$binary" -d "$work/data" >said &
    daemon=$!
    for _ in $(seq 100); do
        grep -q "serving on" said && break
        sleep 0.1
    done
    kmd() { "$binary" "$@" --no-start -d "$work/data"; }
    kmd wallet create "$name" --password-file password >/dev/null
    kmd key new -w "$name" --password-file password >/dev/null
    kill -TERM "$daemon"
    wait "$daemon"
done
echo "test-binary: $(basename "$binary") makes wallets and keys in the sandbox, also when it is started again"
