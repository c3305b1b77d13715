//! Rooms: convolution with a recorded or simulated impulse response.

use std::path::PathBuf;

use super::excerpt;
use crate::{
    augment::convolution::{Response, filtered},
    error::Result,
};

/// A room by the file of its impulse response; of several channels the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// The impulse response.
    pub file: PathBuf,
}

impl Room {
    /// As [`reverberate`], with the file's response.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn apply(&self, samples: &mut [f32]) -> Result<()> {
        let response = excerpt::first_channel(&self.file)?;
        reverberate(samples, &response);
        Ok(())
    }
}

/// Lets the samples sound through an impulse response: length and root mean square stay, and the response's largest value, the
/// direct sound, adds no delay.
///
/// ```
/// let mut samples = vec![0.0, 1.0, 0.0, 0.0];
/// rat::augment::reverberate(&mut samples, &[0.0, 0.8, 0.6]);
/// assert!((samples[1] - 0.8).abs() < 1e-6 && (samples[2] - 0.6).abs() < 1e-6);
/// ```
pub fn reverberate(samples: &mut [f32], response: &[f32]) {
    let taps: Vec<f64> = response.iter().map(|&tap| f64::from(tap)).collect();
    let later =
        |one: &(usize, f64), other: &(usize, f64)| one.1.abs().total_cmp(&other.1.abs()).then(other.0.cmp(&one.0));
    let Some((direct, _)) = taps.iter().copied().enumerate().max_by(later) else { return };
    let signal: Vec<f64> = samples.iter().map(|&sample| f64::from(sample)).collect();
    let heard = filtered(&signal, Response { taps, shift: direct });
    let power = |signal: &[f64]| signal.iter().map(|sample| sample * sample).sum::<f64>();
    let (before, after) = (power(&signal), power(&heard));
    if after > 0.0 {
        let scale = (before / after).sqrt();
        samples.iter_mut().zip(heard).for_each(|(sample, heard)| *sample = (scale * heard) as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_direct_sound_stays_in_place_and_the_level_too() {
        let plain: Vec<f32> = (0..3_000).map(|at| (at as f32 * 0.3).sin() * (at % 700) as f32 / 700.0).collect();
        let mut heard = plain.clone();
        reverberate(&mut heard, &[0.0, 0.0, 0.0, -0.5]);
        for (heard, plain) in heard.iter().zip(&plain) {
            assert!((heard + plain).abs() < 1e-5, "{heard}, {plain}");
        }
        let mut heard = plain.clone();
        reverberate(&mut heard, &[0.1, 0.7, 0.0, 0.3, -0.2]);
        let power = |samples: &[f32]| samples.iter().map(|sample| sample * sample).sum::<f32>();
        assert!((power(&heard) / power(&plain) - 1.0).abs() < 1e-4);
        assert_ne!(heard, plain);
    }

    #[test]
    fn silence_and_empty_responses_change_nothing() {
        let mut silent = [0.0; 20];
        reverberate(&mut silent, &[0.5, 0.5]);
        assert_eq!(silent, [0.0; 20]);
        let mut plain = [0.3, -0.2];
        for response in [&[][..], &[0.0, 0.0]] {
            reverberate(&mut plain, response);
            assert_eq!(plain, [0.3, -0.2]);
        }
        reverberate(&mut [], &[1.0]);
    }
}
