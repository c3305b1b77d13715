#!/usr/bin/env bash
# Times what is done with score files, here and in the Python reference's packages, one after the other on this machine, and writes the
# table into its section of benches/RESULTS.md.
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
cargo build --release --locked --no-default-features
"$venv/bin/python" benches/peer/bootstrap_peer.py make "$work"

# Each program appends lines of task, wall seconds and CPU seconds, parted by tabs; rows of whole processes belong here too.
load=$(cut -d' ' -f1 /proc/loadavg)
say "rat"
program="$target/release/rat-report"
run() { "$venv/bin/python" benches/peer/bootstrap_peer.py run "$@"; }
run "whole process: read, EERs, minDCF, both intervals" "$program" metrics "$work/scores.csv" >"$work/rat.tsv"
run "whole process, intervals of NumPy's stream" "$program" metrics "$work/scores.csv" --bootstrap numpy >>"$work/rat.tsv"
run "whole process: render scores, HTML and Markdown" "$program" render scores --param scores="$work/scores.csv" --output "$work/page" >>"$work/rat.tsv"
RAT_BENCH_SCORES="$work" cargo bench --quiet --locked --no-default-features --bench bootstrap >>"$work/rat.tsv"
say "scikit-learn and confidence_intervals"
"$venv/bin/python" benches/peer/bootstrap_peer.py time "$work" >"$work/peer.tsv"

version() { "$venv/bin/python" -c "from importlib.metadata import version; print(version('$1'))"; }
model=$(sed -nE 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
section="$work/section.md"
{
    cat <<END
# Score files

Made by \`benches/scores.sh\`: do not edit. $(date -u +%F), rat revision $(git rev-parse --short=12 HEAD); $(wc -l <"$work/scores.csv") trials, 737 speakers;
$model, $(nproc) cores, load before the start $load; peer: scikit-learn $(version scikit-learn), confidence_intervals $(version confidence_intervals),
numpy $(version numpy), pandas $(version pandas), of which 10 resamples (4 over speakers) were timed and scaled to 1,000. The peer's resamples over speakers
draw trials within each drawn speaker too.

| task | rat, s | rat, CPU s | rat, peak MiB | peer, s | peer, CPU s | CPU, peer / rat |
|---|---|---|---|---|---|---|
END
    awk -F"$tab" '
        NR == FNR { wall[$1] = $2; cpu[$1] = $3; next }
        $1 in wall { printf "| %s | %.3f | %.3f | %s | %s | %s | %.0f |\n", $1, $2, $3, $4, wall[$1], cpu[$1], cpu[$1] / $3; next }
        { printf "| %s | %.3f | %.3f | %s | | | |\n", $1, $2, $3, $4 }
    ' "$work/peer.tsv" "$work/rat.tsv"
} >"$section"
cat "$section"
# What stands before this section is another script's.
others=$(sed '/^# Score files$/,$d' benches/RESULTS.md)
printf '%s\n\n' "$others" | cat - "$section" >"$work/results.md"
sed -n '/^# Scale$/,$p' benches/RESULTS.md | sed '1s/^/\n/' >>"$work/results.md"
cp "$work/results.md" benches/RESULTS.md
