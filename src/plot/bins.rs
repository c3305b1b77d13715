//! The bins of a score histogram: equal widths on the axis it is drawn on.

use std::fmt::Write as _;

use super::{
    axis::Axis,
    histogram::{Histogram, HistogramScale},
    logit_axis::{inverse, logit, logit_axis},
};

/// Bins over all scores; on a logit axis what lies beyond it is in the bins at its ends.
pub(super) struct Bins {
    /// The axis they are drawn on.
    pub(super) axis: Axis,
    edges: Vec<f64>,
    /// Shares of the class, bona fide and spoof.
    shares: [Vec<f64>; 2],
}

impl Bins {
    pub(super) fn of(scores: &Histogram) -> Self {
        let all = || scores.bonafide.iter().chain(&scores.spoof).copied();
        let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
        let (low, high) = match (low.is_finite(), high > low) {
            (true, true) => (low, high),
            (true, false) => (low - 0.5, low + 0.5),
            _ => (0.0, 1.0),
        };
        match scores.scale {
            HistogramScale::Linear => {
                Self::between(scores, (low, high), |score| score, |place| place, Axis::linear(low, high, 8))
            }
            HistogramScale::Logit => {
                let (low, high) = most(scores);
                let axis = logit_axis(low, high);
                Self::between(scores, axis.ends(), logit, inverse, axis)
            }
        }
    }

    /// Bins from one score to another, of equal width once `warp` is applied.
    fn between(
        scores: &Histogram,
        (low, high): (f64, f64),
        warp: fn(f64) -> f64,
        back: fn(f64) -> f64,
        axis: Axis,
    ) -> Self {
        // As many bins as the smaller class supports.
        let smaller = scores.bonafide.len().min(scores.spoof.len()).max(1);
        let count = ((2.0 * (smaller as f64).sqrt()).round() as usize).clamp(12, 60);
        let start = warp(low);
        let width = (warp(high) - start) / count as f64;
        let share = |values: &[f64]| {
            let mut counts = vec![0_usize; count];
            for value in values {
                let place = warp(value.clamp(low, high)) - start;
                counts[((place / width) as usize).min(count - 1)] += 1;
            }
            counts.into_iter().map(|counted| counted as f64 / values.len().max(1) as f64).collect()
        };
        let edges = (0..=count).map(|index| back(start + width * index as f64)).collect();
        Self { axis, edges, shares: [share(&scores.bonafide), share(&scores.spoof)] }
    }

    /// The highest share of either class.
    pub(super) fn tallest(&self) -> f64 {
        self.shares.iter().flatten().copied().fold(0.0, f64::max)
    }

    pub(super) fn csv(&self) -> String {
        let mut text = String::from("class,from,to,share\n");
        for (class, shares) in ["bonafide", "spoof"].into_iter().zip(&self.shares) {
            for (pair, share) in self.edges.windows(2).zip(shares) {
                let _ = writeln!(text, "{class},{},{},{share}", pair[0], pair[1]);
            }
        }
        text
    }

    /// The outline of a class: up, along and down each bin.
    pub(super) fn outline(&self, class: usize) -> Vec<(f64, f64)> {
        let steps = self.edges.windows(2).zip(&self.shares[class]);
        let inner = steps.flat_map(|(pair, &share)| [(pair[0], share), (pair[1], share)]);
        let (first, last) = (self.edges[0], self.edges[self.edges.len() - 1]);
        [(first, 0.0)].into_iter().chain(inner).chain([(last, 0.0)]).collect()
    }
}

/// Where all but half a percent of either class lie at either end, and the thresholds.
fn most(scores: &Histogram) -> (f64, f64) {
    let mut ends: Vec<f64> = [Some(scores.threshold), scores.min_dcf_threshold].into_iter().flatten().collect();
    for class in [&scores.bonafide, &scores.spoof].into_iter().filter(|class| !class.is_empty()) {
        let mut sorted = class.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let few = sorted.len() / 200;
        ends.extend([sorted[few], sorted[sorted.len() - 1 - few]]);
    }
    ends.retain(|end| (0.0..=1.0).contains(end));
    (ends.iter().copied().fold(1.0, f64::min), ends.iter().copied().fold(0.0, f64::max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_a_class_sum_to_one() {
        for scale in [HistogramScale::Linear, HistogramScale::Logit] {
            let scores =
                Histogram { bonafide: vec![0.1, 0.9, 0.9], spoof: vec![0.0, 1.0], scale, ..Histogram::default() };
            for shares in Bins::of(&scores).shares {
                assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn logit_bins_are_wide_in_the_middle_and_written_as_probabilities() {
        let scores = Histogram {
            bonafide: vec![0.02, 0.98],
            spoof: vec![0.5],
            threshold: 0.6,
            scale: HistogramScale::Logit,
            ..Histogram::default()
        };
        let bins = Bins::of(&scores);
        assert!((bins.edges[0] - 0.01).abs() < 1e-12 && (bins.edges[12] - 0.99).abs() < 1e-12);
        assert!(bins.edges[7] - bins.edges[6] > 5.0 * (bins.edges[1] - bins.edges[0]));
    }
}
