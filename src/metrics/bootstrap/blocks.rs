//! The distinct scores, ascending, in blocks of a few trials: the leaves of the tree along which a resample is looked at.

use std::ops::Range;

use super::super::det::{DetectionScores, Rejected};

/// A block holds one distinct score, or as many as make up this many trials.
const TRIALS: usize = 64;

/// Where the blocks begin, and which trial has which score.
#[derive(Clone, Debug)]
pub(super) struct Blocks {
    /// The first distinct score of each block and how many trials are below it; last, the end of all.
    starts: Vec<(usize, Rejected)>,
    /// For each bona fide trial, ascending, which of its block's distinct scores it has; 0 in a block of one.
    bonafide: Vec<u8>,
    /// For each spoof trial.
    spoof: Vec<u8>,
}

impl Blocks {
    pub(super) fn new(scores: &DetectionScores) -> Self {
        let mut blocks = Self {
            starts: vec![(0, Rejected::default())],
            bonafide: Vec::with_capacity(scores.bonafide_count()),
            spoof: Vec::with_capacity(scores.spoof_count()),
        };
        let mut passed = Rejected::default();
        for (index, step) in scores.steps().iter().enumerate() {
            let (first, before) = blocks.starts[blocks.starts.len() - 1];
            let held = passed.bonafide + passed.spoof - before.bonafide - before.spoof;
            let fits = held + step.bonafide + step.spoof <= TRIALS;
            if held > 0 && !fits {
                blocks.starts.push((index, passed));
            }
            let offset = if held > 0 && fits { (index - first) as u8 } else { 0 };
            passed = Rejected { bonafide: passed.bonafide + step.bonafide, spoof: passed.spoof + step.spoof };
            blocks.bonafide.resize(passed.bonafide, offset);
            blocks.spoof.resize(passed.spoof, offset);
        }
        blocks.starts.push((scores.steps().len(), passed));
        blocks
    }

    /// How many blocks.
    pub(super) fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many trials are below a block; below `count()`, all.
    pub(super) fn below(&self, block: usize) -> Rejected {
        self.starts[block].1
    }

    /// How many distinct scores a block has.
    pub(super) fn distinct(&self, block: usize) -> usize {
        self.starts[block + 1].0 - self.starts[block].0
    }

    /// Which of the block's distinct scores each of its bona fide trials has.
    pub(super) fn bonafide(&self, block: usize) -> &[u8] {
        &self.bonafide[self.bonafide_ranks(block)]
    }

    /// Which of the block's distinct scores each of its spoof trials has.
    pub(super) fn spoof(&self, block: usize) -> &[u8] {
        &self.spoof[self.spoof_ranks(block)]
    }

    /// Which bona fide trials, ascending, are in the block.
    pub(super) fn bonafide_ranks(&self, block: usize) -> Range<usize> {
        self.below(block).bonafide..self.below(block + 1).bonafide
    }

    /// Which spoof trials, ascending, are in the block.
    pub(super) fn spoof_ranks(&self, block: usize) -> Range<usize> {
        self.below(block).spoof..self.below(block + 1).spoof
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_part_between_scores_and_large_ties_stand_alone() {
        let bonafide: Vec<f64> = [0.0].into_iter().chain([2.0; 100]).chain([3.0, 3.0]).collect();
        let spoof: Vec<f64> = [1.0].into_iter().chain([2.0; 5]).chain([4.0]).collect();
        let blocks = Blocks::new(&DetectionScores::new(&bonafide, &spoof).unwrap());
        let distinct: Vec<usize> = (0..blocks.count()).map(|block| blocks.distinct(block)).collect();
        assert_eq!(distinct, [2, 1, 2]);
        assert_eq!((blocks.bonafide(0), blocks.spoof(0)), (&[0][..], &[1][..]));
        assert_eq!((blocks.bonafide(2), blocks.spoof(2)), (&[0, 0][..], &[1][..]));
        assert!(blocks.bonafide(1).iter().chain(blocks.spoof(1)).all(|&offset| offset == 0));
        assert_eq!(blocks.below(3), Rejected { bonafide: 103, spoof: 7 });
    }
}
