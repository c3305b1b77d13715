#!/usr/bin/env bash
# Times this library and PyTorch one after the other on this machine, and writes benches/RESULTS.md.
#
#   benches/run.sh        about ten minutes, after the builds; leave the machine alone meanwhile
#
# RAT_FULL_SIZE_DIR: where tests/fixtures/make_full_size.py put its files, written where they are missing [default: target/full-size; 2.6 GB].
# BENCH_VENV: the Python environment for PyTorch, made where it is missing [default: target/bench-venv; 6 GB].
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
venv="${BENCH_VENV:-$target/bench-venv}"
run=runs/demo-quick/RAT
corpus="${XDG_CACHE_HOME:-$HOME/.cache}/rat/sample-corpus"
export RAT_FULL_SIZE_DIR="${RAT_FULL_SIZE_DIR:-$target/full-size}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { printf '%s\n' "$*" >&2; }
tab=$'\t'

say "preparing"
mkdir -p "$target"
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
fi
"$venv/bin/pip" install --quiet --disable-pip-version-check -r benches/peer/requirements.txt
cargo build --release --locked --bin rat-report
cargo bench --locked --bench encoder --no-run
if [ ! -f "$run/history.csv" ] || [ ! -d "$corpus" ]; then
    "$target/release/rat-report" demo --quick >/dev/null
fi

if [ ! -f "$RAT_FULL_SIZE_DIR/xlsr_300m_io.safetensors" ]; then
    "$venv/bin/python" tests/fixtures/make_full_size.py >/dev/null
fi

load=$(cut -d' ' -f1 /proc/loadavg)
rat() { cargo bench --quiet --locked --bench encoder -- "$@"; }
peer() { OMP_WAIT_POLICY=passive "$venv/bin/python" benches/peer/encoder.py "$@"; }
say "rat"
rat >"$work/rat.tsv"
say "PyTorch"
peer >"$work/torch.tsv"
say "memory and loading, both"
for pass in "encoder, all layers kept" "RAT zeroed" "RAT matched"; do
    rat --memory "$pass" >>"$work/rat-memory.tsv"
    peer --memory "$pass" >>"$work/torch-memory.tsv"
done
for file in xlsr_300m.safetensors xlsr_300m.pt; do
    rat --load "$RAT_FULL_SIZE_DIR/$file" >>"$work/rat-load.tsv"
    peer --load "$RAT_FULL_SIZE_DIR/$file" >>"$work/torch-load.tsv"
done

# score NAME CONDITIONS: a line of name, recordings encoded and seconds.
score() {
    local start end
    start=$(date +%s.%N)
    "$target/release/rat-report" score --run "$run" --root "$corpus" --split eval \
        --condition "$2" --output "$work/scores" >/dev/null 2>"$work/said"
    end=$(date +%s.%N)
    trials=$(sed -nE 's/^.*\b([0-9]+) trials.*$/\1/p' "$work/said")
    encoded=$(sed -nE 's/^.* ([0-9]+) recordings encoded.*$/\1/p' "$work/said")
    awk -v name="$1" -v n="$encoded" -v s="$start" -v e="$end" 'BEGIN { printf "%s\t%d\t%.1f\n", name, n, e - s }'
}
conditions=(matched mismatched zeroed absent silence noise)
say "conditions"
score "matched" matched >"$work/scoring.tsv"
score "all six in one pass" "$(IFS=,; echo "${conditions[*]}")" >>"$work/scoring.tsv"
for condition in "${conditions[@]}"; do
    score "$condition" "$condition"
done | awk -F"$tab" '{ n += $2; s += $3 } END { printf "the six, one pass each\t%d\t%.1f\n", n, s }' >>"$work/scoring.tsv"

