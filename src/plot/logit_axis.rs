//! The axis of scores that are probabilities: log odds, so that what lies at 0 and at 1 is seen.

use super::axis::{Axis, Tick};

/// Probabilities that have a tick, most of them written; the ends are as far as an axis goes.
const MARKS: [(f64, &str); 19] = [
    (1e-8, "1e\u{2212}8"),
    (1e-7, ""),
    (1e-6, "1e\u{2212}6"),
    (1e-5, ""),
    (1e-4, "0.0001"),
    (0.001, "0.001"),
    (0.01, "0.01"),
    (0.1, "0.1"),
    (0.3, "0.3"),
    (0.5, "0.5"),
    (0.7, "0.7"),
    (0.9, "0.9"),
    (0.99, "0.99"),
    (0.999, "0.999"),
    (0.9999, "0.9999"),
    (0.999_99, ""),
    (0.999_999, "1\u{2212}1e\u{2212}6"),
    (0.999_999_9, ""),
    (0.999_999_99, "1\u{2212}1e\u{2212}8"),
];

/// Log odds.
pub(super) fn logit(probability: f64) -> f64 {
    (probability / (1.0 - probability)).ln()
}

/// The probability of log odds.
pub(super) fn inverse(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// An axis from mark to mark around the data, no further than single precision tells from 0 and 1.
pub(super) fn logit_axis(low: f64, high: f64) -> Axis {
    let last = MARKS.len() - 1;
    let mut from = MARKS.iter().rposition(|&(mark, _)| mark <= low).unwrap_or(0);
    let mut to = MARKS.iter().position(|&(mark, _)| mark >= high).unwrap_or(last);
    if to <= from {
        (from, to) = (from.min(last).saturating_sub(1), (from + 1).min(last));
    }
    let ends = (MARKS[from].0, MARKS[to].0);
    // Between 0.1 and 0.9 a long axis has room for the middle only.
    let short = logit(ends.1) - logit(ends.0) < 8.0;
    let written = MARKS[from..=to].iter().filter(|(mark, _)| short || ![0.3, 0.7].contains(mark));
    let ticks = written.map(|&(value, label)| Tick { value, label: label.into() }).collect();
    Axis::new(ends.0, ends.1, logit, ticks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_from_mark_to_mark() {
        assert_eq!(logit_axis(0.0, 1.0).ends(), (1e-8, 0.999_999_99));
        assert_eq!(logit_axis(0.02, 0.95).ends(), (0.01, 0.99));
        for value in [0.0, 0.5, 0.6, 1.0, f64::INFINITY, f64::NEG_INFINITY] {
            let (low, high) = logit_axis(value, value).ends();
            assert!(low < high, "{value}");
        }
        let axis = logit_axis(0.001, 0.999);
        assert!((axis.position(0.5) - 0.5).abs() < 1e-12);
        let labels: Vec<_> = axis.ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(labels, ["0.001", "0.01", "0.1", "0.5", "0.9", "0.99", "0.999"]);
    }

    #[test]
    fn log_odds_go_back() {
        assert!((inverse(logit(0.123)) - 0.123).abs() < 1e-15);
    }
}
