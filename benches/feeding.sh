#!/usr/bin/env bash
# Times decoding with augmentation, and reading the largest protocol, here and in the Python reference's packages, one after the other on this
# machine, and writes the tables into their section of benches/RESULTS.md.
#
#   benches/feeding.sh    about two minutes after the builds; leave the machine alone meanwhile
#
# FEEDING_VENV: the Python environment of the peer, made where it is missing [default: target/feeding-venv; 6 GB].
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
venv="${FEEDING_VENV:-$target/feeding-venv}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { printf '%s\n' "$*" >&2; }
tab=$'\t'

say "preparing"
mkdir -p "$target"
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r benches/peer/feeding_requirements.txt
fi
cargo bench --locked --bench feeding --bench protocol --no-run
rat() { cargo bench --quiet --locked --bench "$@"; }
peer() { OMP_NUM_THREADS=1 "$venv/bin/python" benches/peer/feeding.py "$@" 2>/dev/null; }
rat feeding -- --make "$work/audio"
rat protocol -- --make "$work/protocol"

load=$(cut -d' ' -f1 /proc/loadavg)
say "rat"
rat feeding -- --time "$work/audio" >"$work/rat.tsv"
rat protocol -- --read "$work/protocol" >"$work/rat-protocol.tsv"
say "Python"
peer time "$work/audio" >"$work/peer.tsv"
peer protocol "$work/protocol" >"$work/peer-protocol.tsv"

version() { "$venv/bin/python" -c "from importlib.metadata import version; print(version('$1'))"; }
model=$(sed -nE 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
changed=$(git status --porcelain --untracked-files=no 2>/dev/null | grep -v RESULTS.md || true)
{
    cat <<END
# Feeding

Made by \`benches/feeding.sh\`: do not edit. $(date -u +%F), rat revision $(git rev-parse --short=12 HEAD)${changed:+, with changes};
$model, $(nproc) cores, load before the start $load; peer: torchaudio $(version torchaudio) (Vad, mu-law), soundfile $(version soundfile), RawBoost by
its published formulas on numpy $(version numpy) and scipy $(version scipy), audiomentations $(version audiomentations); pandas $(version pandas) for the protocol.

64 generated FLAC files of 4 to 6 s, 16 kHz, milliseconds an utterance on one thread: mean (median). Each step alone, taken each time; the whole pipeline
decodes, takes each step with its probability in the recipe (rooms and noises need sets of their own and are off on both sides), and cuts to 64,000 samples.

| task | rat, ms | Python, ms | Python / rat, by mean |
|---|---|---|---|
END
    awk -F"$tab" '
        NR == FNR { mean[$1] = $2; median[$1] = $3; next }
        /a second/ { next }
        $1 in mean { printf "| %s | %s (%s) | %s (%s) | %.1f |\n", $1, mean[$1], median[$1], $2, $3, $2 / mean[$1] }
    ' "$work/rat.tsv" "$work/peer.tsv"
    cat <<END

| utterances a second | rat | Python | needed for 1,000 on 16 cores |
|---|---|---|---|
END
    awk -F"$tab" '
        NR == FNR { peer[$1] = $2; next }
        /one thread/ { printf "| %s | %s | %s | 62.5 |\n", $1, $2, peer[$1]; next }
        /a second/ { printf "| %s | %s | | |\n", $1, $2 }
    ' "$work/peer.tsv" "$work/rat.tsv"
    cat <<END

A generated protocol in the columns of ASVspoof 5's evaluation set: seconds, best of three in one process, and the peak memory of that process. pandas
reads it into a table of text and checks nothing.

| | rat, s | pandas, s | rat, MB | pandas, MB | bound |
|---|---|---|---|---|---|
END
    awk -F"$tab" 'NR == FNR { s[$1] = $2; mb[$1] = $3; next } { printf "| %s | %s | %s | %s | %s | 1 s, 300 MB |\n", $1, s[$1], $2, mb[$1], $3 }' \
        "$work/rat-protocol.tsv" "$work/peer-protocol.tsv"
} >"$work/section.md"
cat "$work/section.md"
# What stands before and after this section is other scripts'.
{
    sed -E '/^# (Feeding|Score files)$/,$d' benches/RESULTS.md
    cat "$work/section.md"
    echo
    sed -n '/^# Score files$/,$p' benches/RESULTS.md
} >"$work/results.md"
cp "$work/results.md" benches/RESULTS.md
