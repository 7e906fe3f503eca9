#!/usr/bin/env bash
# Checks with promtool what is given to Prometheus: check-metrics.sh [BINARY]
#
# The page of a daemon that has done some work, the alert rules, and their
# tests. Where promtool is missing, says so loudly and passes.
set -euo pipefail

binary=$(realpath "${1:-$(dirname "$0")/../target/release/kmd}")
cd "$(dirname "$0")/.."
# Where setup.sh unpacks it.
export PATH="$PATH:$PWD/target/tools/usr/bin"

if ! command -v promtool >/dev/null; then
    echo "##########################################################################" >&2
    echo "check-metrics: SKIPPED: there is no promtool (Debian: prometheus), so neither" >&2
    echo "the metrics of kmd nor the rules in packaging/prometheus were checked." >&2
    echo "##########################################################################" >&2
    exit 0
fi

work=$(mktemp -d)
pid=
clean_up() {
    [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT

start_daemon() {
    mkdir -m 700 "$work/data"
    cat >"$work/data/kmd_config.json" <<'JSON'
{"address": "127.0.0.1:0",
 "drivers": {"sqlite": {"allow_unsafe_scrypt": true, "scrypt": {"scrypt_n": 2, "scrypt_r": 1, "scrypt_p": 1}}},
 "kmd": {"metrics_address": "127.0.0.1:0"}}
JSON
    "$binary" -d "$work/data" >"$work/said" 2>&1 &
    pid=$!
    for _ in $(seq 100); do
        grep -q 'serving on' "$work/said" && return
        sleep 0.1
    done
    cat "$work/said" >&2
    exit 1
}

# Some of everything: what succeeds, what fails, and several scrapes meanwhile.
load_and_scrape() {
    python3 - "$work/data" <<'PYTHON'
import json, re, sys, urllib.error, urllib.request

data = sys.argv[1]
read = lambda name: open(f"{data}/{name}").read()
api = "http://" + read("kmd.net").strip()
token = read("kmd.token").split("\n")[0]
metrics = "http://" + re.search(r"serving metrics.* address=(\S+)", read("kmd.log"))[1]

def ask(url, body=None, method=None):
    body = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, body, {"X-KMD-API-Token": token}, method=method)
    try:
        return urllib.request.urlopen(request).read()
    except urllib.error.HTTPError as error:
        return error.read()

def post(path, **body):
    return json.loads(ask(f"{api}{path}", body))

wallet = post("/v1/wallet", wallet_name="w", wallet_driver_name="sqlite", wallet_password="p")["wallet"]["id"]
handle = post("/v1/wallet/init", wallet_id=wallet, wallet_password="p")["wallet_handle_token"]
for number in range(50):
    address = post("/v1/key", wallet_handle_token=handle)["address"]
    signed = post("/v1/program/sign", wallet_handle_token=handle, wallet_password="p", address=address, data="ASABASI=")
    assert signed["sig"], signed
    post("/v1/wallet/init", wallet_id=wallet, wallet_password="wrong")
    ask(f"{api}/nothing")
    ask(f"{api}/v1/key", {"address": address}, "DELETE")
    page = ask(f"{metrics}/metrics")
assert b'kmd_signatures_total{type="program"} 50\n' in page, page
sys.stdout.buffer.write(page)
PYTHON
}

start_daemon
load_and_scrape >"$work/page"
promtool check metrics <"$work/page"
echo "check-metrics: $(grep -vc '^#' "$work/page") samples are as they should be"

cd packaging/prometheus
promtool check rules alerts.yml
promtool test rules alerts_test.yml
