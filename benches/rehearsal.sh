#!/usr/bin/env bash
# Rehearses an evaluation of ASVspoof 5's size (680,774 trials, 737 speakers): protocol, pairing, eight shards under four conditions, merge,
# measures and a page; counts that no trial is lost or doubled; and writes time and memory of each step into benches/RESULTS.md.
# Scores are a function of trial, condition and reference (benches/rehearsal.rs); everything else is the real thing.
#
#   benches/rehearsal.sh      some minutes after the builds
#
# PROGRAM, REHEARSAL: the two programs, where they are built already.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
shards=8 trials=680774
if [ -z "${PROGRAM:-}" ]; then
    cargo build --release --locked --bin rat-report
    PROGRAM="$target/release/rat-report"
fi
if [ -z "${REHEARSAL:-}" ]; then
    # The program behind cargo bench, so that cargo is not measured.
    REHEARSAL=$(cargo bench --locked --bench rehearsal --no-run --message-format=json |
        sed -nE 's/.*"executable":"([^"]*rehearsal[^"]*)".*/\1/p' | tail -n 1)
fi
program="$PROGRAM" bench="$REHEARSAL"
tab=$'\t'
# step NAME COMMAND..: runs it, and adds a line of name, seconds and peak MiB.
step() {
    local name="$1"
    shift
    /usr/bin/time -f "%e$tab%M" -o "$work/time" "$@" >"$work/said" 2>&1 || { cat "$work/said" >&2; exit 1; }
    awk -F"$tab" -v name="$name" '{ printf "| %s | %.1f | %.0f |\n", name, $1, $2 / 1024 }' "$work/time" | tee -a "$work/steps" >&2
}
load=$(cut -d' ' -f1 /proc/loadavg)
"$bench" --make "$work/corpus"
bonafide=$(awk '$9 == "bonafide"' "$work/corpus/ASVspoof5.eval.track_1.tsv" | wc -l)
step "protocol and pairing, written" "$bench" --pair "$work/corpus"
for shard in $(seq "$shards"); do
    name="shard $shard of $shards: protocol, pairing, scores as they come, four tables"
    [ "$shard" -eq 1 ] || name="shard $shard of $shards"
    step "$name" "$bench" --score "$work/corpus" "$shard/$shards"
done
scores="$work/corpus/scores"
mv "$scores/shard-3-of-$shards" "$work/aside"
if "$program" merge "$scores" 2>"$work/refused"; then echo "a gap was not refused" >&2; exit 1; fi
cp -r "$scores/shard-2-of-$shards" "$scores/shard-3-of-$shards"
if "$program" merge "$scores" 2>>"$work/refused"; then echo "a repeat was not refused" >&2; exit 1; fi
rm -r "$scores/shard-3-of-$shards"
mv "$work/aside" "$scores/shard-3-of-$shards"
step "merge" "$program" merge "$scores"
for table in matched mismatched zeroed snr-10; do
    rows=$(($(wc -l <"$scores/$table.csv") - 1))
    distinct=$(tail -n +2 "$scores/$table.csv" | cut -d, -f1 | sort -u | wc -l)
    if [ "$rows" -ne "$trials" ] || [ "$distinct" -ne "$trials" ]; then
        echo "$table: $rows rows, $distinct distinct" >&2
        exit 1
    fi
done
cut -d' ' -f2 "$work/corpus/ASVspoof5.eval.track_1.tsv" >"$work/wanted"
tail -n +2 "$scores/matched.csv" | cut -d, -f1 | cmp - "$work/wanted"
step "one run without shards" "$bench" --score "$work/corpus" 1/1
for table in matched mismatched zeroed snr-10; do cmp "$scores/$table.csv" "$scores/shard-1-of-1/$table.csv"; done
rm -r "$scores/shard-1-of-1"
tables=("$scores"/{matched,mismatched,zeroed,snr-10}.csv)
step "metrics, 200 resamples" "$program" metrics "${tables[@]}" --resamples 200
step "page: render scores, 200 resamples" "$program" render scores --param "scores=$(IFS=,; echo "${tables[*]}")" --param resamples=200 --output "$work/page"
ls "$work"/page*/*.html "$work"/page*.html 2>/dev/null >&2 || true

model=$(sed -nE 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
{
    cat <<END
## Rehearsal

Made by \`benches/rehearsal.sh\`: do not edit. $(date -u +%F), rat revision $(git rev-parse --short=12 HEAD); $model, $(nproc) cores, load before the start $load.
$trials generated trials ($bonafide bona fide, 737 speakers), four conditions, $shards shards; scores are a function, all else is what \`score\`, \`merge\`,
\`metrics\` and \`render\` do. Each table holds every trial once, in the protocol's order, byte for byte as without shards; a shard left out and a shard twice were refused.

| step | seconds | peak MiB |
|---|---|---|
END
    cat "$work/steps"
} >"$work/section.md"
python3 benches/section.py "## Rehearsal" "$work/section.md"
