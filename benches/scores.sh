#!/usr/bin/env bash
# Times what is done with score files, here and in the Python reference's packages, one after the other on this machine, and prints a
# Markdown table.
#
#   benches/scores.sh     about a minute after the builds; leave the machine alone meanwhile
#
# SCORES_VENV: the Python environment of the peer, made where it is missing [default: target/scores-venv; 300 MB].
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
venv="${SCORES_VENV:-$target/scores-venv}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { printf '%s\n' "$*" >&2; }
tab=$'\t'

say "preparing"
mkdir -p "$target"
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
fi
"$venv/bin/pip" install --quiet --disable-pip-version-check -r benches/peer/scores_requirements.txt
cargo bench --locked --no-default-features --bench bootstrap --no-run
"$venv/bin/python" benches/peer/bootstrap_peer.py make "$work"

# Each program appends lines of task, wall seconds and CPU seconds, parted by tabs; rows of whole processes belong here too.
load=$(cut -d' ' -f1 /proc/loadavg)
say "rat"
RAT_BENCH_SCORES="$work" cargo bench --quiet --locked --no-default-features --bench bootstrap >"$work/rat.tsv"
say "scikit-learn and confidence_intervals"
"$venv/bin/python" benches/peer/bootstrap_peer.py time "$work" >"$work/peer.tsv"

version() { "$venv/bin/python" -c "from importlib.metadata import version; print(version('$1'))"; }
model=$(sed -nE 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
cat <<END
$(wc -l <"$work/scores.csv") trials, 737 speakers; $model, $(nproc) cores, load before the start $load; peer: scikit-learn $(version scikit-learn),
confidence_intervals $(version confidence_intervals), numpy $(version numpy), of which 10 resamples (4 over speakers) were timed and scaled to 1,000.
The peer's resamples over speakers draw trials within each drawn speaker too.

| task | rat, s | rat, CPU s | peer, s | peer, CPU s | CPU, peer / rat |
|---|---|---|---|---|---|
END
awk -F"$tab" '
    NR == FNR { wall[$1] = $2; cpu[$1] = $3; next }
    $1 in wall { printf "| %s | %.3f | %.3f | %s | %s | %.0f |\n", $1, $2, $3, wall[$1], cpu[$1], cpu[$1] / $3; next }
    { printf "| %s | %.3f | %.3f | | | |\n", $1, $2, $3 }
' "$work/peer.tsv" "$work/rat.tsv"
