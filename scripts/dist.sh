#!/usr/bin/env bash
# Builds what is given to others: dist.sh [FOLDER], by default target/dist.
#
#   kmd-VERSION-TARGET            linked with the C library of the system
#   kmd-VERSION-TARGET-static     with everything in it, for any Linux
#   kmd-VERSION.cdx.json          what is in them (CycloneDX)
#   kmd_VERSION_ARCHITECTURE.deb  for Debian, where dpkg-deb is there
#   SHA256SUMS
#
# The same source gives the same bytes, wherever it lies: see
# scripts/reproducible.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-target/dist}
build=${DIST_BUILD_DIR:-$PWD/target/dist-build}
target=$(rustc -vV | sed -n 's/^host: //p')
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
name=kmd-$version-$target

# The time of the source stands for that of the build.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
# Nothing of this environment gets in.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CFLAGS
export CARGO_INCREMENTAL=0 LC_ALL=C TZ=UTC

# Paths of this machine end up in messages of panics, unless they are told as others.
nameless() {
    local folder=$1
    printf '%s\x1f' \
        "--remap-path-prefix=$PWD=/kmd" \
        "--remap-path-prefix=$folder=/build" \
        "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo" \
        "--remap-path-prefix=$(rustc --print sysroot)=/rust"
}

# compile NAME FLAG: builds kmd with one more flag for rustc.
compile() {
    local binary=$1 flag=$2 folder=$build/$1
    echo "dist: building $binary"
    CARGO_ENCODED_RUSTFLAGS="$(nameless "$folder")$flag" \
    CFLAGS="-ffile-prefix-map=$PWD=/kmd -ffile-prefix-map=$folder=/build -ffile-prefix-map=${CARGO_HOME:-$HOME/.cargo}=/cargo" \
    CARGO_TARGET_DIR=$folder \
        cargo build --release --locked --package kmd --target "$target"
    install -m 755 "$folder/$target/release/kmd" "$out/$binary"
}

rm -rf "$out"
mkdir -p "$out"
compile "$name" -Ctarget-feature=-crt-static
compile "$name-static" -Ctarget-feature=+crt-static
for binary in "$name" "$name-static"; do
    scripts/test-binary.sh "$out/$binary"
done
scripts/sbom.py --package kmd --target "$target" --check "$out/$name" --check "$out/$name-static" \
    >"$out/kmd-$version.cdx.json"
if command -v dpkg-deb >/dev/null; then
    packaging/debian/build.sh "$out/$name" "$out"
else
    echo "dist: no Debian package: there is no dpkg-deb here" >&2
fi
(cd "$out" && sha256sum -- * >SHA256SUMS)
cat "$out/SHA256SUMS"
