//! Resamples drawn in full: how often each unit was drawn, counted by the scores of a system.
//!
//! A unit is a trial in file order, or a cluster of trials, which come and go together. The counts of the units do not
//! depend on scores: several systems are resampled alike by them.

use super::{
    super::{
        det::{Rejected, Totals},
        resample::LabelledScores,
    },
    blocks::Blocks,
    resampled::{Drawn, Resampled, Span},
};

/// The trials of one system in order of their scores, each with its unit.
#[derive(Clone, Debug)]
pub(super) struct Ranked {
    blocks: Blocks,
    /// The unit of each trial by rank: bona fide ascending, then spoof ascending.
    units: Vec<u32>,
}

impl Ranked {
    /// `unit` tells the unit of a trial by its place in the file.
    pub(super) fn new(scores: &LabelledScores, unit: impl Fn(u32) -> u32) -> Self {
        let mut units = scores.places_by_rank();
        units.iter_mut().for_each(|place| *place = unit(*place));
        Self { blocks: Blocks::new(scores.detection()), units }
    }

    fn bonafide(&self, block: usize) -> &[u32] {
        &self.units[self.blocks.bonafide_ranks(block)]
    }

    fn spoof(&self, block: usize) -> &[u32] {
        let first = self.blocks.below(self.blocks.count()).bonafide;
        let ranks = self.blocks.spoof_ranks(block);
        &self.units[first + ranks.start..first + ranks.end]
    }
}

/// One resample of one system.
#[derive(Debug)]
pub(super) struct Counted<'a> {
    ranked: &'a Ranked,
    /// How often each unit was drawn.
    weights: &'a [u8],
    /// Drawn below each block; last, all.
    below: &'a [Rejected],
}

impl<'a> Counted<'a> {
    /// Counts the drawn trials of each block into `below`.
    pub(super) fn new(ranked: &'a Ranked, weights: &'a [u8], below: &'a mut Vec<Rejected>) -> Self {
        let sum = |units: &[u32]| units.iter().map(|&unit| u32::from(weights[unit as usize])).sum::<u32>() as usize;
        let mut rejected = Rejected::default();
        below.clear();
        below.push(rejected);
        below.extend((0..ranked.blocks.count()).map(|block| {
            rejected.bonafide += sum(ranked.bonafide(block));
            rejected.spoof += sum(ranked.spoof(block));
            rejected
        }));
        Self { ranked, weights, below }
    }
}

impl Resampled for Counted<'_> {
    fn totals(&self) -> Totals {
        let Rejected { bonafide, spoof } = self.below[self.blocks()];
        Totals { bonafide, spoof }
    }

    fn blocks(&self) -> usize {
        self.ranked.blocks.count()
    }

    fn below_middle(&self, span: &Span) -> Rejected {
        self.below[span.middle()]
    }

    fn open(&self, block: &Span, scores: &mut Vec<Drawn>) {
        let start = scores.len();
        scores.resize(start + self.ranked.blocks.distinct(block.first), (0, 0));
        let scores = &mut scores[start..];
        let weight = |unit: &u32| usize::from(self.weights[*unit as usize]);
        let bonafide = self.ranked.bonafide(block.first);
        for (&offset, unit) in self.ranked.blocks.bonafide(block.first).iter().zip(bonafide) {
            scores[usize::from(offset)].0 += weight(unit);
        }
        let spoof = self.ranked.spoof(block.first);
        for (&offset, unit) in self.ranked.blocks.spoof(block.first).iter().zip(spoof) {
            scores[usize::from(offset)].1 += weight(unit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            super::{dcf::CostModel, det::DetectionScores, eer::EerRule},
            search::Search,
            settings::{Resampling, Settings},
            stream::Key,
            units,
        },
        *,
    };
    use crate::trial::Label;

    /// Repeats each trial as often as its unit was drawn, and measures that from the start.
    fn brute_force(trials: &[(f64, Label)], units: &[u32], weights: &[u8]) -> Option<DetectionScores> {
        let of = |wanted: Label| -> Vec<f64> {
            let trials = trials.iter().zip(units).filter(|((_, label), _)| *label == wanted);
            trials.flat_map(|((score, _), &unit)| vec![*score; usize::from(weights[unit as usize])]).collect()
        };
        DetectionScores::new(&of(Label::Bonafide), &of(Label::Spoof)).ok()
    }

    #[test]
    fn measures_are_those_of_the_repeated_trials() {
        let mut stream = Key::new(1, 1).stream(1);
        for case in 0..200 {
            let grid = [4, 4_000][case % 2];
            let trials: Vec<(f64, Label)> = (0..20 + stream.below(300))
                .map(|_| {
                    (f64::from(stream.below(grid)), if stream.below(3) == 0 { Label::Bonafide } else { Label::Spoof })
                })
                .collect();
            let Ok(scores) = LabelledScores::new(trials.iter().copied()) else { continue };
            let clusters = 2 + stream.below(9);
            let units: Vec<u32> = trials.iter().map(|_| stream.below(clusters)).collect();
            let ranked = Ranked::new(&scores, |place| units[place as usize]);
            let mut weights = vec![0; clusters as usize];
            let settings = Settings { resampling: Resampling::Speaker, ..Settings::default() };
            units::draw(&settings, case as u64, &mut weights);
            let Some(expected) = brute_force(&trials, &units, &weights) else { continue };
            let mut below = Vec::new();
            let resampled = Counted::new(&ranked, &weights, &mut below);
            let mut search = Search::default();
            for rule in [EerRule::Official, EerRule::TieMerged] {
                assert_eq!(search.eer(&resampled, rule), expected.eer(rule).rate);
            }
            let costs = CostModel::ASVSPOOF5;
            assert_eq!(search.min_dcf(&resampled, &costs), expected.min_dcf(&costs).rate);
        }
    }
}
