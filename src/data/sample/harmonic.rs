//! Attack: the harmonic plus noise vocoder (Stylianou 2001): a sum of sinusoids at multiples of the pitch below a
//! voicing boundary, shaped noise above it and in unvoiced frames.

use std::f32::consts::TAU;

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::{
    pitch,
    spectrum::{Frame, Stft},
};
use crate::audio::SAMPLE_RATE_HZ;

const SIZE: usize = 512;
const HOP: usize = pitch::HOP;
/// Above it a voiced frame is noise.
const VOICING_BOUNDARY_HZ: f32 = 4_500.0;
const ORDER: usize = 36;

/// The utterance analysed and made anew.
pub(super) fn resynthesise(samples: &[f32], random: &mut impl Rng) -> Vec<f32> {
    let stft = Stft::new(SIZE, HOP);
    let pitch_hz = pitch::track(samples);
    let spectra = stft.analyse(samples);
    let envelopes: Vec<Vec<f32>> =
        spectra.iter().map(|frame| stft.envelope(&Stft::log_magnitude(frame), ORDER)).collect();
    let noise: Vec<f32> = samples.iter().map(|_| random.sample::<f32, _>(StandardNormal)).collect();
    let noise = noise_part(&stft, &noise, &spectra, &pitch_hz, samples.len());
    let harmonics = harmonic_part(&stft, &envelopes, &pitch_hz, samples.len());
    noise.iter().zip(&harmonics).map(|(a, b)| a + b).collect()
}

/// White noise under the smoothed power spectrum, above the boundary where voiced.
fn noise_part(stft: &Stft, white: &[f32], spectra: &[Frame], pitch_hz: &[f32], length: usize) -> Vec<f32> {
    let boundary = (VOICING_BOUNDARY_HZ * SIZE as f32 / SAMPLE_RATE_HZ as f32) as usize;
    // The expected magnitude of a bin of windowed white noise of unit power.
    let unit = (SIZE as f32 * 0.375).sqrt();
    let mut frames = stft.analyse(white);
    for ((frame, spectrum), hz) in frames.iter_mut().zip(spectra).zip(pitch_hz) {
        let from = if *hz > 0.0 { boundary } else { 0 };
        for (bin, value) in frame.iter_mut().enumerate() {
            let around = &spectrum[bin.saturating_sub(2)..(bin + 3).min(spectrum.len())];
            let power = around.iter().map(|bin| bin.norm_sqr()).sum::<f32>() / around.len() as f32;
            *value *= if bin >= from { power.sqrt() / unit } else { 0.0 };
        }
    }
    stft.synthesise(&frames, length)
}

/// Sinusoids at multiples of the pitch, their amplitudes read from the envelope, phases running on.
fn harmonic_part(stft: &Stft, envelopes: &[Vec<f32>], pitch_hz: &[f32], length: usize) -> Vec<f32> {
    // A sinusoid of amplitude a shows as a peak of a * SIZE / 4 under the Hann window.
    let scale = 4.0 / stft.size() as f32;
    let bin_hz = SAMPLE_RATE_HZ as f32 / stft.size() as f32;
    let mut phase = 0.0_f32;
    let mut last_hz = 0.0_f32;
    (0..length)
        .map(|n| {
            let (frame, share) = (n / HOP, (n % HOP) as f32 / HOP as f32);
            let next = (frame + 1).min(pitch_hz.len() - 1);
            let voicing = |frame: usize| f32::from(pitch_hz[frame] > 0.0);
            let loudness = voicing(frame) * (1.0 - share) + voicing(next) * share;
            let hz = match (pitch_hz[frame] > 0.0, pitch_hz[next] > 0.0) {
                (true, true) => pitch_hz[frame] * (1.0 - share) + pitch_hz[next] * share,
                (true, false) => pitch_hz[frame],
                (false, true) => pitch_hz[next],
                (false, false) => return 0.0,
            };
            last_hz = if last_hz > 0.0 { last_hz + 0.05 * (hz - last_hz) } else { hz };
            phase = (phase + TAU * last_hz / SAMPLE_RATE_HZ as f32) % TAU;
            let sum: f32 = (1..=(VOICING_BOUNDARY_HZ / last_hz) as usize)
                .map(|harmonic| {
                    let bin = harmonic as f32 * last_hz / bin_hz;
                    let level = |envelope: &[f32]| {
                        let below = envelope[bin as usize];
                        below + (envelope[bin as usize + 1] - below) * bin.fract()
                    };
                    let log = level(&envelopes[frame]) * (1.0 - share) + level(&envelopes[next]) * share;
                    // Quadratic phases spread the pulse over its period.
                    let offset = 0.12 * (harmonic * harmonic) as f32;
                    log.exp() * (phase * harmonic as f32 + offset).sin()
                })
                .sum();
            sum * scale * loudness
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
    fn pitch_and_bands_stay() {
        for pitch_hz in [100.0, 160.0, 250.0] {
            let voice = vowel(pitch_hz);
            let made = resynthesise(&voice, &mut ChaCha8Rng::seed_from_u64(1));
            assert_eq!(made.len(), voice.len());
            let heard = pitch::median_hz(&pitch::track(&made));
            assert!((heard / pitch_hz - 1.0).abs() < 0.05, "{heard} for {pitch_hz}");
            for (made, voice) in bands_db(&made).iter().zip(bands_db(&voice)).take(3) {
                assert!((made - voice).abs() < 5.0, "{pitch_hz}: {made} {voice}");
            }
        }
    }

    #[test]
    fn silence_stays_finite() {
        let made = resynthesise(&[0.0; 8_000], &mut ChaCha8Rng::seed_from_u64(1));
        assert!(made.iter().all(|x| x.abs() < 1e-2));
    }
}
