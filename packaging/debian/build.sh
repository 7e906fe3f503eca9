#!/usr/bin/env bash
# Makes the Debian package of a built binary: build.sh BINARY FOLDER [VERSION]
# Prints its path. With the same binary, and SOURCE_DATE_EPOCH, it is the same.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source=$here/../..

binary=$(realpath "$1")
out=$2
version=${3:-$(sed -n 's/^version = "\(.*\)"/\1/p' "$source/Cargo.toml" | head -n 1)}
architecture=$(dpkg --print-architecture)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$source" log -1 --format=%ct)}

# The newest version of the C library that the binary asks for.
glibc=$(readelf --version-info --wide "$binary" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
umask 022

put() { install -D -m 644 "$1" "$root/$2"; }
put_packed() { install -d "$root/$(dirname "$2")" && gzip -9n <"$1" >"$root/$2"; }

install -D -m 755 "$binary" "$root/usr/bin/kmd"
put "$here/../systemd/kmd.service" usr/lib/systemd/system/kmd.service
put "$here/../systemd/kmd.socket" usr/lib/systemd/system/kmd.socket
put "$here/../systemd/kmd.sysusers" usr/lib/sysusers.d/kmd.conf
put "$here/../systemd/kmd.tmpfiles" usr/lib/tmpfiles.d/kmd.conf
put "$here/default" etc/default/kmd

"$binary" completions bash | put /dev/stdin usr/share/bash-completion/completions/kmd
"$binary" completions zsh | put /dev/stdin usr/share/zsh/vendor-completions/_kmd
"$binary" completions fish | put /dev/stdin usr/share/fish/vendor_completions.d/kmd.fish
mkdir "$work/man"
"$binary" man --dir "$work/man" 2>/dev/null
for page in "$work"/man/*.1; do
    put_packed "$page" "usr/share/man/man1/$(basename "$page").gz"
done

documents=usr/share/doc/kmd
cat >"$work/changelog" <<TEXT
kmd ($version) unstable; urgency=medium

  * What changed is in CHANGELOG.md.gz.

 -- $(sed -n 's/^Maintainer: //p' "$here/control")  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
TEXT
put_packed "$work/changelog" $documents/changelog.gz
put_packed "$source/CHANGELOG.md" $documents/CHANGELOG.md.gz
put_packed "$source/docs/reference/settings.md" $documents/settings.md.gz
put_packed "$source/docs/operation.md" $documents/operation.md.gz
"$source/scripts/sbom.py" --package kmd --target "$(rustc -vV | sed -n 's/^host: //p')" >"$work/sbom"
put_packed "$work/sbom" $documents/kmd.cdx.json.gz
{
    cat "$here/copyright"
    echo "License: Expat"
    sed -e '1,2d' -e 's/^$/./' -e 's/^/ /' "$source/LICENSE-MIT"
} >"$work/copyright"
put "$work/copyright" $documents/copyright

mkdir "$root/DEBIAN"
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@GLIBC@/${glibc#GLIBC_}/" \
    -e "s/@SIZE@/$(du -ks --apparent-size "$root" | cut -f 1)/" "$here/control" >"$root/DEBIAN/control"
install -m 644 "$here/conffiles" "$root/DEBIAN/conffiles"
install -m 755 "$here/preinst" "$here/postinst" "$here/prerm" "$here/postrm" "$root/DEBIAN"
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)

package=$out/kmd_${version}_$architecture.deb
mkdir -p "$out"
dpkg-deb --root-owner-group --build "$root" "$package" >/dev/null
echo "$package"
