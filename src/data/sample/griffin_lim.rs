//! Attack: Griffin-Lim from a mel spectrogram (Griffin and Lim 1984; with momentum, Perraudin et al. 2013).
//!
//! The utterance is reduced to 80 mel bands; magnitudes come back by spreading each band over its bins, phases by
//! iteration from random ones.

use rand::{Rng, RngExt};
use realfft::num_complex::Complex;

use super::spectrum::{Frame, Stft};
use crate::audio::SAMPLE_RATE_HZ;

const SIZE: usize = 1_024;
const HOP: usize = 256;
const BANDS: usize = 80;
const ITERATIONS: usize = 40;
const MOMENTUM: f32 = 0.9;

/// The utterance through mel and back.
pub(super) fn resynthesise(samples: &[f32], random: &mut impl Rng) -> Vec<f32> {
    let stft = Stft::new(SIZE, HOP);
    let filters = mel_filters(stft.bins());
    let magnitudes: Vec<Vec<f32>> = stft.analyse(samples).iter().map(|frame| through_mel(&filters, frame)).collect();
    let mut angle = || Complex::from_polar(1.0, random.random_range(0.0..std::f32::consts::TAU));
    let mut phases: Vec<Frame> = magnitudes.iter().map(|frame| frame.iter().map(|_| angle()).collect()).collect();
    let mut previous: Option<Vec<Frame>> = None;
    for _ in 0..ITERATIONS {
        let rebuilt = stft.analyse(&stft.synthesise(&with_phases(&magnitudes, &phases), samples.len()));
        for (at, frame) in phases.iter_mut().enumerate() {
            for (bin, phase) in frame.iter_mut().enumerate() {
                let now = rebuilt[at][bin];
                let moved = previous.as_ref().map_or(now, |before| now + (now - before[at][bin]) * MOMENTUM);
                *phase = if moved.norm() > 1e-9 { moved / moved.norm() } else { *phase };
            }
        }
        previous = Some(rebuilt);
    }
    stft.synthesise(&with_phases(&magnitudes, &phases), samples.len())
}

fn with_phases(magnitudes: &[Vec<f32>], phases: &[Frame]) -> Vec<Frame> {
    magnitudes.iter().zip(phases).map(|(m, p)| m.iter().zip(p).map(|(m, p)| p * m).collect()).collect()
}

/// Triangles on the mel scale, from 0 Hz to half the rate; `[band][bin]`.
fn mel_filters(bins: usize) -> Vec<Vec<f32>> {
    let mel = |hz: f32| 2_595.0 * (1.0 + hz / 700.0).log10();
    let half_rate_hz = SAMPLE_RATE_HZ as f32 / 2.0;
    let step = mel(half_rate_hz) / (BANDS + 1) as f32;
    let triangle = |band: usize, bin: usize| {
        let position = mel(bin as f32 * half_rate_hz / (bins - 1) as f32) / step - (band + 1) as f32;
        (1.0 - position.abs()).max(0.0)
    };
    (0..BANDS).map(|band| (0..bins).map(|bin| triangle(band, bin)).collect()).collect()
}

/// Magnitudes after averaging within bands and spreading back.
fn through_mel(filters: &[Vec<f32>], frame: &[Complex<f32>]) -> Vec<f32> {
    let bands: Vec<f32> = filters
        .iter()
        .map(|filter| {
            let power: f32 = filter.iter().zip(frame).map(|(weight, bin)| weight * bin.norm_sqr()).sum();
            power / filter.iter().sum::<f32>().max(1e-6)
        })
        .collect();
    (0..frame.len())
        .map(|bin| {
            let (sum, weight) = filters
                .iter()
                .zip(&bands)
                .fold((0.0, 1e-6), |(sum, weight), (filter, band)| (sum + filter[bin] * band, weight + filter[bin]));
            (sum / weight).sqrt()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::data::sample::synthetic_voice::{bands_db, vowel};

    #[test]
    fn bands_stay_and_phases_go() {
        let voice = vowel(130.0);
        let draw = |seed| resynthesise(&voice, &mut ChaCha8Rng::seed_from_u64(seed));
        let made = draw(1);
        assert_eq!(made.len(), voice.len());
        for (made, voice) in bands_db(&made).iter().zip(bands_db(&voice)) {
            assert!((made - voice).abs() < 2.5, "{made} {voice}");
        }
        let difference: Vec<f32> = made.iter().zip(&voice).map(|(a, b)| a - b).collect();
        assert!(bands_db(&difference)[0] > bands_db(&voice)[0] - 10.0, "not a copy");
        assert_eq!(made, draw(1));
        assert_ne!(made, draw(2));
    }
}
