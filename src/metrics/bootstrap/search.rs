//! The measures of one resample, each by looking at as few nodes of its tree as decide it.
//!
//! EER and the miss rate at a false-alarm rate follow one path. The minimum cost goes by branch and bound: no point of a range
//! costs less than the misses at its start with the false alarms at its end. Rounding keeps the order of rates and costs, so
//! the results are those of a full scan, to the last bit.

use super::{
    super::{
        dcf::CostModel,
        det::{Rejected, Totals},
        eer::{self, EerRule},
    },
    resampled::{Drawn, Resampled, Span},
};

/// Searches resamples, with room to open their blocks.
#[derive(Clone, Debug, Default)]
pub(super) struct Search {
    opened: Vec<Drawn>,
    waiting: Vec<(f64, Span)>,
}

impl Search {
    /// The equal error rate.
    pub(super) fn eer(&mut self, resampled: &dyn Resampled, rule: EerRule) -> f64 {
        let totals = resampled.totals();
        let (before, after) = self.first(resampled, |rejected| has_crossed(rejected, totals));
        let (before, after) = match rule {
            EerRule::TieMerged => (before, after),
            EerRule::Official => crossing_trial(before, after, totals),
        };
        let counts = [(before.bonafide, before.spoof), difference(before, after)];
        eer::crossing(counts.into_iter(), totals).rate(rule, totals)
    }

    /// The lowest miss rate whose false-alarm rate is `far` at most.
    pub(super) fn miss_rate(&mut self, resampled: &dyn Resampled, far: f64) -> f64 {
        if far >= 1.0 {
            return 0.0;
        }
        let totals = resampled.totals();
        totals.frr(self.first(resampled, |rejected| totals.far(rejected) <= far).1)
    }

    /// How often each distinct score was drawn, all of them.
    pub(super) fn expand(&mut self, resampled: &dyn Resampled) -> &[Drawn] {
        resampled.expand(&mut self.opened);
        &self.opened
    }

    /// What is rejected before and after the first distinct score at which `reached` turns true; nothing is not enough, all is.
    fn first(&mut self, resampled: &dyn Resampled, reached: impl Fn(Rejected) -> bool) -> (Rejected, Rejected) {
        let mut span = resampled.root();
        while !span.is_block() {
            let (low, high) = resampled.split(&span);
            span = if reached(low.after) { low } else { high };
        }
        self.opened.clear();
        resampled.open(&span, &mut self.opened);
        let mut before = span.before;
        for &drawn in &self.opened {
            let after = plus(before, drawn);
            if reached(after) {
                return (before, after);
            }
            before = after;
        }
        (before, before)
    }

    /// The minimum of the normalised cost.
    pub(super) fn min_dcf(&mut self, resampled: &dyn Resampled, costs: &CostModel) -> f64 {
        let totals = resampled.totals();
        let cost = |misses: Rejected, alarms: Rejected| costs.normalised(totals.frr(misses), totals.far(alarms));
        let root = resampled.root();
        let mut lowest = cost(root.before, root.before).min(cost(root.after, root.after));
        self.waiting.clear();
        self.waiting.push((cost(root.before, root.after), root));
        while let Some((bound, span)) = self.waiting.pop() {
            if bound >= lowest {
                continue;
            }
            if span.is_block() {
                self.opened.clear();
                resampled.open(&span, &mut self.opened);
                lowest = lowest.min(lowest_inside(&self.opened, span.before, cost));
                continue;
            }
            let (low, high) = resampled.split(&span);
            lowest = lowest.min(cost(low.after, low.after));
            let halves = [low, high].map(|half| (cost(half.before, half.after), half));
            // The last in is the next out: first where less cost may hide.
            let [low, high] = halves;
            self.waiting.extend(if low.0 < high.0 { [high, low] } else { [low, high] });
        }
        lowest
    }
}

/// The lowest cost at the distinct scores of a block; only where spoofs are rejected can it fall.
fn lowest_inside(opened: &[Drawn], before: Rejected, cost: impl Fn(Rejected, Rejected) -> f64) -> f64 {
    let mut rejected = before;
    let mut lowest = f64::INFINITY;
    for &drawn in opened {
        rejected = plus(rejected, drawn);
        if drawn.1 > 0 {
            lowest = lowest.min(cost(rejected, rejected));
        }
    }
    lowest
}

fn plus(rejected: Rejected, (bonafide, spoof): Drawn) -> Rejected {
    Rejected { bonafide: rejected.bonafide + bonafide, spoof: rejected.spoof + spoof }
}

fn difference(before: Rejected, after: Rejected) -> Drawn {
    (after.bonafide - before.bonafide, after.spoof - before.spoof)
}

