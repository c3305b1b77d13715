//! Trials drawn with replacement, without drawing them: the multinomial counts by binary splitting.
//!
//! How many drawn trials are bona fide is binomial; given how many fall into a range, how many fall into its lower half is
//! binomial too (Devroye, *Non-Uniform Random Variate Generation*, 1986, XI.1.4). Each node of the tree draws from a stream
//! of its own, so a measure may look at a few nodes only and sees the same resample as if it had looked at all.
//! In distribution this is exactly the bootstrap over trials.

use super::{
    super::det::{Rejected, Totals},
    binomial::binomial,
    blocks::Blocks,
    resampled::{Drawn, Resampled, Span},
    stream::{Key, Stream},
};

/// One resample over trials.
#[derive(Clone, Debug)]
pub(super) struct Lazy<'a> {
    blocks: &'a Blocks,
    key: Key,
    totals: Totals,
}

impl<'a> Lazy<'a> {
    pub(super) fn new(blocks: &'a Blocks, seed: u64, replicate: u64) -> Self {
        let key = Key::new(seed, replicate);
        let there = blocks.below(blocks.count());
        let all = there.bonafide + there.spoof;
        let bonafide = binomial(&mut key.stream(0), all as u32, there.bonafide as u32, all as u32) as usize;
        Self { blocks, key, totals: Totals { bonafide, spoof: all - bonafide } }
    }

    /// The streams of a node: bona fide, spoof.
    fn streams(&self, span: &Span) -> (Stream, Stream) {
        (self.key.stream(2 * span.node), self.key.stream(2 * span.node + 1))
    }
}

impl Resampled for Lazy<'_> {
    fn totals(&self) -> Totals {
        self.totals
    }

    fn blocks(&self) -> usize {
        self.blocks.count()
    }

    fn below_middle(&self, span: &Span) -> Rejected {
        let [first, middle, end] = [span.first, span.middle(), span.end].map(|block| self.blocks.below(block));
        let part = |mut stream: Stream, drawn: usize, [first, middle, end]: [usize; 3]| {
            binomial(&mut stream, drawn as u32, (middle - first) as u32, (end - first) as u32) as usize
        };
        let (drawn, (bonafide, spoof)) = (span.drawn(), self.streams(span));
        let bonafide = part(bonafide, drawn.bonafide, [first, middle, end].map(|below| below.bonafide));
        let spoof = part(spoof, drawn.spoof, [first, middle, end].map(|below| below.spoof));
        Rejected { bonafide: span.before.bonafide + bonafide, spoof: span.before.spoof + spoof }
    }

    /// In a block, each drawn trial is drawn by itself.
    fn open(&self, block: &Span, scores: &mut Vec<Drawn>) {
        let Rejected { bonafide, spoof } = block.drawn();
        let start = scores.len();
        let distinct = self.blocks.distinct(block.first);
        if distinct == 1 {
            return scores.push((bonafide, spoof));
        }
        scores.resize(start + distinct, (0, 0));
        let scores = &mut scores[start..];
        let mut streams = self.streams(block);
        let of = self.blocks.bonafide(block.first);
        (0..bonafide).for_each(|_| scores[of[streams.0.below(of.len() as u32) as usize] as usize].0 += 1);
        let of = self.blocks.spoof(block.first);
        (0..spoof).for_each(|_| scores[of[streams.1.below(of.len() as u32) as usize] as usize].1 += 1);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::super::det::DetectionScores, *};

    /// Means, variances and covariances of all counts are the multinomial's.
    #[test]
    fn counts_are_multinomial() {
        const REPLICATES: usize = 20_000;
        let sizes = [(40, 30), (0, 70), (65, 3), (1, 0), (2, 1), (90, 40), (1, 1), (0, 2)];
        let repeated = |class: fn(&(usize, usize)) -> usize| -> Vec<f64> {
            let scores = sizes.iter().enumerate();
            scores.flat_map(|(score, size)| vec![score as f64; class(size)]).collect()
        };
        let scores = DetectionScores::new(&repeated(|size| size.0), &repeated(|size| size.1)).unwrap();
        let blocks = Blocks::new(&scores);
        assert!(blocks.count() > 3);
        let drawn: Vec<Vec<f64>> = (0..REPLICATES as u64)
            .map(|replicate| {
                let mut scores = Vec::new();
                Lazy::new(&blocks, 5, replicate).expand(&mut scores);
                scores.iter().flat_map(|drawn| [drawn.0 as f64, drawn.1 as f64]).collect()
            })
            .collect();
        let cells: Vec<f64> = sizes.iter().flat_map(|size| [size.0 as f64, size.1 as f64]).collect();
        let all: f64 = cells.iter().sum();
        for (a, &size) in cells.iter().enumerate() {
            for (b, &other) in cells.iter().enumerate() {
                let products = drawn.iter().map(|drawn| (drawn[a] - size) * (drawn[b] - other));
                let found = products.sum::<f64>() / REPLICATES as f64;
                let expected = if a == b { size * (1.0 - size / all) } else { -size * other / all };
                let bound = 6.0 * (2.0 * (size + 1.0) * (other + 1.0) / REPLICATES as f64).sqrt();
                assert!((found - expected).abs() < bound, "cells {a} and {b}: {found}, expected {expected}");
            }
            let mean = drawn.iter().map(|drawn| drawn[a]).sum::<f64>() / REPLICATES as f64;
            assert!((mean - size).abs() <= 5.0 * (size / REPLICATES as f64).sqrt(), "cell {a}: {mean}, {size}");
        }
    }

    #[test]
    fn nodes_do_not_depend_on_the_order_of_visits() {
        let scores: Vec<f64> = (0..1_000).map(f64::from).collect();
        let blocks = Blocks::new(&DetectionScores::new(&scores[300..], &scores[..700]).unwrap());
        let resampled = Lazy::new(&blocks, 0, 0);
        let (low, high) = resampled.split(&resampled.root());
        let one = (resampled.split(&low), resampled.split(&high));
        let other = (resampled.split(&high), resampled.split(&low));
        assert_eq!((one.0.1.before, one.1.0.after), (other.1.1.before, other.0.0.after));
    }
}
