#!/usr/bin/env bash
# Checks the units in packaging/systemd: that systemd understands them, and how
# exposed it finds the service. Where its tool is missing, says so and passes.
set -euo pipefail
cd "$(dirname "$0")/../packaging/systemd"

most_exposure=20 # tenths

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
