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
