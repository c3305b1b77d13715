//! Pool adjacent violators (PAV): the best monotone map from scores to log-likelihood ratios (LLRs), hence calibration at
//! its best, and the blocks that are the segments of the ROC convex hull.
//!
//! Ayer et al., *An empirical distribution function for sampling with incomplete information* (Annals of Mathematical
//! Statistics 26, 1955); as optimal calibration Brümmer and du Preez, *Application-independent evaluation of speaker
//! detection* (Computer Speech and Language 20, 2006). Shares are compared in whole numbers, so that no block hangs on
//! rounding.

use serde::{Deserialize, Serialize};

use super::det::{DetectionScores, Totals};

/// Neighbouring scores that share one share of bona fide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// How many of the counts that came in, empty ones too.
    pub(super) distinct: usize,
    pub(super) bonafide: usize,
    pub(super) spoof: usize,
}

impl Block {
    fn is_empty(self) -> bool {
        self.bonafide == 0 && self.spoof == 0
    }

    /// Whether the share of bona fide is at least that of the block above.
    fn violates(self, above: Self) -> bool {
        self.bonafide as u128 * above.spoof as u128 >= above.bonafide as u128 * self.spoof as u128
    }

    fn with(self, above: Self) -> Self {
        Self {
            distinct: self.distinct + above.distinct,
            bonafide: self.bonafide + above.bonafide,
            spoof: self.spoof + above.spoof,
        }
    }

    /// The likelihood ratio of spoof to bona fide; infinite without bona fide, 0 without spoof.
    pub(super) fn spoof_ratio(self, totals: Totals) -> f64 {
        (self.spoof as u128 * totals.bonafide as u128) as f64 / (self.bonafide as u128 * totals.spoof as u128) as f64
    }
}

/// The blocks from the counts of ascending distinct scores, their shares of bona fide strictly rising.
///
/// Scores that were not drawn (both counts 0) join the block below, or the first one.
pub(super) fn blocks(counts: impl Iterator<Item = (usize, usize)>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for (bonafide, spoof) in counts {
        let mut block = Block { distinct: 1, bonafide, spoof };
        while let Some(&below) = blocks.last() {
            if !(block.is_empty() || below.is_empty() || below.violates(block)) {
                break;
            }
            block = below.with(block);
            blocks.pop();
        }
        blocks.push(block);
    }
    blocks
}

/// A distinct score and the log-likelihood ratio that PAV gives it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibratedScore {
    /// As the system gave it.
    pub score: f64,
    /// Natural logarithm; infinite where only one class scores so low, or so high.
    pub llr: f64,
}

impl DetectionScores {
    /// The LLR of each distinct score after PAV on these very trials, ascending: what no calibration can do better.
    ///
    /// ```
    /// use rat::metrics::DetectionScores;
    /// let calibrated = DetectionScores::new(&[0.5, 0.9], &[0.1, 0.5])?.pav();
    /// let llrs: Vec<f64> = calibrated.iter().map(|trial| trial.llr).collect();
    /// assert_eq!(llrs, [f64::NEG_INFINITY, 0.0, f64::INFINITY]);
    /// # Ok::<(), rat::Error>(())
    /// ```
    pub fn pav(&self) -> Vec<CalibratedScore> {
        let llrs = blocks(self.counts()).into_iter().flat_map(|block| {
            let llr = -block.spoof_ratio(self.totals()).ln();
            std::iter::repeat_n(llr + 0.0, block.distinct)
        });
        self.steps().iter().zip(llrs).map(|(step, llr)| CalibratedScore { score: step.score, llr }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violators_are_pooled_back() {
        let block = |distinct, bonafide, spoof| Block { distinct, bonafide, spoof };
        assert_eq!(
            blocks([(0, 1), (1, 0), (0, 1), (1, 0)].into_iter()),
            [block(1, 0, 1), block(2, 1, 1), block(1, 1, 0)]
        );
        assert_eq!(blocks([(1, 0), (0, 1)].into_iter()), [block(2, 1, 1)]);
    }

    #[test]
    fn what_was_not_drawn_changes_nothing() {
        let drawn = blocks([(0, 2), (3, 1), (1, 0)].into_iter());
        let sparse = blocks([(0, 0), (0, 2), (0, 0), (0, 0), (3, 1), (1, 0), (0, 0)].into_iter());
        let counts = |blocks: &[Block]| blocks.iter().map(|block| (block.bonafide, block.spoof)).collect::<Vec<_>>();
        assert_eq!(counts(&drawn), counts(&sparse));
        assert_eq!(sparse.iter().map(|block| block.distinct).sum::<usize>(), 7);
    }
}
