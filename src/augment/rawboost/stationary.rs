//! RawBoost's third noise (SSI): normal noise through a notch filter, at a drawn signal-to-noise ratio.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::NotchFilter;
use crate::augment::convolution::filtered;

/// Stationary signal-independent noise.
#[derive(Clone, Debug, PartialEq)]
pub struct Stationary {
    /// Normal noise, as long as the signal.
    pub noise: Vec<f64>,
    /// What it goes through.
    pub filter: NotchFilter,
    /// Signal to noise ratio.
    pub snr_db: f64,
}

impl Stationary {
    /// Draws noise at 10 to 40 dB.
    pub fn draw(stream: &mut impl Rng, samples: usize) -> Self {
        let noise = (0..samples).map(|_| stream.sample(StandardNormal)).collect();
        Self { noise, filter: NotchFilter::draw(stream, 0.0), snr_db: stream.random_range(10.0..40.0) }
    }

    /// The signal with the noise.
    pub(super) fn applied(&self, signal: &[f64]) -> Vec<f64> {
        let norm = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>().sqrt();
        let noise = filtered(&self.noise, self.filter.centred());
        let level = norm(&noise);
        if level == 0.0 {
            return signal.to_vec();
        }
        let scale = norm(signal) / level / 10f64.powf(0.05 * self.snr_db);
        signal.iter().zip(noise).map(|(sample, noise)| sample + scale * noise).collect()
    }
}
