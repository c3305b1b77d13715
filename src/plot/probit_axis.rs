//! The axis of a DET curve: error rates in normal deviates, so that normally distributed scores draw a straight line.
//!
//! Martin et al., *The DET curve in assessment of detection task performance* (Eurospeech 1997).

use super::axis::{Axis, Tick};
use crate::metrics::probit;

/// Rates that are written, as fractions.
const MARKS: [f64; 14] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8];

/// From `low` to `high`, both fractions between 0 and 1.
pub(super) fn probit_axis(low: f64, high: f64) -> Axis {
    let inside = MARKS.into_iter().filter(|mark| (low - 1e-12..=high + 1e-12).contains(mark));
    let ticks = inside.map(|value| Tick { value, label: format!("{} %", round(100.0 * value)) }).collect();
    Axis::new(low, high, probit, ticks)
}

fn round(percent: f64) -> f64 {
    (percent * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_lies_midway_between_mirrored_rates() {
        let axis = probit_axis(0.1, 0.9);
        assert!((axis.position(0.5) - 0.5).abs() < 1e-12);
        assert!(axis.position(0.2) > 0.15);
        assert_eq!(probit_axis(0.001, 0.5).ticks[0].label, "0.1 %");
    }
}
