//! How long recordings are.

use serde::{Deserialize, Serialize};

use crate::trial::Label;

/// Lengths in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Durations {
    /// The shortest.
    pub min_secs: f64,
    /// As many are shorter as are longer.
    pub median_secs: f64,
    /// The longest.
    pub max_secs: f64,
    /// All together.
    pub total_secs: f64,
}

/// Recordings by length, in bins of equal width that begin at 0.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DurationHistogram {
    /// The width of a bin in seconds.
    pub width_secs: f64,
    /// Whether the last bin also holds everything longer.
    pub open: bool,
    /// Bona fide recordings in each bin.
    pub bonafide: Vec<usize>,
    /// Spoofs in each bin.
    pub spoof: Vec<usize>,
    /// Recordings without label in each bin.
    pub unlabelled: Vec<usize>,
}

/// Widths of bins in seconds.
const WIDTHS: [f64; 13] = [0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0];
/// At most so many bins.
const BINS: usize = 60;

impl Durations {
    /// `None` for no recordings.
    pub(super) fn of(lengths: &[(f64, Option<Label>)]) -> Option<Self> {
        let mut secs: Vec<f64> = lengths.iter().map(|(secs, _)| *secs).collect();
        secs.sort_unstable_by(f64::total_cmp);
        let (min_secs, max_secs) = (*secs.first()?, *secs.last()?);
        let median_secs = 0.5 * (secs[(secs.len() - 1) / 2] + secs[secs.len() / 2]);
        Some(Self { min_secs, median_secs, max_secs, total_secs: secs.iter().sum() })
    }
}

impl DurationHistogram {
    /// Bins that show all but the few that are far longer than the rest; these are put into the last one.
    pub(super) fn of(lengths: &[(f64, Option<Label>)]) -> Self {
        let mut secs: Vec<f64> = lengths.iter().map(|(secs, _)| *secs).collect();
        secs.sort_unstable_by(f64::total_cmp);
        let longest = secs.last().copied().unwrap_or(0.0);
        let most = secs.get(secs.len().saturating_sub(1 + secs.len() / 200)).copied().unwrap_or(0.0);
        let shown = if longest > 2.0 * most { most } else { longest };
        let last = WIDTHS[WIDTHS.len() - 1];
        let width_secs = WIDTHS.into_iter().find(|width| shown / width < BINS as f64).unwrap_or(last);
        let count = ((shown / width_secs).floor() as usize + 1).min(BINS);
        let mut bins = [vec![0; count], vec![0; count], vec![0; count]];
        for (secs, label) in lengths {
            let bin = ((secs / width_secs) as usize).min(count - 1);
            bins[label.map_or(2, Label::class)][bin] += 1;
        }
        let [bonafide, spoof, unlabelled] = bins;
        Self { width_secs, open: longest >= width_secs * count as f64, bonafide, spoof, unlabelled }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_counted_where_they_belong() {
        let lengths =
            [(1.0, Some(Label::Bonafide)), (2.0, Some(Label::Spoof)), (4.05, None), (3.0, Some(Label::Spoof))];
        let durations = Durations::of(&lengths).expect("four");
        assert_eq!((durations.min_secs, durations.median_secs, durations.max_secs), (1.0, 2.5, 4.05));
        assert!((durations.total_secs - 10.05).abs() < 1e-12);
        let histogram = DurationHistogram::of(&lengths);
        assert_eq!(histogram.width_secs, 0.1);
        assert_eq!((histogram.bonafide[10], histogram.spoof[20], histogram.unlabelled[40]), (1, 1, 1));
        assert!(!histogram.open);
        assert_eq!(Durations::of(&[]), None);
        assert_eq!(DurationHistogram::of(&[]).bonafide, [0]);
    }

    #[test]
    fn one_hour_does_not_flatten_the_rest() {
        let mut lengths = vec![(3.0, Some(Label::Spoof)); 1_000];
        lengths.push((3_600.0, Some(Label::Spoof)));
        let histogram = DurationHistogram::of(&lengths);
        assert_eq!((histogram.width_secs, histogram.open), (0.1, true));
        assert_eq!(histogram.spoof.iter().sum::<usize>(), 1_001);
        assert_eq!(histogram.spoof.len(), 31);
    }
}
