#!/usr/bin/env bash
# Times Rust cells, with the library as a shared object and beside it linked statically, and a document of ten cells; writes
# benches/CELLS.md.
#
#   benches/kernel.sh           about three minutes after the builds; leave the machine alone meanwhile
#   benches/kernel.sh --dep     also evcxr's own way, which builds all dependencies anew twice: an hour
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
[[ $target = /* ]] || target="$PWD/$target"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tab=$'\t'
features=(--no-default-features --features kernel)

cargo build --release --locked "${features[@]}" --bin rat-report
cargo bench --locked "${features[@]}" --bench kernel --no-run
deps="$target/release/deps"
rlib=$(ls -t "$deps"/librat-*.rlib | head -n 1)
load=$(cut -d' ' -f1 /proc/loadavg)
RAT_BENCH_STATIC_FLAGS="-Cprefer-dynamic -Coverflow-checks=off --extern rat=$rlib -Ldependency=$deps" \
    cargo bench --quiet --locked "${features[@]}" --bench kernel -- "$@" >"$work/cells.tsv"

awk 'BEGIN { for (i = 0; i < 400; i++) printf "F%d,%.3f,%d\n", i, (i * 37 % 400) / 400 + (i % 2 ? 0 : 0.5), i % 2 }' >"$work/one.csv"
{
    printf '+++\ntitle = "Ten cells"\n[params]\nscores = "one.csv"\nresamples = 100\n+++\n\n{{ results() }}\n'
    for at in 1 2 3 4 5 6 7 8 9 10; do
        printf '\n```{rust}\nlet v%d: usize = page.results()?.rows.len() + %d;\nv%d\n```\n' "$at" "$at" "$at"
    done
} >"$work/ten.md"
TIMEFORMAT="%R$tab%U$tab%S"
render() { ( cd "$work" && { time "$target/release/rat-report" render ten.md --run --output out >/dev/null; } 2>&1 | tail -n 1 ); }
first=$(render)
again=$(render)
row() { printf '%s\t%s\n' "$1" "$2" | awk -F"$tab" '{ printf "| %s | %.2f | %.2f |\n", $1, $2, $3 + $4 }'; }
model=$(sed -nE 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
{
    cat <<END
# Rust cells

Made by \`benches/kernel.sh${1:+ $1}\`: do not edit. $(date -u +%F), rat revision $(git rev-parse --short=12 HEAD); $model, $(nproc) cores,
load before the start $load; $(rustc --version | cut -d' ' -f1,2), evcxr 0.22.0. Seconds; CPU counts all processes. A session that opens has read the prelude.

| the library linked as | opening, wall | opening, CPU | a small cell, wall | a small cell, CPU |
|---|---|---|---|---|
END
    awk -F"$tab" '{ printf "| %s | %s | %s | %s | %s |\n", $1, $2, $3, $4, $5 }' "$work/cells.tsv"
    cat <<END

| a document of ten cells | wall | CPU |
|---|---|---|
END
    row "first time" "$first"
    row "again, unchanged" "$again"
} >benches/CELLS.md
cat benches/CELLS.md
