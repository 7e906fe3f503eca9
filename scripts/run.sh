#!/usr/bin/env bash
# Starts the daemon, waits until it serves, and says what to do next.
# run.sh BINARY DATA_DIR [ARGUMENT...]: further arguments go to kmd.
set -euo pipefail
set -m # kmd gets a process group of its own: Ctrl-C reaches it once, through us

binary=$1
data=$2
shift 2

(umask 077 && mkdir -p "$data")

coproc KMD { exec "$binary" -d "$data" "$@" </dev/null; }
pid=$KMD_PID
exec 3<&"${KMD[0]}"
trap 'kill -TERM "$pid" 2>/dev/null || true' INT TERM HUP

say_what_next() {
    local address=$1
    cat <<TEXT

  address   $address
  token     $data/kmd.token
  log       $data/kmd.log

A first command, for another terminal: list the wallets.

  curl -H "X-KMD-API-Token: \$(cat $data/kmd.token)" $address/v1/wallets

The README goes on from there. Ctrl-C stops the daemon.

TEXT
}

while IFS= read -r line <&3; do
    printf '%s\n' "$line"
    case $line in
        'kmd: serving on '*) say_what_next "${line#kmd: serving on }" ;;
    esac
done

status=0
wait "$pid" || status=$?
exit "$status"