/// Whether FRR >= FAR, in whole numbers; 2 billion trials squared fit.
fn has_crossed(rejected: Rejected, totals: Totals) -> bool {
    let misses = rejected.bonafide as u64 * totals.spoof as u64;
    misses >= (totals.spoof - rejected.spoof) as u64 * totals.bonafide as u64
}

/// The single trial at which the rates cross, where the trials of one score are rejected one by one, bona fide first.
fn crossing_trial(before: Rejected, after: Rejected, totals: Totals) -> (Rejected, Rejected) {
    let (bonafide, spoof) = (totals.bonafide as u64, totals.spoof as u64);
    let corner = Rejected { bonafide: after.bonafide, spoof: before.spoof };
    if has_crossed(corner, totals) {
        let misses = ((spoof - before.spoof as u64) * bonafide).div_ceil(spoof) as usize;
        return (Rejected { bonafide: misses - 1, ..before }, Rejected { bonafide: misses, ..before });
    }
    let accepted = (after.bonafide as u64 * spoof / bonafide) as usize;
    let rejected = totals.spoof - accepted;
    (Rejected { spoof: rejected - 1, ..corner }, Rejected { spoof: rejected, ..corner })
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            super::{dcf, det::DetectionScores},
            blocks::Blocks,
            lazy::Lazy,
            stream::{Key, Stream},
        },
        *,
    };

    /// Two overlapping classes on a grid of so many scores.
    fn scores(stream: &mut Stream, bonafide: u32, spoof: u32, grid: u32) -> DetectionScores {
        let mut draw = |count: u32, above: u32| -> Vec<f64> {
            (0..count).map(|_| f64::from(stream.below(grid) + stream.below(grid) + above)).collect()
        };
        let bonafide = draw(bonafide, grid / 2);
        DetectionScores::new(&bonafide, &draw(spoof, 0)).unwrap()
    }

    fn check(scores: &DetectionScores, costs: &CostModel, seed: u64) {
        let blocks = Blocks::new(scores);
        let mut search = Search::default();
        for replicate in 0..10 {
            let resampled = Lazy::new(&blocks, seed, replicate);
            let totals = resampled.totals();
            if totals.bonafide == 0 || totals.spoof == 0 {
                continue;
            }
            let full = search.expand(&resampled).to_vec();
            assert_eq!(full.len(), scores.distinct_count());
            for rule in [EerRule::Official, EerRule::TieMerged] {
                let scanned = eer::crossing(full.iter().copied(), totals).rate(rule, totals);
                assert_eq!(search.eer(&resampled, rule).to_bits(), scanned.to_bits(), "{rule}, {full:?}");
            }
            let scanned = dcf::lowest(full.iter().copied(), totals, costs).0;
            assert_eq!(search.min_dcf(&resampled, costs).to_bits(), scanned.to_bits(), "{full:?}");
            for far in [0.0, 0.01, 0.2, 0.5, 1.0] {
                let mut rejected = Rejected::default();
                let reached = full.iter().map(|&drawn| {
                    rejected = plus(rejected, drawn);
                    rejected
                });
                let mut points = [Rejected::default()].into_iter().chain(reached);
                let scanned = points.find(|&rejected| totals.far(rejected) <= far).map(|rejected| totals.frr(rejected));
                assert_eq!(Some(search.miss_rate(&resampled, far)), scanned);
            }
        }
    }

    #[test]
    fn a_search_finds_what_a_full_scan_finds() {
        let mut stream = Key::new(0, 0).stream(0);
        for seed in 0..400 {
            let [bonafide, spoof] = [2 + stream.below(300), 2 + stream.below(300)];
            let grid = 1 + stream.below([3, 30, 300, 30_000][seed as usize % 4]);
            let costs = CostModel::new(0.02 + 0.9 * stream.uniform(), 1.0, 10.0 * stream.uniform()).unwrap();
            check(&scores(&mut stream, bonafide, spoof, grid), &costs, seed);
        }
        check(&scores(&mut stream, 5_000, 20_000, 1_000_000), &CostModel::ASVSPOOF5, 1);
        check(&scores(&mut stream, 20_000, 9_000, 40), &CostModel::ASVSPOOF5, 2);
    }

    #[test]
    fn perfect_and_inverted_scores_are_measured() {
        let (low, high): (Vec<f64>, Vec<f64>) = (0..200).map(|i| (f64::from(i), f64::from(i + 200))).unzip();
        for (bonafide, spoof) in [(&high, &low), (&low, &high)] {
            check(&DetectionScores::new(bonafide, spoof).unwrap(), &CostModel::ASVSPOOF5, 3);
        }
    }
}
