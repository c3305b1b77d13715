//! RawBoost: noise as telephony adds it, made from the recording alone.
//!
//! Tak et al., *RawBoost: a raw data boosting and augmentation method applied to automatic speaker verification
//! anti-spoofing* (ICASSP 2022), with the parameters of its published code for 16 kHz.

mod algorithm;
mod convolutive;
mod impulsive;
mod notch;
mod stationary;

use rand::Rng;

pub use algorithm::Algorithm;
pub use convolutive::Convolutive;
pub use impulsive::Impulsive;
pub use notch::{Notch, NotchFilter, band_stop};
pub use stationary::Stationary;

/// The drawn noises of one recording.
#[derive(Clone, Debug, PartialEq)]
pub struct RawBoost {
    /// Added first.
    pub convolutive: Option<Convolutive>,
    /// Added second.
    pub impulsive: Option<Impulsive>,
    /// Added last.
    pub stationary: Option<Stationary>,
    /// The first two each work on the recording, and their results are summed.
    pub parallel: bool,
}

impl RawBoost {
    /// Draws what the algorithm needs for a recording of so many samples.
    pub fn draw(stream: &mut impl Rng, algorithm: Algorithm, samples: usize) -> Self {
        Self {
            convolutive: algorithm.has_convolutive().then(|| Convolutive::draw(stream)),
            impulsive: algorithm.has_impulsive().then(|| Impulsive::draw(stream, samples)),
            stationary: algorithm.has_stationary().then(|| Stationary::draw(stream, samples)),
            parallel: algorithm == Algorithm::ConvolutiveBesideImpulsive,
        }
    }

    /// Adds the noises.
    pub fn apply(&self, samples: &mut [f32]) {
        if samples.is_empty() {
            return;
        }
        let mut signal: Vec<f64> = samples.iter().map(|&sample| f64::from(sample)).collect();
        let beside = self.parallel.then(|| signal.clone());
        if let Some(noise) = &self.convolutive {
            signal = noise.applied(&signal);
        }
        if let Some(noise) = &self.impulsive {
            match beside {
                None => signal = noise.applied(&signal),
                Some(plain) => {
                    signal.iter_mut().zip(noise.applied(&plain)).for_each(|(sum, other)| *sum += other);
                    bring_within_one(&mut signal);
                }
            }
        }
        if let Some(noise) = &self.stationary {
            signal = noise.applied(&signal);
        }
        for (sample, boosted) in samples.iter_mut().zip(signal) {
            *sample = boosted as f32;
        }
    }
}

/// Divides by the largest absolute value where that is above 1.
fn bring_within_one(signal: &mut [f64]) {
    let largest = signal.iter().fold(0.0, |largest: f64, sample| largest.max(sample.abs()));
    if largest > 1.0 {
        signal.iter_mut().for_each(|sample| *sample /= largest);
    }
}
