//! Noise added to the whole recording, as audiomentations 0.43 adds it: coloured, or white at a level or at a ratio.

mod colour;
mod gaussian;

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

pub use colour::ColourNoise;
pub use gaussian::{GaussianNoise, GaussianSnr};

/// One of the three noises.
#[derive(Clone, Debug, PartialEq)]
pub enum Noise {
    /// Coloured noise.
    Colour(ColourNoise),
    /// White noise at a level of its own.
    Gaussian(GaussianNoise),
    /// White noise at a signal-to-noise ratio.
    GaussianSnr(GaussianSnr),
}

impl Noise {
    /// Draws one of the three for a recording of so many samples.
    pub fn draw(stream: &mut impl Rng, samples: usize) -> Self {
        match stream.random_range(0..3_u32) {
            0 => Self::Colour(ColourNoise::draw(stream, samples)),
            1 => Self::Gaussian(GaussianNoise::draw(stream, samples)),
            _ => Self::GaussianSnr(GaussianSnr::draw(stream, samples)),
        }
    }

    /// Adds it.
    pub fn apply(&self, samples: &mut [f32]) {
        match self {
            Self::Colour(noise) => noise.apply(samples),
            Self::Gaussian(noise) => noise.apply(samples),
            Self::GaussianSnr(noise) => noise.apply(samples),
        }
    }
}

/// Standard normal noise.
fn white(stream: &mut impl Rng, samples: usize) -> Vec<f64> {
    (0..samples).map(|_| stream.sample(StandardNormal)).collect()
}

/// The root mean square; 0 for no samples.
fn rms(samples: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = samples.len().max(1) as f64;
    (samples.map(|sample| sample * sample).sum::<f64>() / count).sqrt()
}

/// The level of noise that is so far below the recording.
fn noise_level(samples: &[f32], snr_db: f64) -> f64 {
    rms(samples.iter().map(|&sample| f64::from(sample))) / 10f64.powf(snr_db / 20.0)
}

fn add(samples: &mut [f32], noise: &[f64], scale: f64) {
    for (sample, noise) in samples.iter_mut().zip(noise) {
        *sample += (scale * noise) as f32;
    }
}
