#!/usr/bin/env bash
# Installs the Debian package into a fresh Debian, runs it there, upgrades and
# removes it: test-package.sh BINARY
#
# As root, with debootstrap. FRESH_DEBIAN=FOLDER takes a debootstrap of yours,
# with libcap2-bin and systemd in it, instead of making one.
set -euo pipefail
cd "$(dirname "$0")/.."

binary=$1
skip() {
    echo "test-package: SKIPPED: it takes $1" >&2
    exit 0
}
# One at a time: `command -v` of two is content with either.
have() { command -v "$1" >/dev/null; }
[ "$(id -u)" -eq 0 ] || skip root
have dpkg-deb || skip dpkg-deb
[ -n "${FRESH_DEBIAN:-}" ] || have debootstrap || skip "debootstrap (apt-get install debootstrap)"

work=$(mktemp -d)
root=$work/root
daemon=
cleanup() {
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
    mountpoint -q "$root/proc" && umount "$root/proc"
    rm -rf "$work"
}
trap cleanup EXIT

failures=0
expect() {
    local what=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        echo "ok    $what"
    else
        echo "FAIL  $what"
        sed 's/^/      /' "$work/said"
        failures=$((failures + 1))
    fi
}
not() { ! "$@"; }
inside() { chroot "$root" "$@"; }
as_kmd() { chroot --userspec=kmd:kmd "$root" "$@"; }

# start ARGUMENT...: the daemon, as the user and with the bounds of its unit.
start() {
    local data=$root/var/lib/kmd
    chroot "$root" setpriv --reuid=kmd --regid=kmd --clear-groups --no-new-privs \
        --inh-caps=-all --bounding-set=-all,+ipc_lock \
        env KMD_LOG_TARGET=stderr KMD_ADDRESS=127.0.0.1:0 "$@" \
        /usr/bin/kmd -d /var/lib/kmd >"$work/out" 2>"$work/err" &
    daemon=$!
    for _ in $(seq 100); do
        [ -e "$data/kmd.net" ] && break
        kill -0 "$daemon" || break
        sleep 0.1
    done
    url=http://$(cat "$data/kmd.net")/v1
    header="X-KMD-API-Token: $(cat "$data/kmd.token")"
}
stop() {
    kill "$daemon"
    wait "$daemon"
    daemon=
}
ask() { curl -fsS -H "$header" "$url/$1" -d "$2"; }
opens() { ask wallet/init '{"wallet_id": "'"$wallet"'", "wallet_password": "secret"}'; }

suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
if [ -n "${FRESH_DEBIAN:-}" ]; then
    cp -a "$FRESH_DEBIAN" "$root"
else
    echo "test-package: making a $suite"
    debootstrap --variant=minbase --include=libcap2-bin,systemd "$suite" "$root" >"$work/log" || {
        tail -n 20 "$work/log" >&2
        exit 1
    }
fi
mount -t proc proc "$root/proc"
# No service is started by a package here.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"

old=$(packaging/debian/build.sh "$binary" "$work" 0.0.1)
new=$(packaging/debian/build.sh "$binary" "$work" 0.0.2)
cp "$old" "$new" "$root/root"
old=/root/$(basename "$old") new=/root/$(basename "$new")

# A package that has a file of the same name, as that of the node has.
mkdir -p "$work/node/usr/bin" "$work/node/DEBIAN"
printf '#!/bin/sh\necho the other kmd\n' >"$work/node/usr/bin/kmd"
chmod 755 "$work/node/usr/bin/kmd"
printf 'Package: algorand\nVersion: 1\nArchitecture: all\nMaintainer: a <a@example.invalid>\nDescription: a\n' \
    >"$work/node/DEBIAN/control"
dpkg-deb --root-owner-group --build "$work/node" "$root/root/algorand.deb" >/dev/null

echo "--- install"
expect "it installs" inside dpkg -i "$old"
expect "it has a user" inside id kmd
expect "the data directory is the user's alone" test "$(inside stat -c '%U:%G %a' /var/lib/kmd)" = "kmd:kmd 700"
expect "the binary may lock memory" inside sh -c 'getcap /usr/bin/kmd | grep -q "cap_ipc_lock=ep"'
expect "systemd understands the units" inside systemd-analyze verify --man=no kmd.service kmd.socket
expect "a manual page is there" test -e "$root/usr/share/man/man1/kmd.1.gz"
expect "bash understands the completions" bash -n "$root/usr/share/bash-completion/completions/kmd"
expect "it goes before the kmd of a node that comes later" inside sh -c \
    'dpkg -i /root/algorand.deb && kmd --version | grep -q "^kmd " && kmd.algorand | grep -q "the other"'

echo "--- run"
start
expect "it serves" curl -fsS "${url%/v1}/versions"
wallet=$(ask wallet '{"wallet_name": "first", "wallet_driver_name": "sqlite", "wallet_password": "secret"}' |
    sed -n 's/.*"id": "\(.*\)".*/\1/p')
expect "it makes a wallet" test -n "$wallet"
expect "the wallet is the user's alone" test "$(inside sh -c 'stat -c "%U %a" /var/lib/kmd/sqlite_wallets/*.db')" = "kmd 600"
expect "a command finds it" as_kmd kmd wallet list -d /var/lib/kmd
expect "it stops in order" stop
start KMD_LOG_FORMAT=xml 2>/dev/null || true
expect "a bad setting is said" grep -q KMD_LOG_FORMAT "$work/err"
daemon=

echo "--- upgrade"
echo 'KMD_KDF_QUEUE=7' >>"$root/etc/default/kmd"
expect "it upgrades" inside dpkg -i "$new"
expect "the version is the new one" inside sh -c 'dpkg-query -W kmd | grep -q 0.0.2'
expect "settings stay" grep -q KMD_KDF_QUEUE=7 "$root/etc/default/kmd"
expect "the binary may still lock memory" inside sh -c 'getcap /usr/bin/kmd | grep -q "cap_ipc_lock=ep"'
start
expect "the wallet opens" opens
expect "it stops in order" stop

echo "--- remove and purge"
expect "it is removed" inside dpkg --remove kmd
expect "the kmd of the node is back" inside sh -c 'kmd | grep -q "the other"'
expect "settings stay" test -e "$root/etc/default/kmd"
expect "it is purged" inside sh -c 'dpkg --purge kmd 2>&1 | tee /root/said'
expect "purging says that wallets stay" grep -q "/var/lib/kmd is kept" "$root/root/said"
expect "settings are gone" not test -e "$root/etc/default/kmd"
expect "the wallet is not" test -n "$(ls "$root"/var/lib/kmd/sqlite_wallets/*.db)"
expect "it installs again" inside dpkg -i "$new"
start
expect "the wallet opens" opens
expect "it stops in order" stop

echo "test-package: $failures failed"
[ "$failures" -eq 0 ]
