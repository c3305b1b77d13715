//! Cllr: what the scores cost as log-likelihood ratios over all priors, in bits; and its minimum after PAV.
//!
//! Brümmer and du Preez, *Application-independent evaluation of speaker detection* (Computer Speech and Language 20, 2006);
//! `calculate_CLLR` of the ASVspoof 5 package. 0 is perfect; a system that always says LLR 0 has 1, and one that
//! misleads has more. The minimum is that of the same order of scores, optimally calibrated; what lies between the two
//! is the loss by calibration.

use std::f64::consts::LN_2;

use super::{det::Totals, llr::LlrScores, pav::blocks};

/// Cllr of a resample; the items are (LLR, bona fide, spoof) by ascending distinct scores, counts may be 0.
pub(super) fn cllr_of(steps: impl Iterator<Item = (f64, usize, usize)>, totals: Totals) -> f64 {
    let (mut bonafide, mut spoof) = (0.0, 0.0);
    for (llr, human, made) in steps.filter(|step| step.1 + step.2 > 0) {
        // ln(1 + e^-|llr|) once serves both sides.
        let rest = (-llr.abs()).exp().ln_1p();
        bonafide += count_times(human, rest + (-llr).max(0.0));
        spoof += count_times(made, rest + llr.max(0.0));
    }
    bits(bonafide, spoof, totals)
}

/// The Cllr of a resample after PAV on itself; the items are as in [`cllr_of`], any scores.
pub(super) fn min_cllr_of(steps: impl Iterator<Item = (f64, usize, usize)>, totals: Totals) -> f64 {
    let (mut bonafide, mut spoof) = (0.0, 0.0);
    for block in blocks(steps.map(|(_, bonafide, spoof)| (bonafide, spoof))) {
        let ratio = block.spoof_ratio(totals);
        bonafide += count_times(block.bonafide, ratio.ln_1p());
        spoof += count_times(block.spoof, ratio.recip().ln_1p());
    }
    bits(bonafide, spoof, totals)
}

/// A class that is not there costs nothing, however wrong it would be.
fn count_times(count: usize, cost: f64) -> f64 {
    if count == 0 { 0.0 } else { count as f64 * cost }
}

fn bits(bonafide: f64, spoof: f64, totals: Totals) -> f64 {
    f64::midpoint(bonafide / totals.bonafide as f64, spoof / totals.spoof as f64) / LN_2
}

impl LlrScores {
    /// The cost of the log-likelihood ratio, in bits.
    pub fn cllr(&self) -> f64 {
        cllr_of(self.weighted(), self.detection().totals())
    }

    /// Cllr after the best monotone calibration on these very trials ([PAV](super::DetectionScores::pav)); at most 1.
    pub fn min_cllr(&self) -> f64 {
        // Of equal values the rounding may differ.
        min_cllr_of(self.weighted(), self.detection().totals()).min(self.cllr())
    }

    /// What of Cllr is the calibration's fault: Cllr less its minimum.
    pub fn calibration_loss(&self) -> f64 {
        self.cllr() - self.min_cllr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_information_costs_one_bit() {
        let totals = Totals { bonafide: 3, spoof: 4 };
        assert_eq!(cllr_of([(0.0, 3, 4)].into_iter(), totals), 1.0);
        assert!((min_cllr_of([(17.0, 3, 4)].into_iter(), totals) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn far_out_scores_neither_overflow_nor_vanish() {
        let totals = Totals { bonafide: 1, spoof: 1 };
        assert_eq!(cllr_of([(-800.0, 0, 1), (800.0, 1, 0)].into_iter(), totals), 0.0);
        let wrong = cllr_of([(-800.0, 1, 0), (800.0, 0, 1)].into_iter(), totals);
        assert!((wrong - 800.0 / LN_2).abs() < 1e-9);
        assert_eq!(min_cllr_of([(-800.0, 0, 1), (800.0, 1, 0)].into_iter(), totals), 0.0);
    }

    #[test]
    fn what_was_not_drawn_changes_nothing() {
        let totals = Totals { bonafide: 1, spoof: 2 };
        let drawn = [(-1.0, 0, 1), (2.0, 1, 1)];
        let sparse = [(f64::NEG_INFINITY, 0, 0), drawn[0], (0.5, 0, 0), drawn[1], (f64::INFINITY, 0, 0)];
        assert_eq!(cllr_of(drawn.into_iter(), totals), cllr_of(sparse.into_iter(), totals));
        assert_eq!(min_cllr_of(drawn.into_iter(), totals), min_cllr_of(sparse.into_iter(), totals));
    }
}
