#!/usr/bin/env bash
# Runs two real clients, and the programs of examples/, against the built daemon:
# run.sh [BINARY]
#
# Their packages go to .test-clients/ and stay there until a pinned version
# changes. TEST_TRANSACTIONS is the number of random transactions that both
# sign and kmd has to sign alike, 2,000 unless said otherwise. The daemon gets a directory of its own, a cheap KDF and a free port.
set -euo pipefail

binary=$(realpath "${1:-$(dirname "$0")/../../target/release/kmd}")
cd "$(dirname "$0")/../.."
tests=tests/clients
cache=.test-clients
work=$(mktemp -d)
data=$work/data
pid=
passed=0
failed=0

main() {
    install_python
    install_javascript
    trap clean_up EXIT
    start_daemon
    run_client python "$cache/python/bin/python" -u "$tests/python/test_kmd.py"
    run_client javascript node "$cache/javascript/test_kmd.mjs"
    export KMD_TRANSACTIONS=$work/transactions
    run_client differential-python "$cache/python/bin/python" -u "$tests/python/differential.py"
    run_client differential-javascript node "$cache/javascript/differential.mjs"
    run_client wallet-files "$cache/python/bin/python" -u "$tests/python/wallet_files.py"
    run_example python "$cache/python/bin/python" examples/create_and_sign.py "$data"
    run_example javascript node "$cache/javascript/create_and_sign.mjs" "$data"
    run_example shell env KMD="$binary" examples/create_and_sign.sh "$data"
    stop_daemon
    echo "clients: $passed passed, $failed failed"
    [ "$failed" -eq 0 ]
}

install_python() {
    local wanted=$tests/python/requirements.txt installed=$cache/python/requirements.txt
    if cmp -s "$wanted" "$installed" && "$cache/python/bin/python" -c 'import algosdk' 2>/dev/null; then
        return
    fi
    echo "clients: installing $(cat "$wanted")"
    rm -rf "$cache/python"
    python3 -m venv "$cache/python"
    "$cache/python/bin/python" -m pip install --quiet --disable-pip-version-check -r "$wanted"
    cp "$wanted" "$installed"
}

install_javascript() {
    local lock=$tests/javascript/package-lock.json installed=$cache/javascript/installed.json
    mkdir -p "$cache/javascript"
    # Node looks for packages beside the file that imports them.
    cp "$tests"/javascript/{package.json,package-lock.json,.npmrc,test_kmd.mjs,differential.mjs} "$cache/javascript/"
    cp examples/create_and_sign.mjs "$cache/javascript/"
    if cmp -s "$lock" "$installed"; then
        return
    fi
    echo "clients: installing the packages of $lock"
    npm ci --silent --prefix "$cache/javascript"
    cp "$lock" "$installed"
}

start_daemon() {
    mkdir -m 700 "$data"
    cat >"$data/kmd_config.json" <<'JSON'
{
  "address": "127.0.0.1:0",
  "session_lifetime_secs": 300,
  "drivers": {"sqlite": {"scrypt": {"scrypt_n": 2}, "allow_unsafe_scrypt": true}}
}
JSON
    "$binary" -d "$data" >"$work/stdout" 2>"$work/stderr" </dev/null &
    pid=$!
    for _ in $(seq 300); do
        KMD_ADDRESS=$(sed -n 's/^kmd: serving on //p' "$work/stdout")
        if [ -n "$KMD_ADDRESS" ]; then
            KMD_TOKEN=$(head -n 1 "$data/kmd.token")
            KMD_DATA=$data
            export KMD_ADDRESS KMD_TOKEN KMD_DATA
            return
        fi
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    echo "clients: the daemon does not serve" >&2
    show_daemon
    return 1
}

run_client() {
    local name=$1 counts
    shift
    "$@" 2>&1 | tee "$work/$name" || true
    counts=$(tail -n 1 "$work/$name")
    if [[ $counts =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        count "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
    else
        echo "not ok - $name ended without a count"
        count 0 1
    fi
}

# An example prints two lines, and the last one only when the signature was right.
run_example() {
    local name=$1
    shift
    if "$@" 2>&1 | tee "$work/example" && tail -n 1 "$work/example" | grep -q 'the signature verifies$'; then
        echo "ok - example: $name"
        count 1 0
    else
        echo "not ok - example: $name"
        count 0 1
    fi
}

stop_daemon() {
    local status=0
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" || status=$?
    pid=
    if [ "$status" -eq 0 ]; then
        echo "ok - the daemon stops when told to"
        count 1 0
    else
        echo "not ok - the daemon ended with exit code $status"
        count 0 1
    fi
    [ "$failed" -eq 0 ] || show_daemon
}

count() {
    passed=$((passed + $1))
    failed=$((failed + $2))
}

show_daemon() {
    echo "--- what the daemon printed and logged last" >&2
    tail -n 20 "$work/stdout" "$work/stderr" "$data/kmd.log" >&2 2>/dev/null || true
}

clean_up() {
    if [ -n "$pid" ]; then
        kill -TERM "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    fi
    rm -rf "$work"
}

main
