#!/usr/bin/env bash
# The checks of a GPU in one command of under ten minutes: what benches/gpu/build.sh built, beside PyTorch on the same device in the
# same run. Prints a compact table at the end; the raw output goes to OUT.
#
#   benches/gpu/run.sh [BUILD [OUT]]          default: target/gpu, gpu-results
#
# DEVICE [default: cuda:0]; ENCODER [default: XLSR_300M]; PYTHON with torch and torchaudio [default: python3]; without them the peer's
# columns stay empty.
set -uo pipefail
cd "$(dirname "$0")/../.."
build=$(realpath "${1:-target/gpu}")
out="${2:-gpu-results}"
device="${DEVICE:-cuda:0}"
encoder="${ENCODER:-XLSR_300M}"
python="${PYTHON:-python3}"
export CUDA_PATH="${CUDA_PATH:-/usr/local/cuda}"
mkdir -p "$out"
: >"$out/table.tsv"
row() { printf '%s\t%s\t%s\n' "$1" "$2" "$3" | tee -a "$out/table.tsv"; }
verdict() { if [ "$1" = 0 ]; then echo pass; else echo "FAIL ($1)"; fi; }
name() { nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null | head -n 1; }
# peak FILE COMMAND..: runs it, and notes the most memory of the GPU meanwhile, in MiB.
peak() {
    local file=$1 most=0 used
    shift
    "$@" &
    local child=$!
    while kill -0 "$child" 2>/dev/null; do
        used=$(nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits 2>/dev/null | head -n 1)
        [ "${used:-0}" -gt "$most" ] && most=$used
        sleep 0.2
    done
    echo "$most" >"$file"
    wait "$child"
}

# G1: devices, and the demo's network on the GPU and on the CPU.
"$build/rat-report" devices >"$out/devices.txt" 2>&1
row G1 "$device" "$(grep -m 1 "${device%%:*}" "$out/devices.txt" || echo 'not listed') $(name)"
"$build/rat-report" demo --quick --output "$out/demo" >"$out/demo.log" 2>&1
corpus="${XDG_CACHE_HOME:-$HOME/.cache}/rat/sample-corpus"
score() { "$build/rat-report" score --run "$out/demo/RAT" --root "$corpus" --condition matched,zeroed --device "$1" --output "$out/scores-$2" "${@:3}"; }
score cpu cpu >"$out/score-cpu.log" 2>&1
for kind in "$device f32" "$device bf16" "wgpu f32"; do
    read -r on precision <<<"$kind"
    folder="${on%%:*}-$precision"
    score "$on" "$folder" --precision "$precision" >"$out/score-$folder.log" 2>&1
    worst=$(paste -d, "$out/scores-cpu/matched.csv" "$out/scores-$folder/matched.csv" 2>/dev/null |
        awk -F, 'NR > 1 { n = NF / 2; d = $2 - $(2 + n); if (d < 0) d = -d; if (d > w) w = d } END { print NR ? w + 0 : "no scores" }')
    row G1 "scores on $on, $precision, against the CPU: largest difference" "$worst"
done
"$build/rat-report" metrics "$out"/scores-*/matched.csv >"$out/metrics.txt" 2>&1
row G2 "EERs" "$(grep -Eo 'scores-[a-z0-9-]+.*' "$out/metrics.txt" | tr -s ' ' | cut -c1-60 | tr '\n' ';')"
# G2: parity of every family on CUDA.
"$build/parity" --ignored --test-threads 1 >"$out/parity.log" 2>&1
row G2 "parity tests on CUDA" "$(grep -m 1 'test result' "$out/parity.log" || echo 'did not run')"
# G3, G4: scoring; G5: training steps.
for precision in f32 bf16; do
    flag=$([ "$precision" = bf16 ] && echo --bf16)
    peak "$out/encoder-$precision.mib" "$build/encoder" --bench --device "$device" --precision "$precision" --batches 1,8,32 >"$out/encoder-$precision.tsv" 2>"$out/encoder-$precision.log"
    # shellcheck disable=SC2086
    (cd benches/peer && "$python" encoder.py --device "${device/cuda:*/cuda}" $flag --batches 1,8,32) >"$out/encoder-$precision-torch.tsv" 2>"$out/encoder-$precision-torch.log"
    # shellcheck disable=SC2086
    (cd benches/peer && timeout 120 "$python" encoder.py --device "${device/cuda:*/cuda}" $flag --compile --batches 1,8,32) >"$out/encoder-$precision-compiled.tsv" 2>/dev/null
    peak "$out/training-$precision.mib" "$build/training" --bench --device "$device" --encoder "$encoder" --precision "$precision" >"$out/training-$precision.tsv" 2>"$out/training-$precision.log"
    # shellcheck disable=SC2086
    (cd benches/peer && "$python" training.py --device "${device/cuda:*/cuda}" $flag) >"$out/training-$precision-torch.tsv" 2>"$out/training-$precision-torch.log"
    for kind in encoder training; do
        awk -F'\t' -v kind="$kind $precision" -v OFS='\t' '
            FILENAME ~ /torch/ { peer[$1] = $2; next }
            FILENAME ~ /compiled/ { if (!($1 in peer) || $2 < peer[$1]) peer[$1] = $2; next }
            { print (kind ~ /enc/ ? "G3" : "G5"), kind ", " $1, $2 " ms; PyTorch " ($1 in peer ? peer[$1] " ms; rat / PyTorch " sprintf("%.2f", $2 / peer[$1]) : "not there") }
        ' "$out/$kind-$precision-torch.tsv" $([ "$kind" = encoder ] && echo "$out/encoder-$precision-compiled.tsv") "$out/$kind-$precision.tsv" 2>/dev/null | tee -a "$out/table.tsv"
        row "$([ $kind = encoder ] && echo G3 || echo G5)" "$kind $precision, most memory of the GPU" "$(cat "$out/$kind-$precision.mib") MiB"
    done
done
# G8: a kill in mid-training; G6: the same losses as on the CPU.
train() { "$build/rat-report" train --root "$corpus" --encoder tiny --batch 8 --draws 400 --epochs 2 --max-samples 32000 --trace-trials 8 "$@"; }
train --device cpu --run "$out/train-cpu" >"$out/train-cpu.log" 2>&1
train --device "$device" --run "$out/train-gpu" >"$out/train-gpu.log" 2>&1
row G6 "losses of two epochs, CPU and GPU" "$(cut -d, -f1,3 "$out/train-cpu/history.csv" "$out/train-gpu/history.csv" 2>/dev/null | grep -v epoch | tr '\n' ' ')"
train --device "$device" --save-every 5 --run "$out/train-killed" >"$out/train-killed.log" 2>&1 &
sleep 6
kill -9 $! 2>/dev/null
train --device "$device" --save-every 5 --run "$out/train-killed" >>"$out/train-killed.log" 2>&1
row G8 "losses after kill -9 and resume" "$(cut -d, -f1,3 "$out/train-killed/history.csv" 2>/dev/null | grep -v epoch | tr '\n' ' ')"
# G9: a device that is not there.
timeout 60 "$build/rat-report" score --run "$out/demo/RAT" --root "$corpus" --device cuda:99 --output "$out/none" >"$out/none.log" 2>&1
row G9 "cuda:99 is refused" "exit $?: $(tail -n 1 "$out/none.log" | cut -c1-80)"
printf '\n| check | what | result |\n|---|---|---|\n'
awk -F'\t' '{ printf "| %s | %s | %s |\n", $1, $2, $3 }' "$out/table.tsv"
