#!/usr/bin/env bash
# Checks that the tools for a task are there: setup.sh build|run|test|dist|capabilities
#
# What is there is left alone, wherever it came from. What is missing is
# installed from Debian's packages when root runs this; anyone else is told
# the one command that does it.
set -euo pipefail
cd "$(dirname "$0")/.."

task=${1:-build}
needed=()   # Debian packages the task cannot do without
useful=()   # Debian packages that only make it nicer

have() { command -v "$1" >/dev/null 2>&1; }

check_c_compiler() {
    # SQLite is compiled from source with the rest.
    have "${CC:-cc}" || needed+=(build-essential)
}

check_git() {
    # The time of the last commit stands for that of the build.
    have git || needed+=(git)
}

check_python() {
    # Debian splits ensurepip from Python: without it a venv gets no pip.
    python3 -c 'import ensurepip, venv' 2>/dev/null || needed+=(python3 python3-venv)
}

check_strace() {
    # Makes single system calls fail, or kills the daemon there.
    have strace || needed+=(strace)
}

check_node() {
    have node || needed+=(nodejs)
    have npm || needed+=(npm)
}

check_shell_example() {
    have curl || needed+=(curl)
    have jq || needed+=(jq)
}

check_node_version() {
    local major
    major=$(node -p 'process.versions.node.split(".")[0]')
    [ "$major" -ge 18 ] && return
    echo "setup: node $(node --version) is too old: the JavaScript client needs 18 or newer." >&2
    exit 1
}

# Only its tool is wanted, so the package of Prometheus is unpacked and not
# installed: that would start a service. Where this fails, its check says that
# it is skipped.
fetch_promtool() {
    local tools=$PWD/target/tools
    have promtool || [ -x "$tools/usr/bin/promtool" ] && return
    have apt-get && have dpkg-deb || return 0
    echo "setup: fetching promtool"
    mkdir -p "$tools"
    (cd "$tools" && apt-get download -qq prometheus >&2 &&
        dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool) ||
        echo "setup: going on without promtool." >&2
    rm -f "$tools"/prometheus_*.deb
}

install_packages() {
    local packages=("$@")
    local command="apt-get update && apt-get install -y --no-install-recommends ${packages[*]}"
    if ! have apt-get; then
        echo "setup: missing. On Debian these packages have it; install their like: ${packages[*]}" >&2
        return 1
    elif [ "$(id -u)" -ne 0 ]; then
        echo "setup: missing: ${packages[*]}. This installs it:" >&2
        echo "    sudo sh -c '$command'" >&2
        return 1
    fi
    echo "setup: installing ${packages[*]}"
    DEBIAN_FRONTEND=noninteractive sh -c "$command" >&2
}

check_cargo() {
    local wanted found
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    if ! have cargo; then
        echo "setup: cargo is missing. Get Rust $wanted or newer with rustup: https://rustup.rs" >&2
        exit 1
    fi
    found=$(cargo --version | cut -d' ' -f2)
    if [ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -n 1)" != "$wanted" ]; then
        echo "setup: cargo $found is too old: this needs $wanted or newer." >&2
        echo "setup: 'rustup update stable' brings it; rustup is at https://rustup.rs" >&2
        exit 1
    fi
}

case $task in
    build) check_c_compiler ;;
    run) check_c_compiler; have curl || useful+=(curl) ;;
    test) check_c_compiler; check_python; check_node; check_strace; check_shell_example ;;
    dist) check_c_compiler; check_git; have python3 || needed+=(python3) ;;
    capabilities) have setcap || [ -x /sbin/setcap ] || needed+=(libcap2-bin) ;;
    *) echo "setup: no such task: $task" >&2; exit 2 ;;
esac

if [ ${#needed[@]} -gt 0 ]; then
    install_packages "${needed[@]}" || exit 1
fi
if [ ${#useful[@]} -gt 0 ]; then
    install_packages "${useful[@]}" || echo "setup: going on without ${useful[*]}." >&2
fi
case $task in
    build | run | dist) check_cargo ;;
    test) check_cargo; check_node_version; fetch_promtool ;;
esac
