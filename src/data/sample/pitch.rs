//! The fundamental frequency, by normalised autocorrelation (after Boersma 1993), every ten milliseconds.

use crate::audio::SAMPLE_RATE_HZ;

/// Samples from one value to the next.
pub(super) const HOP: usize = 160;
const FRAME: usize = 640;
const LOWEST_HZ: usize = 65;
const HIGHEST_HZ: usize = 420;
/// Periodicity from which on a frame counts as voiced.
const VOICED: f32 = 0.5;
/// Frames weaker than this share of the strongest are unvoiced.
const SILENT: f32 = 0.03;

/// Hertz for each hop, 0 where unvoiced; one value more than whole hops.
pub(super) fn track(samples: &[f32]) -> Vec<f32> {
    let frames: Vec<&[f32]> = (0..=samples.len() / HOP).map(|frame| cut(samples, frame * HOP)).collect();
    let strength = |frame: &[f32]| (frame.iter().map(|x| x * x).sum::<f32>() / FRAME as f32).sqrt();
    let loudest = frames.iter().map(|frame| strength(frame)).fold(0.0, f32::max);
    let raw: Vec<f32> =
        frames.iter().map(|frame| if strength(frame) > SILENT * loudest { frame_hz(frame) } else { 0.0 }).collect();
    (0..raw.len()).map(|at| smoothed(&raw, at)).collect()
}

/// The median of the voiced values; 0 where nothing is voiced.
pub(super) fn median_hz(track: &[f32]) -> f32 {
    let mut voiced: Vec<f32> = track.iter().copied().filter(|&hz| hz > 0.0).collect();
    voiced.sort_by(f32::total_cmp);
    voiced.get(voiced.len() / 2).copied().unwrap_or(0.0)
}

/// What of a frame around `centre` lies within the samples.
fn cut(samples: &[f32], centre: usize) -> &[f32] {
    let start = centre.saturating_sub(FRAME / 2).min(samples.len());
    &samples[start..(centre + FRAME / 2).min(samples.len())]
}

fn frame_hz(frame: &[f32]) -> f32 {
    let rate = SAMPLE_RATE_HZ as usize;
    let (shortest, longest) = (rate / HIGHEST_HZ, rate / LOWEST_HZ);
    if frame.len() < longest + shortest {
        return 0.0;
    }
    let mean = frame.iter().sum::<f32>() / frame.len() as f32;
    let centred: Vec<f32> = frame.iter().map(|x| x - mean).collect();
    let similarity: Vec<f32> = (shortest - 1..=longest + 1).map(|lag| correlation(&centred, lag)).collect();
    let (mut best_score, mut best_lag) = (f32::MIN, 0.0);
    for at in 1..similarity.len() - 1 {
        let (before, here, after) = (similarity[at - 1], similarity[at], similarity[at + 1]);
        let lag = (shortest - 1 + at) as f32;
        // Long lags pay a little, against octave errors downwards.
        let score = here - 0.1 * lag / longest as f32;
        if here > VOICED && here > before && here >= after && score > best_score {
            (best_score, best_lag) = (score, lag + 0.5 * (before - after) / (before - 2.0 * here + after).min(-1e-9));
        }
    }
    if best_lag > 0.0 { SAMPLE_RATE_HZ as f32 / best_lag } else { 0.0 }
}

fn correlation(frame: &[f32], lag: usize) -> f32 {
    let (early, late) = (&frame[..frame.len() - lag], &frame[lag..]);
    let (mut product, mut one, mut two) = (0.0, 1e-9, 1e-9_f32);
    for (a, b) in early.iter().zip(late) {
        product += a * b;
        one += a * a;
        two += b * b;
    }
    product / (one * two).sqrt()
}

/// The median of five neighbours: single jumps and single voiced frames go.
fn smoothed(raw: &[f32], at: usize) -> f32 {
    let mut around: Vec<f32> = raw[at.saturating_sub(2)..(at + 3).min(raw.len())].to_vec();
    around.sort_by(f32::total_cmp);
    around[around.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pulse_train_has_its_pitch_and_noise_has_none() {
        for hz in [80.0_f32, 125.0, 250.0, 320.0] {
            let period = 16_000.0 / hz;
            let mut samples = vec![0.0; 16_000];
            for pulse in 0..(15_900.0 / period) as usize {
                let at = (pulse as f32 * period) as usize;
                (0..60).for_each(|n| samples[at + n] += (-(n as f32) / 12.0).exp() * (n as f32 * 0.4).cos());
            }
            let measured = median_hz(&track(&samples));
            assert!((measured / hz - 1.0).abs() < 0.02, "{measured} for {hz}");
        }
        let noise: Vec<f32> = (0..16_000_u64).map(|n| (n * n * 7_919 % 1_009) as f32 / 504.0 - 1.0).collect();
        let voiced = track(&noise).iter().filter(|&&hz| hz > 0.0).count();
        assert!(voiced < 20, "{voiced}");
        assert_eq!(median_hz(&track(&[])), 0.0);
    }
}
