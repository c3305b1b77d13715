//! A measured value with its confidence interval: the form in which every number enters a table.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value, how sure it is, and how that was found out.
///
/// ```
/// use rat::metrics::Estimate;
/// let eer = Estimate { value: 0.0257, low: 0.0249, high: 0.0266, level: 0.95, method: "bootstrap over trials".into() };
/// assert_eq!(eer.percent(), "2.57 [2.49, 2.66] %");
/// assert_eq!(eer.to_string(), "0.0257 [0.0249, 0.0266]");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The measure on all trials; rates are fractions.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// How often such an interval covers the truth, as 0.95.
    pub level: f64,
    /// How the interval was made, in words for a caption.
    pub method: String,
}

impl Estimate {
    /// As a percentage with two decimals.
    pub fn percent(&self) -> String {
        let [value, low, high] = [self.value, self.low, self.high].map(|rate| 100.0 * rate);
        format!("{value:.2} [{low:.2}, {high:.2}] %")
    }

    /// An interval between the percentiles of resampled values, which are put in order.
    pub(super) fn from_resamples(value: f64, resampled: Vec<f64>, level: f64, method: String) -> Self {
        let (low, high) = percentiles(resampled, level);
        Self { value, low, high, level, method }
    }
}

/// Four decimals, or as many as asked for: `{:.2}`.
impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(4);
        write!(f, "{:.digits$} [{:.digits$}, {:.digits$}]", self.value, self.low, self.high)
    }
}

/// The percentiles between which the share `level` of the values lies.
pub(crate) fn percentiles(mut values: Vec<f64>, level: f64) -> (f64, f64) {
    values.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - level) / 2.0;
    (percentile(&values, tail), percentile(&values, 1.0 - tail))
}

/// NumPy's linear percentile of ascending values, to its last bit; `share` is a fraction.
fn percentile(ascending: &[f64], share: f64) -> f64 {
    let place = share * (ascending.len() - 1) as f64;
    let (below, above) = (ascending[place.floor() as usize], ascending[place.ceil() as usize]);
    let part = place.fract();
    if part < 0.5 { below + (above - below) * part } else { above - (above - below) * (1.0 - part) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_linear_between_values() {
        assert_eq!(percentile(&[1.0, 2.0, 4.0], 0.5), 2.0);
        assert_eq!(percentile(&[1.0, 2.0, 4.0], 0.75), 3.0);
        assert_eq!(percentile(&[7.0], 0.975), 7.0);
    }

    #[test]
    fn precision_is_the_callers() {
        let estimate = Estimate { value: 0.5, low: 0.25, high: 0.75, level: 0.95, method: String::new() };
        assert_eq!(format!("{estimate:.2}"), "0.50 [0.25, 0.75]");
    }
}
