//! The power spectrum of a recording, stretch by stretch, as coarse as a picture shows it.

use std::f32::consts::TAU;

use realfft::RealFftPlanner;

use crate::audio::SAMPLE_RATE_HZ;

/// How many bands the spectrum is divided into, evenly from 0 to 8 kHz.
pub(super) const BANDS: usize = 64;

/// The window: 32 ms.
const WINDOW: usize = 512;

/// The most windows that are averaged in a stretch.
const WINDOWS: usize = 4;

/// A stretch of a recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stretch {
    pub(super) lowest: f32,
    pub(super) highest: f32,
    /// The mean power in each band.
    pub(super) power: [f64; BANDS],
}

/// The middle of a band.
pub(super) fn band_hz(band: usize) -> f64 {
    (band as f64 + 0.5) * f64::from(SAMPLE_RATE_HZ) / 2.0 / BANDS as f64
}

/// The recording in stretches of so many samples, the last one shorter.
pub(super) fn stretches(samples: &[f32], length: usize) -> Vec<Stretch> {
    let transform = RealFftPlanner::new().plan_fft_forward(WINDOW);
    let hann = |at: usize| 0.5 - 0.5 * (TAU * at as f32 / WINDOW as f32).cos();
    let (mut input, mut output) = (transform.make_input_vec(), transform.make_output_vec());
    let stretch = |first: usize| {
        let own = &samples[first..samples.len().min(first + length)];
        let mut power = [0.0; BANDS];
        let windows = (length / WINDOW).clamp(1, WINDOWS);
        for window in 0..windows {
            // Each window's middle is in the stretch; beyond the recording there are zeros.
            let middle = first + length * (2 * window + 1) / (2 * windows);
            for (at, place) in input.iter_mut().enumerate() {
                let sample = (middle + at).checked_sub(WINDOW / 2).and_then(|at| samples.get(at));
                *place = hann(at) * sample.copied().unwrap_or(0.0);
            }
            transform.process(&mut input, &mut output).expect("the buffers are the transform's own");
            let bins = WINDOW / 2 / BANDS;
            for (power, bins) in power.iter_mut().zip(output.chunks(bins)) {
                let sum: f64 = bins.iter().map(|bin| f64::from(bin.norm_sqr())).sum();
                *power += sum / (bins.len() * windows * WINDOW) as f64;
            }
        }
        let (lowest, highest) = own.iter().fold((0.0f32, 0.0f32), |(low, high), &at| (low.min(at), high.max(at)));
        Stretch { lowest, highest, power }
    };
    (0..samples.len()).step_by(length).map(stretch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_in_its_band_and_in_its_time() {
        let tone = |at: usize| if at < 8_000 { (TAU * 1_000.0 * at as f32 / 16_000.0).sin() } else { 0.0 };
        let samples: Vec<f32> = (0..12_000).map(tone).collect();
        let found = stretches(&samples, 1_000);
        assert_eq!(found.len(), 12);
        let loudest = |stretch: &Stretch| (0..BANDS).max_by(|&a, &b| stretch.power[a].total_cmp(&stretch.power[b]));
        for stretch in &found[..7] {
            let band = loudest(stretch).expect("there are bands");
            assert!((band_hz(band) - 1_000.0).abs() < 125.0, "{band}");
            assert!(stretch.highest > 0.99 && stretch.lowest < -0.99);
        }
        assert_eq!(found[10].power, [0.0; BANDS]);
        assert!(stretches(&[], 10).is_empty());
    }
}
