//! RawBoost: noise as telephony adds it, made from the recording alone.
//!
//! Tak et al., *RawBoost: a raw data boosting and augmentation method applied to automatic speaker verification
//! anti-spoofing* (ICASSP 2022), with the parameters of its published code for 16 kHz.

mod convolutive;
mod impulsive;
mod notch;
mod stationary;

use rand::Rng;
use serde::{Deserialize, Serialize};

pub use convolutive::Convolutive;
pub use impulsive::Impulsive;
pub use notch::{Notch, NotchFilter, band_stop};
pub use stationary::Stationary;

use crate::error::Error;

/// Which noises, by the number that the paper's code gives them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Algorithm {
    /// 1: linear and non-linear convolutive noise.
    Convolutive = 1,
    /// 2: impulsive signal-dependent noise.
    Impulsive = 2,
    /// 3: stationary signal-independent noise.
    Stationary = 3,
    /// 4: 1, 2 and 3 in series.
    AllInSeries = 4,
    /// 5: 1, then 2; what RAT is trained with.
    #[default]
    ConvolutiveThenImpulsive = 5,
    /// 6: 1, then 3.
    ConvolutiveThenStationary = 6,
    /// 7: 2, then 3.
    ImpulsiveThenStationary = 7,
    /// 8: the sum of 1 and 2.
    ConvolutiveBesideImpulsive = 8,
}

impl Algorithm {
    fn has_convolutive(self) -> bool {
        !matches!(self, Self::Impulsive | Self::Stationary | Self::ImpulsiveThenStationary)
    }

    fn has_impulsive(self) -> bool {
        !matches!(self, Self::Convolutive | Self::Stationary | Self::ConvolutiveThenStationary)
    }

    fn has_stationary(self) -> bool {
        let with =
            [Self::Stationary, Self::AllInSeries, Self::ConvolutiveThenStationary, Self::ImpulsiveThenStationary];
        with.contains(&self)
    }
}

impl TryFrom<u8> for Algorithm {
    type Error = Error;

    fn try_from(number: u8) -> Result<Self, Error> {
        Ok(match number {
            1 => Self::Convolutive,
            2 => Self::Impulsive,
            3 => Self::Stationary,
            4 => Self::AllInSeries,
            5 => Self::ConvolutiveThenImpulsive,
            6 => Self::ConvolutiveThenStationary,
            7 => Self::ImpulsiveThenStationary,
            8 => Self::ConvolutiveBesideImpulsive,
            _ => {
                let message = format!("{number} is not one of RawBoost's algorithms");
                return Err(Error::config("rawboost_algorithm", message, "give a number from 1 to 8; RAT uses 5"));
            }
        })
    }
}

impl From<Algorithm> for u8 {
    fn from(algorithm: Algorithm) -> Self {
        algorithm as Self
    }
}

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
