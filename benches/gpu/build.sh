#!/usr/bin/env bash
# Builds everything that benches/gpu/run.sh needs on a machine with an NVIDIA GPU and no compiler, into target/gpu/:
# the program, the parity tests and the benchmarks, all with the features cuda and wgpu.
#
#   benches/gpu/build.sh
#
# burn's cuda feature links LLVM, which its build script downloads; where it cannot, fill that directory first (a message names it).
# CUDARC_CUDA_VERSION chooses the driver's bindings: 13000 suits drivers from 580 on.
set -euo pipefail
cd "$(dirname "$0")/../.."
export CUDARC_CUDA_VERSION="${CUDARC_CUDA_VERSION:-13000}"
out="${CARGO_TARGET_DIR:-target}/gpu"
mkdir -p "$out"
features=(--features "cuda wgpu")
cargo build --release --locked "${features[@]}" --bin rat-report
cp "${CARGO_TARGET_DIR:-target}/release/rat-report" "$out/"
executable() { sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -n 1; }
cp "$(cargo test --release --locked "${features[@]}" --test parity --no-run --message-format json | executable)" "$out/parity"
for bench in encoder training; do
    cp "$(cargo bench --locked "${features[@]}" --bench "$bench" --no-run --message-format json | executable)" "$out/$bench"
done
strip "$out"/*
du -sh "$out"
