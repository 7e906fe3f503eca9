#!/usr/bin/env bash
# Builds the container image, runs it, and works with it: test-container.sh BINARY
# BINARY is the static one. Takes podman. RUN_FLAGS go to `podman run`, by default
# `--ulimit memlock=-1`, which a machine may not allow.
set -euo pipefail
cd "$(dirname "$0")/.."

binary=$1
if ! command -v podman >/dev/null; then
    echo "test-container: SKIPPED: there is no podman here" >&2
    exit 0
fi

image=localhost/kmd-test
volume=kmd-test-$$
container=kmd-test-$$
cleanup() {
    podman rm --force --time 5 "$container" >/dev/null 2>&1 || true
    podman volume rm --force "$volume" >/dev/null 2>&1 || true
    podman rmi --force "$image" >/dev/null 2>&1 || true
}
trap cleanup EXIT

packaging/container/build.sh "$binary" "$image"

# shellcheck disable=SC2086 # several flags
start() {
    podman run --detach --name "$container" --volume "$volume:/data" --network host \
        --read-only --cap-drop all --security-opt no-new-privileges \
        --env KMD_ADDRESS=127.0.0.1:0 ${RUN_FLAGS:---ulimit memlock=-1} "$image" >/dev/null
    for _ in $(seq 100); do
        inside status --no-start >/dev/null 2>&1 && return
        sleep 0.1
    done
    podman logs "$container" >&2
    echo "test-container: it does not serve" >&2
    exit 1
}
inside() { podman exec "$container" /kmd -d /data "$@"; }
restart() {
    podman stop --time 40 "$container" >/dev/null
    test "$(podman inspect --format '{{.State.ExitCode}}' "$container")" = 0
    podman rm "$container" >/dev/null
    start
}

start
inside status

echo secret | podman exec --interactive "$container" /kmd -d /data wallet create first
restart
inside wallet list | tee /dev/stderr | grep -q first
podman logs "$container" 2>&1 | grep -q 'kmd starts'
echo "test-container: it serves, stops in order, and its wallets last"
