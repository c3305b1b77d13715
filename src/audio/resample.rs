//! Any rate to 16 kHz by rubato's synchronous FFT resampler, which trims its own delay.

use rubato::{Fft, FixedSync, Resampler, WindowFunction, audioadapter_buffers::owned::InterleavedOwned};

use super::waveform::SAMPLE_RATE_HZ;

/// Input frames a block: long enough for a steep anti-aliasing filter.
const BLOCK_FRAMES: usize = 2_048;

/// Brings mono samples to 16 kHz; the error is a message for the caller to place.
pub(super) fn to_16_khz(samples: Vec<f32>, rate_hz: u32) -> Result<Vec<f32>, String> {
    if rate_hz == SAMPLE_RATE_HZ {
        return Ok(samples);
    }
    let failed = |cause: &dyn std::fmt::Display| format!("cannot be resampled from {rate_hz} Hz: {cause}");
    let (from, to) = (rate_hz as usize, SAMPLE_RATE_HZ as usize);
    let mut resampler =
        Fft::<f32>::new_custom(from, to, BLOCK_FRAMES, 1, 1, WindowFunction::BlackmanHarris2, FixedSync::Both)
            .map_err(|cause| failed(&cause))?;
    let frames = samples.len();
    let input = InterleavedOwned::new_from(samples, 1, frames).map_err(|cause| failed(&cause))?;
    let output = resampler.process_all(&input, frames, None).map_err(|cause| failed(&cause))?;
    Ok(output.take_data())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(rate_hz: u32, frequency_hz: f64, secs: f64) -> Vec<f32> {
        let step = std::f64::consts::TAU * frequency_hz / f64::from(rate_hz);
        (0..(f64::from(rate_hz) * secs) as usize).map(|n| (0.5 * (step * n as f64).sin()) as f32).collect()
    }

    #[test]
    fn a_tone_keeps_its_length_pitch_and_level() {
        for rate_hz in [8_000, 22_050, 44_100, 48_000, 128_000] {
            let out = to_16_khz(sine(rate_hz, 1_000.0, 0.5), rate_hz).expect("resamples");
            assert!(out.len().abs_diff(8_000) <= 1, "{rate_hz}: {}", out.len());
            let wanted = sine(16_000, 1_000.0, 0.5);
            let worst = out[800..7_200].iter().zip(&wanted[800..]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            // The block's delay is trimmed to whole samples: up to half an output sample may remain.
            assert!(worst < 0.1, "{rate_hz}: {worst}");
        }
    }

    #[test]
    fn what_16_khz_cannot_hold_is_removed() {
        let out = to_16_khz(sine(44_100, 11_000.0, 0.5), 44_100).expect("resamples");
        assert!(out[800..7_200].iter().all(|sample| sample.abs() < 1e-3));
    }

    #[test]
    fn one_sample_is_enough() {
        assert!(!to_16_khz(vec![0.5], 44_100).expect("resamples").is_empty());
        assert_eq!(to_16_khz(vec![0.5], 16_000).expect("as it is"), [0.5]);
    }
}
