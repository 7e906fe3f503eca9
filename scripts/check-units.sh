#!/usr/bin/env bash
# Checks the units in packaging/systemd: that the service outlasts a daemon that a
# command started, that systemd understands them, and how exposed it finds the
# service. Where systemd's tool is missing, says so and leaves the last two out.
set -euo pipefail
cd "$(dirname "$0")/../packaging/systemd"

most_exposure=20 # tenths
command_daemon=60 # seconds that a daemon of a command stays without requests

setting() {
    sed -n "s/^$1=//p" kmd.service
}

# Such a daemon has the data directory, and the service ends with 4 meanwhile.
tried=$(($(setting RestartSec) * $(setting StartLimitBurst)))
if [ "$(setting Restart)" != on-failure ] || grep -qE '^RestartPreventExitStatus=(.* )?4( |$)' kmd.service ||
    [ "$tried" -le "$command_daemon" ]; then
    echo "check-units: kmd.service gives up while a command's daemon may have the directory" >&2
    exit 1
fi
if [ "$tried" -ge "$(setting StartLimitIntervalSec)" ]; then
    echo "check-units: kmd.service tries for ever" >&2
    exit 1
fi

if ! command -v systemd-analyze >/dev/null; then
    echo "check-units: SKIPPED: there is no systemd-analyze here (Debian: systemd)" >&2
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The binary that the unit names need not be installed here.
install -m 755 /bin/true "$work/kmd"
sed "s|/usr/bin/kmd|$work/kmd|" kmd.service >"$work/kmd.service"
cp kmd.socket "$work"

said=$(systemd-analyze verify --man=no "$work/kmd.service" "$work/kmd.socket" 2>&1) || {
    echo "$said" >&2
    exit 1
}
if grep -F "$work" <<<"$said"; then
    echo "check-units: systemd warns of these lines" >&2
    exit 1
fi

report=$(systemd-analyze security --no-pager --offline=true --threshold="$most_exposure" "$work/kmd.service") || {
    echo "$report" >&2
    echo "check-units: more exposed than $most_exposure tenths" >&2
    exit 1
}
tail -n 1 <<<"$report"
