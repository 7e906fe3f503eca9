#!/usr/bin/env bash
# Checks with promtool what is given to Prometheus: check-metrics.sh [BINARY]
#
# The pages of a daemon while clients sign at once and after that, the alert
# rules, and their tests. Where promtool is missing, says so loudly and passes.
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
        grep -qs 'serving on' "$work/said" && return
        sleep 0.1
    done
    cat "$work/said" >&2
    exit 1
}

# Some of everything: what succeeds, what fails, and scrapes while several clients
# sign at once. Each page becomes a file in the folder.
load_and_scrape() {
    python3 - "$work/data" "$1" <<'PYTHON'
import json, re, sys, threading, urllib.error, urllib.request

data, pages = sys.argv[1:]
CLIENTS, SCRAPES = 4, 20
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

def sign(address):
    body = dict(wallet_handle_token=handle, wallet_password="p", address=address, data="ASABASI=")
    signed = post("/v1/program/sign", **body)
    assert signed["sig"], signed

def scrape(name):
    page = ask(f"{metrics}/metrics")
    with open(f"{pages}/{name}", "wb") as file:
        file.write(page)
    return int(re.search(rb'kmd_signatures_total\{type="program"\} (\d+)\n', page)[1])

class Signer(threading.Thread):
    # Signs until it is told to stop. What it did is told by `changed`.
    def __init__(self, address):
        super().__init__(daemon=True)
        self.address, self.done, self.failure = address, 0, None

    def run(self):
        try:
            while not stop.is_set():
                sign(self.address)
                with changed:
                    self.done += 1
                    changed.notify_all()
        except BaseException as failure:
            with changed:
                self.failure = failure
                changed.notify_all()

def another_from_each(signers):
    before = [signer.done for signer in signers]
    # Of the next one the daemon may have told already.
    news = lambda: [signer.done > done + 1 or signer.failure for signer, done in zip(signers, before)]
    with changed:
        assert changed.wait_for(lambda: all(news()), 60), "somebody signs no more"
    assert not any(signer.failure for signer in signers), [signer.failure for signer in signers]

wallet = post("/v1/wallet", wallet_name="w", wallet_driver_name="sqlite", wallet_password="p")["wallet"]["id"]
handle = post("/v1/wallet/init", wallet_id=wallet, wallet_password="p")["wallet_handle_token"]
changed, stop = threading.Condition(), threading.Event()
signers = [Signer(post("/v1/key", wallet_handle_token=handle)["address"]) for _ in range(CLIENTS)]
for signer in signers:
    signer.start()
counts = []
for number in range(SCRAPES):
    another_from_each(signers)
    address = post("/v1/key", wallet_handle_token=handle)["address"]
    post("/v1/wallet/init", wallet_id=wallet, wallet_password="wrong")
    ask(f"{api}/nothing")
    ask(f"{api}/v1/key", {"address": address}, "DELETE")
    counts.append(scrape(f"{number:02}-under-load"))
stop.set()
for signer in signers:
    signer.join(60)
assert all(earlier + CLIENTS <= later for earlier, later in zip(counts, counts[1:])), counts
# What was counted is what was answered.
assert scrape("at-the-end") == sum(signer.done for signer in signers)
PYTHON
}

start_daemon
mkdir "$work/pages"
load_and_scrape "$work/pages"
for page in "$work"/pages/*; do
    promtool check metrics <"$page" || {
        echo "check-metrics: the page $(basename "$page") is not as it should be" >&2
        exit 1
    }
done
samples=$(grep -vc '^#' "$work/pages/at-the-end")
echo "check-metrics: $samples samples are as they should be, on $(ls "$work/pages" | wc -l) pages"

cd packaging/prometheus
promtool check rules alerts.yml
promtool test rules alerts_test.yml
