//! Attack: the linear-prediction vocoder (Atal and Hanauer 1971): an all-pole filter excited by pulses where the voice
//! is voiced and by noise elsewhere.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::pitch;

const ORDER: usize = 18;
const FRAME: usize = 400;
const HOP: usize = pitch::HOP;
/// Share of noise in a voiced frame's excitation.
const BREATH: f32 = 0.08;

/// One frame's filter: predictor coefficients and the residual's root mean square.
struct Filter {
    coefficients: [f32; ORDER],
    gain: f32,
}

/// The utterance analysed and excited anew.
pub(super) fn resynthesise(samples: &[f32], random: &mut impl Rng) -> Vec<f32> {
    let pitch_hz = pitch::track(samples);
    let filters: Vec<Filter> = (0..=samples.len() / HOP).map(|frame| filter(samples, frame * HOP)).collect();
    let mut output = vec![0.0_f32; samples.len()];
    let mut until_pulse = 0.0_f32;
    for n in 0..samples.len() {
        let frame = (n + HOP / 2) / HOP;
        let noise = random.sample::<f32, _>(StandardNormal);
        let hz = pitch_hz[frame.min(pitch_hz.len() - 1)];
        let excitation = if hz > 0.0 {
            let period = crate::audio::SAMPLE_RATE_HZ as f32 / hz;
            until_pulse -= 1.0;
            let pulse = if until_pulse <= 0.0 { period.sqrt() } else { 0.0 };
            until_pulse = if pulse > 0.0 { until_pulse + period } else { until_pulse.min(period) };
            pulse * (1.0 - BREATH) + noise * BREATH
        } else {
            until_pulse = 0.0;
            noise
        };
        output[n] = excite(&output[..n], &filters, n, excitation);
    }
    output
}

/// The next sample: coefficients and gain go straight from frame to frame.
fn excite(past: &[f32], filters: &[Filter], n: usize, excitation: f32) -> f32 {
    let (here, next) = (&filters[n / HOP], &filters[(n / HOP + 1).min(filters.len() - 1)]);
    let share = (n % HOP) as f32 / HOP as f32;
    let mix = |a: f32, b: f32| a + (b - a) * share;
    // Predictors are switched, not mixed: a mixture of stable filters need not be stable.
    let filter = if share < 0.5 { here } else { next };
    let predicted: f32 = past.iter().rev().zip(&filter.coefficients).map(|(sample, weight)| sample * weight).sum();
    (predicted + mix(here.gain, next.gain) * excitation).clamp(-4.0, 4.0)
}

/// Autocorrelation method with a Hamming window around `centre`.
fn filter(samples: &[f32], centre: usize) -> Filter {
    let at = |n: usize| (centre + n).checked_sub(FRAME / 2).and_then(|index| samples.get(index)).copied();
    let window = |n: usize| 0.54 - 0.46 * (std::f32::consts::TAU * n as f32 / (FRAME - 1) as f32).cos();
    let block: Vec<f32> = (0..FRAME).map(|n| at(n).unwrap_or(0.0) * window(n)).collect();
    let lag_sum = |lag: usize| block.iter().zip(&block[lag..]).map(|(a, b)| f64::from(a * b)).sum::<f64>();
    let mut autocorrelation: Vec<f64> = (0..=ORDER).map(lag_sum).collect();
    // White noise correction at -40 dB keeps the filter's peaks finite.
    autocorrelation[0] = autocorrelation[0] * 1.0001 + 1e-9;
    let (coefficients, error) = levinson(&autocorrelation);
    // 0.397: the mean square of the Hamming window.
    Filter { coefficients, gain: (error / (FRAME as f64 * 0.397)).sqrt() as f32 }
}

/// Levinson's recursion: the predictor and its error power.
fn levinson(autocorrelation: &[f64]) -> ([f32; ORDER], f64) {
    let mut predictor = [0.0_f64; ORDER];
    let mut error = autocorrelation[0];
    for order in 0..ORDER {
        let known: f64 = (0..order).map(|n| predictor[n] * autocorrelation[order - n]).sum();
        let reflection = (autocorrelation[order + 1] - known) / error;
        let before = predictor;
        predictor[order] = reflection;
        for n in 0..order {
            predictor[n] = before[n] - reflection * before[order - 1 - n];
        }
        error *= 1.0 - reflection * reflection;
    }
    (predictor.map(|value| value as f32), error.max(0.0))
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