version() { "$venv/bin/python" -c "from importlib.metadata import version; print(version('$1'))"; }
burn=$(awk '/^name = "burn"$/ { getline; gsub(/version = |"/, ""); print }' Cargo.lock)
model=$(sed -nE 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
memory=$(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)
changed=$(git status --porcelain --untracked-files=no 2>/dev/null | grep -v RESULTS.md || true)
{
    cat <<END
# Benchmark results

Made by \`benches/run.sh\`: do not edit. Both programs ran one after the other on the same machine.

| | |
|---|---|
| date | $(date -u +%Y-%m-%d) |
| machine | $model, $(nproc) cores, $memory, load before the start $load |
| rat | revision $(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)${changed:+, with changes}; burn $burn (flex, CPU); $(rustc --version | cut -d' ' -f1,2) |
| PyTorch | torch $(version torch), torchaudio $(version torchaudio), $("$venv/bin/python" --version); OMP_WAIT_POLICY=passive |
| command | \`benches/run.sh\` |

## Forward pass

4 s of audio (64,000 samples) a row, f32, two threads, random weights; median of nine after one that is not counted (in brackets the fastest), in ms.
\`RAT\` is the XLS-R 300M encoder with reference block and head, from waveform to logits; with
zeros in place of the reference, and with the reference encoded too.

| | rat | PyTorch | rat / PyTorch |
|---|---|---|---|
END
    awk -F"$tab" '
        function cell(median, fastest) { return fastest == "" ? median : median " (" fastest ")" }
        NR == FNR { median[$1] = $2; fastest[$1] = $3; next }
        { printf "| %s | %s | %s | %.2f |\n", $1, cell(median[$1], fastest[$1]), cell($2, $3), median[$1] / $2 }
    ' "$work/rat.tsv" "$work/torch.tsv"
    cat <<END

## Memory

The most that a process holds for one pass of a batch of 16 utterances of 4 s through XLS-R 300M, MiB; 1,254 of them are the weights (RAT's
block and head included). RAT passes layer by layer, so that it keeps no stack of layers; the stack alone is 298 MiB.

| | rat | PyTorch | rat / PyTorch |
|---|---|---|---|
END
    awk -F"$tab" 'NR == FNR { mib[$1] = $2; next } { printf "| %s | %s | %s | %.2f |\n", $1, mib[$1], $2, mib[$1] / $2 }' \
        "$work/rat-memory.tsv" "$work/torch-memory.tsv"
    cat <<END

## Loading

XLS-R 300M, 1.26 GB on disk, from a warm cache into the network: seconds, best of three in one process, and the peak memory of that process. PyTorch
is given its fastest way (parameters on the meta device, assigned; safetensors there maps the file, and reads it when it is used).

| | rat, s | PyTorch, s | rat, MiB | PyTorch, MiB |
|---|---|---|---|---|
END
    awk -F"$tab" 'NR == FNR { s[$1] = $2; mib[$1] = $3; next } { printf "| %s | %s | %s | %s | %s |\n", $1, s[$1], $2, mib[$1], $3 }' \
        "$work/rat-load.tsv" "$work/torch-load.tsv"
    cat <<END

## Reference conditions

\`rat-report score\` on the $trials evaluation trials of the sample corpus with the tiny encoder of \`rat-report demo --quick\`: recordings that went
through the encoder, and seconds from start to end. The six: ${conditions[*]}.

| conditions | recordings encoded | seconds |
|---|---|---|
END
    awk -F"$tab" '{ printf "| %s | %s | %s |\n", $1, $2, $3 }' "$work/scoring.tsv"
    echo
    echo "Without sharing, the six would encode a test utterance in each and a reference in four of them: $((10 * trials)) recordings."
} >"$work/RESULTS.md"
# The sections of benches/feeding.sh and benches/scores.sh stay.
{ echo; sed -nE '/^# (Feeding|Score files)$/,$p' benches/RESULTS.md; } >>"$work/RESULTS.md"
mv "$work/RESULTS.md" benches/RESULTS.md
cat benches/RESULTS.md
