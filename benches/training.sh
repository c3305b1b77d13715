#!/usr/bin/env bash
# Times training steps of both stages, ours and PyTorch's, one after the other on this machine; prints a table.
#
#   benches/training.sh [--batches 16,6] [--steps 5] [--encoder XLSR_300M]     on the CPU; the whole recipe needs 30 GB and half an hour
#
# BENCH_VENV: the Python environment for PyTorch, made where it is missing [default: target/bench-venv; 6 GB].
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
venv="${BENCH_VENV:-$target/bench-venv}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r benches/peer/requirements.txt
fi
cargo bench --quiet --locked --bench training --no-run
load=$(cut -d' ' -f1 /proc/loadavg)
rat() { cargo bench --quiet --locked --bench training -- "$@"; }
peer() { OMP_WAIT_POLICY=passive "$venv/bin/python" benches/peer/training.py "$@"; }
rat "$@" >"$work/rat.tsv"
peer "$@" >"$work/torch.tsv"
for stage in train finetune; do
    rat "$@" --memory "$stage" >>"$work/rat-memory.tsv"
    peer "$@" --memory "$stage" >>"$work/torch-memory.tsv"
done
model=$(sed -nE 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
cat <<END
$model, $(nproc) cores, load before the start $load; \`benches/training.sh $*\`: one step, XLS-R 300M with reference block and head, random weights,
4 s of audio for test and reference, f32, two threads: median (fastest) in ms, and the peak of the process in MiB.

| step | rat, ms | PyTorch, ms | rat / PyTorch | rat, MiB | PyTorch, MiB |
|---|---|---|---|---|---|
END
paste "$work/rat.tsv" "$work/torch.tsv" "$work/rat-memory.tsv" "$work/torch-memory.tsv" |
    awk -F'\t' '{ printf "| %s | %s (%s) | %s (%s) | %.2f | %s | %s |\n", $1, $2, $3, $5, $6, $2 / $5, $8, $10 }'
