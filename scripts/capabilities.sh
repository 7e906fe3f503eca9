#!/usr/bin/env bash
# Lets the binary lock its memory without a limit: capabilities.sh BINARY
set -euo pipefail

binary=$1
PATH=$PATH:/sbin:/usr/sbin
command=(setcap cap_ipc_lock+ep "$binary")

if [ ! -x "$binary" ]; then
    echo "capabilities: $binary does not exist; 'make build' makes it." >&2
    exit 1
elif [ "$(id -u)" -ne 0 ]; then
    echo "capabilities: only root may do this. Run:" >&2
    echo "    sudo ${command[*]}" >&2
    exit 1
fi
"${command[@]}"
echo "capabilities: $(getcap "$binary"). A new build needs it again."
