//! RawBoost's first noise (LnL): the recording's powers, each through its own notch filter, as a non-linear device adds them.

use rand::{Rng, RngExt};

use super::{NotchFilter, bring_within_one};
use crate::augment::convolution::{Response, filtered_powers};

/// How many powers, the recording itself included.
const POWERS: usize = 5;

/// Linear and non-linear convolutive noise: one filter for each power of the recording, the first power first.
#[derive(Clone, Debug, PartialEq)]
pub struct Convolutive {
    /// The filter of x, of x^2, and so on.
    pub filters: Vec<NotchFilter>,
}

impl Convolutive {
    /// Draws five filters: 0 dB for the recording itself, -5 to -20 dB for its higher powers.
    pub fn draw(stream: &mut impl Rng) -> Self {
        let filters = (0..POWERS).map(|power| {
            let filter = NotchFilter::draw(stream, 0.0);
            let gain_db = if power == 0 { 0.0 } else { stream.random_range(-20.0..=-5.0) };
            NotchFilter { gain_db, ..filter }
        });
        Self { filters: filters.collect() }
    }

    /// The sum of the filtered powers, without its mean, and within -1 to 1.
    pub(super) fn applied(&self, signal: &[f64]) -> Vec<f64> {
        let responses: Vec<Response> = self.filters.iter().map(NotchFilter::centred).collect();
        let mut sum = filtered_powers(signal, &responses);
        let mean = sum.iter().sum::<f64>() / sum.len().max(1) as f64;
        sum.iter_mut().for_each(|sample| *sample -= mean);
        bring_within_one(&mut sum);
        sum
    }
}
