//! Background noise: recordings at a drawn signal-to-noise ratio, cut or repeated to the utterance's length.

use std::path::PathBuf;

use rand::{Rng, RngExt};

use super::{SourceKind, excerpt};
use crate::error::Result;

/// Recordings that sound at once, and how loud.
#[derive(Clone, Debug, PartialEq)]
pub struct Background {
    /// Each recording, and where in it the excerpt begins: 0 to below 1, as a share of the places where it can.
    pub excerpts: Vec<(PathBuf, f64)>,
    /// Signal to noise ratio of the mean powers, all recordings together.
    pub snr_db: f64,
}

impl Background {
    /// Draws from files of a kind (at least one): noise at 0 to 15 dB, music at 5 to 15 dB, three to seven voices at 13 to 20 dB.
    ///
    /// The ratios of MUSAN's parts in Kaldi's recipe. A room has no ratio: its files are taken for noise.
    ///
    /// # Panics
    /// Where there are no files.
    pub fn draw(stream: &mut impl Rng, kind: SourceKind, files: &[PathBuf]) -> Self {
        let (low_db, high_db, most) = match kind {
            SourceKind::Noise | SourceKind::Room => (0.0, 15.0, 1),
            SourceKind::Music => (5.0, 15.0, 1),
            SourceKind::Speech => (13.0, 20.0, 7),
        };
        let snr_db = stream.random_range(low_db..high_db);
        let count = if most > 1 { stream.random_range(3..=most) } else { 1 };
        let mut excerpt = || (files[stream.random_range(0..files.len())].clone(), stream.random::<f64>());
        Self { excerpts: (0..count).map(|_| excerpt()).collect(), snr_db }
    }

    /// Adds the excerpts.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub fn apply(&self, samples: &mut [f32]) -> Result<()> {
        let mut sum = vec![0.0; samples.len()];
        for (file, place) in &self.excerpts {
            let excerpt = excerpt::excerpt(file, *place, samples.len())?;
            // All voices are equally loud.
            let scale = power(&excerpt).sqrt().recip();
            if scale.is_finite() {
                sum.iter_mut().zip(excerpt).for_each(|(sum, sample)| *sum += scale as f32 * sample);
            }
        }
        add_noise(samples, &sum, self.snr_db);
        Ok(())
    }
}

/// Adds noise so loud that the samples' mean power is `snr_db` above its own; nothing where either is silent.
pub fn add_noise(samples: &mut [f32], noise: &[f32], snr_db: f64) {
    let noise = &noise[..noise.len().min(samples.len())];
    let scale = (power(samples) / power(noise)).sqrt() * 10f64.powf(-snr_db / 20.0);
    if scale.is_finite() {
        samples.iter_mut().zip(noise).for_each(|(sample, noise)| *sample += scale as f32 * noise);
    }
}

/// Mean square; 0 for no samples.
fn power(samples: &[f32]) -> f64 {
    let sum: f64 = samples.iter().map(|&sample| f64::from(sample) * f64::from(sample)).sum();
    sum / samples.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_what_was_asked_for() {
        let plain: Vec<f32> = (0..2_000).map(|at| (at as f32 * 0.2).sin()).collect();
        let noise: Vec<f32> = (0..2_000).map(|at| (at as f32 * 1.7).cos() * 0.01).collect();
        for snr_db in [-5.0, 0.0, 13.0] {
            let mut noisy = plain.clone();
            add_noise(&mut noisy, &noise, snr_db);
            let added: Vec<f32> = noisy.iter().zip(&plain).map(|(noisy, plain)| noisy - plain).collect();
            let found = 10.0 * (power(&plain) / power(&added)).log10();
            assert!((found - snr_db).abs() < 1e-3, "{found}, expected {snr_db}");
        }
        let mut silent = vec![0.0; 9];
        add_noise(&mut silent, &noise, 10.0);
        assert_eq!(silent, [0.0; 9]);
        let mut kept = plain.clone();
        add_noise(&mut kept, &[0.0; 100], 10.0);
        assert_eq!(kept, plain);
    }
}
