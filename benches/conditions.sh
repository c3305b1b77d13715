#!/usr/bin/env bash
# What nine reference conditions in one pass cost beside one: on the sample corpus with the tiny encoder of `rat-report demo --quick`, and
# RAT on XLS-R 300M with as many distinct references a trial as ASVspoof 5 has. Writes its section of benches/RESULTS.md.
#
#   benches/conditions.sh     some minutes after the builds
#
# PROGRAM, CONDITIONS: the two programs, where they are built already.
# RUN: a run directory of the demo [default: runs/demo-quick/RAT]; CORPUS: the sample corpus [default: where the demo caches it].
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
run="${RUN:-runs/demo-quick/RAT}"
corpus="${CORPUS:-${XDG_CACHE_HOME:-$HOME/.cache}/rat/sample-corpus}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tab=$'\t'
[ -n "${PROGRAM:-}" ] || { cargo build --release --locked --bin rat-report && PROGRAM="$target/release/rat-report"; }
[ -n "${CONDITIONS:-}" ] || cargo bench --locked --bench conditions --no-run
nine_conditions() { if [ -n "${CONDITIONS:-}" ]; then "$CONDITIONS" --bench; else cargo bench --quiet --locked --bench conditions; fi; }
load=$(cut -d' ' -f1 /proc/loadavg)

# score NAME CONDITIONS: a line of name, recordings encoded, wall and CPU seconds; of three runs the one of the least CPU time.
score() {
    for turn in 1 2 3; do
        /usr/bin/time -f "%e %U %S" -o "$work/time" "$PROGRAM" score --run "$run" --root "$corpus" \
            --condition "$2" --output "$work/scores-$turn-${2//[:,]/-}" >/dev/null 2>"$work/said"
        encoded=$(sed -nE 's/^.* ([0-9]+) recordings encoded.*$/\1/p' "$work/said")
        awk -v name="$1" -v n="$encoded" '{ printf "%s\t%d\t%.2f\t%.2f\n", name, n, $1, $2 + $3 }' "$work/time"
    done | sort -t"$tab" -k4n | head -n 1
}
score matched matched >"$work/demo.tsv"
score "nine in one pass" matched,mismatched,zeroed,absent,silence,noise,snr:10,duration:1,own >>"$work/demo.tsv"
nine_conditions | grep -v "not counted" >"$work/xlsr.tsv"

rows() { awk -F"$tab" 'NR == 1 { one = $4 } { printf "| %s | %s | %s | %s | %.2f |\n", $1, $2, $3, $4, $4 / one }' "$1"; }
model=$(sed -nE 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
{
    cat <<END
## Conditions

Made by \`benches/conditions.sh\`: do not edit. $(date -u +%F), rat revision $(git rev-parse --short=12 HEAD); $model, $(nproc) cores, load before the start $load.
The nine: matched, mismatched, zeroed, absent, silence, noise, snr:10, duration:1, own. The ratio is that of CPU time; the bound is 2.2.

Sample corpus, tiny encoder, \`rat-report score\`, the whole process (its references are trials themselves, and each is drawn by 2.4 trials):

| conditions | recordings encoded | seconds | CPU seconds | ratio |
|---|---|---|---|---|
$(rows "$work/demo.tsv")

RAT on XLS-R 300M, f32, ten trials of 1 s with 0.2 distinct references each (ASVspoof 5: 0.204); counted are ratios of 2.3 and 1.9:

| conditions | recordings encoded | seconds | CPU seconds | ratio |
|---|---|---|---|---|
$(rows "$work/xlsr.tsv")
END
} >"$work/section.md"
python3 benches/section.py "## Conditions" "$work/section.md"
