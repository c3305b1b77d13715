//! White noise: audiomentations' `AddGaussianNoise` and `AddGaussianSNR`.

use rand::{Rng, RngExt};

use super::{add, noise_level, white};

/// White noise at a level of its own, whatever the recording's.
#[derive(Clone, Debug, PartialEq)]
pub struct GaussianNoise {
    /// Standard normal, as long as the recording.
    pub noise: Vec<f64>,
    /// What it is multiplied by.
    pub amplitude: f64,
}

impl GaussianNoise {
    /// Draws noise with a standard deviation of 0.001 to 0.015.
    pub fn draw(stream: &mut impl Rng, samples: usize) -> Self {
        let amplitude = stream.random_range(0.001..0.015);
        Self { noise: white(stream, samples), amplitude }
    }

    /// Adds it.
    pub fn apply(&self, samples: &mut [f32]) {
        add(samples, &self.noise, self.amplitude);
    }
}

/// White noise at a signal-to-noise ratio.
#[derive(Clone, Debug, PartialEq)]
pub struct GaussianSnr {
    /// Standard normal, as long as the recording.
    pub noise: Vec<f64>,
    /// How far the recording's root mean square is above the noise's standard deviation.
    pub snr_db: f64,
}

impl GaussianSnr {
    /// Draws noise at 5 to 40 dB.
    pub fn draw(stream: &mut impl Rng, samples: usize) -> Self {
        let snr_db = stream.random_range(5.0..40.0);
        Self { noise: white(stream, samples), snr_db }
    }

    /// Adds it.
    pub fn apply(&self, samples: &mut [f32]) {
        add(samples, &self.noise, noise_level(samples, self.snr_db));
    }
}
