//! What every utterance of the sample corpus passes last, human or made: so that neither rate, band, level, silence nor
//! noise floor gives the class away.
//!
//! In this order: silence trimmed at both ends, level set on the louder frames, a noise floor added, band limited to 70
//! to 7,000 Hz, rounded to 16 bits.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

const FRAME: usize = 320;
/// Frames below the loudest by more than this are silence.
const SILENCE_DB: f32 = 40.0;
/// Frames below the loudest by more than this do not count for the level.
const ACTIVE_DB: f32 = 25.0;
/// Root mean square of the frames that are not silence.
const LEVEL_DBFS: f32 = -23.0;
/// Drawn for each utterance.
const NOISE_DBFS: std::ops::Range<f32> = -62.0..-54.0;
const LOW_HZ: f32 = 70.0;
const HIGH_HZ: f32 = 7_000.0;
const TAPS: usize = 401;

/// The utterance as it is written; empty where there is nothing but silence.
pub(super) fn finish(samples: &[f32], random: &mut impl Rng) -> Vec<f32> {
    let trimmed = trim(samples, SILENCE_DB);
    let level = active_level(trimmed);
    if level <= 0.0 {
        return Vec::new();
    }
    let gain = amplitude(LEVEL_DBFS) / level;
    let floor = amplitude(random.random_range(NOISE_DBFS));
    let noisy: Vec<f32> = trimmed.iter().map(|x| x * gain + floor * random.sample::<f32, _>(StandardNormal)).collect();
    let mut limited = band_limited(&noisy);
    let peak = limited.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    let safety = (0.97 / peak.max(1e-9)).min(1.0);
    limited.iter_mut().for_each(|x| *x = (*x * safety * 32_768.0).round() / 32_768.0);
    limited
}

/// Without the frames at both ends that lie more than `below_db` under the loudest.
fn trim(samples: &[f32], below_db: f32) -> &[f32] {
    let strengths: Vec<f32> = samples.chunks(FRAME / 2).map(root_mean_square).collect();
    let threshold = strengths.iter().copied().fold(0.0, f32::max) * amplitude(-below_db);
    let loud = |strength: &f32| *strength > threshold;
    match (strengths.iter().position(loud), strengths.iter().rposition(loud)) {
        (Some(first), Some(last)) => &samples[first * (FRAME / 2)..((last + 1) * (FRAME / 2)).min(samples.len())],
        _ => &[],
    }
}

/// Root mean square over the frames that are not silence.
fn active_level(samples: &[f32]) -> f32 {
    let strengths: Vec<f32> = samples.chunks(FRAME).map(root_mean_square).collect();
    let threshold = strengths.iter().copied().fold(0.0, f32::max) * amplitude(-ACTIVE_DB);
    let active: Vec<f32> = strengths.into_iter().filter(|&strength| strength > threshold).collect();
    root_mean_square(&active)
}

/// Zero for no samples.
pub(super) fn root_mean_square(samples: &[f32]) -> f32 {
    (samples.iter().map(|x| x * x).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

fn amplitude(db: f32) -> f32 {
    10_f32.powf(db / 20.0)
}

/// A linear-phase band-pass (windowed sinc, Blackman), without delay.
fn band_limited(samples: &[f32]) -> Vec<f32> {
    let filter = band_pass();
    let half = TAPS / 2;
    let mut padded = vec![0.0; half];
    padded.extend_from_slice(samples);
    padded.resize(samples.len() + 2 * half, 0.0);
    padded.windows(TAPS).map(|window| window.iter().zip(&filter).map(|(x, h)| x * h).sum()).collect()
}

fn band_pass() -> Vec<f32> {
    let rate_hz = crate::audio::SAMPLE_RATE_HZ as f32;
    let half = (TAPS / 2) as f32;
    let low_pass = |cutoff_hz: f32, n: f32| {
        let omega = std::f32::consts::TAU * cutoff_hz / rate_hz;
        if n == 0.0 { omega / std::f32::consts::PI } else { (omega * n).sin() / (std::f32::consts::PI * n) }
    };
    (0..TAPS)
        .map(|tap| {
            let n = tap as f32 - half;
            let turn = std::f32::consts::PI * n / (half + 1.0);
            let blackman = 0.42 + 0.5 * turn.cos() + 0.08 * (2.0 * turn).cos();
            (low_pass(HIGH_HZ, n) - low_pass(LOW_HZ, n)) * blackman
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::data::sample::{spectrum::Stft, synthetic_voice::vowel};

    fn finished(samples: &[f32]) -> Vec<f32> {
        finish(samples, &mut ChaCha8Rng::seed_from_u64(1))
    }

    #[test]
    fn level_silence_and_band_are_the_same_for_all() {
        for (pitch_hz, gain) in [(100.0, 0.02), (200.0, 1.5)] {
            let mut samples = vec![0.0; 8_000];
            samples.extend(vowel(pitch_hz).iter().map(|x| x * gain));
            samples.resize(samples.len() + 5_000, 0.0);
            let made = finished(&samples);
            assert!(made.len().abs_diff(32_000) < 700, "{}", made.len());
            let level_db = 20.0 * active_level(&made).log10();
            assert!((level_db - LEVEL_DBFS).abs() < 0.5, "{level_db}");
            let power = |band: std::ops::Range<usize>| -> f32 {
                let frames = Stft::new(512, 256).analyse(&made);
                frames.iter().flat_map(|frame| &frame[band.clone()]).map(|bin| bin.norm_sqr()).sum()
            };
            assert!(10.0 * (power(232..257) / power(0..257)).log10() < -60.0, "nothing above 7.25 kHz");
        }
    }

    #[test]
    fn nothing_comes_of_silence() {
        assert!(finished(&[]).is_empty());
        assert!(finished(&[0.0; 9_000]).is_empty());
    }
}
