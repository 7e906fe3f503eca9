#!/usr/bin/env bash
# Builds the container image from the static binary: build.sh BINARY [TAG]
# BINARY is kmd-VERSION-TARGET-static of `make dist`. Takes buildah, podman or
# docker, whichever is there; nothing is fetched. BUILD_FLAGS go to it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
binary=$1
tag=${2:-kmd}

for tool in buildah podman docker; do
    command -v "$tool" >/dev/null && break
done

if readelf --program-headers --wide "$binary" | grep -q INTERP; then
    echo "container: $binary needs a C library, and there is none in the image; take the static one" >&2
    exit 1
fi

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
install -m 755 "$binary" "$context/kmd"
install -d -m 700 "$context/data"
# shellcheck disable=SC2086 # several flags
"$tool" build ${BUILD_FLAGS:-} --file "$here/Containerfile" --tag "$tag" "$context"
