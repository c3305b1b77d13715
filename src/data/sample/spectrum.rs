//! Short-time Fourier analysis and synthesis, and cepstrally smoothed envelopes: the ground that the spoofing systems
//! of the sample corpus stand on.
//!
//! The envelope is the "true envelope" of Röbel and Rodet (2005): smoothing is repeated on the maximum of spectrum and
//! envelope, so that it runs over the harmonics' tops.

use std::{f32::consts::TAU, sync::Arc};

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex, num_complex::Complex};

/// The spectrum of one frame: `size / 2 + 1` bins.
pub(super) type Frame = Vec<Complex<f32>>;

/// Natural logarithm of the smallest magnitude that counts.
const FLOOR: f32 = 1e-6;

/// A Fourier frame of fixed size, moved in fixed hops under a Hann window.
pub(super) struct Stft {
    size: usize,
    hop: usize,
    window: Vec<f32>,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
}

impl Stft {
    /// Frames of `size` samples (even), `hop` apart.
    pub(super) fn new(size: usize, hop: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let window = (0..size).map(|n| 0.5 - 0.5 * (TAU * n as f32 / size as f32).cos()).collect();
        Self { size, hop, window, forward: planner.plan_fft_forward(size), inverse: planner.plan_fft_inverse(size) }
    }

    /// Samples a frame.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Samples from frame to frame.
    pub(super) fn hop(&self) -> usize {
        self.hop
    }

    /// Bins a frame.
    pub(super) fn bins(&self) -> usize {
        self.size / 2 + 1
    }

    /// Frames centred on multiples of the hop; beyond the ends there is silence.
    pub(super) fn analyse(&self, samples: &[f32]) -> Vec<Frame> {
        (0..=samples.len() / self.hop).map(|frame| self.frame_at(samples, frame * self.hop)).collect()
    }

    /// The spectrum of the frame centred on sample `centre`.
    pub(super) fn frame_at(&self, samples: &[f32], centre: usize) -> Frame {
        let at = |n: usize| (centre + n).checked_sub(self.size / 2).and_then(|index| samples.get(index)).copied();
        let mut block: Vec<f32> = (0..self.size).map(|n| at(n).unwrap_or(0.0) * self.window[n]).collect();
        let mut spectrum = self.forward.make_output_vec();
        self.forward.process(&mut block, &mut spectrum).expect("both buffers have the plan's length");
        spectrum
    }

    /// Least-squares overlap-add (Griffin and Lim 1984) to `length` samples.
    pub(super) fn synthesise(&self, frames: &[Frame], length: usize) -> Vec<f32> {
        let padded = length + 2 * self.size;
        let (mut sum, mut weight) = (vec![0.0; padded], vec![0.0_f32; padded]);
        for (frame, spectrum) in frames.iter().enumerate() {
            let block = self.block(spectrum);
            let start = (frame * self.hop).min(length);
            for ((n, sample), window) in block.iter().enumerate().zip(&self.window) {
                sum[start + n] += sample * window;
                weight[start + n] += window * window;
            }
        }
        let half = self.size / 2;
        (half..half + length).map(|n| sum[n] / weight[n].max(1e-3)).collect()
    }

    /// The real block of a spectrum, without window.
    pub(super) fn block(&self, spectrum: &[Complex<f32>]) -> Vec<f32> {
        let mut spectrum = spectrum.to_vec();
        spectrum[0].im = 0.0;
        spectrum[self.size / 2].im = 0.0;
        let mut block = self.inverse.make_output_vec();
        self.inverse.process(&mut spectrum, &mut block).expect("both buffers have the plan's length");
        let scale = 1.0 / self.size as f32;
        block.iter_mut().for_each(|sample| *sample *= scale);
        block
    }

    /// The natural logarithm of each bin's magnitude, floored.
    pub(super) fn log_magnitude(frame: &[Complex<f32>]) -> Vec<f32> {
        frame.iter().map(|bin| bin.norm().max(FLOOR).ln()).collect()
    }

    /// The log envelope of a log spectrum: the first `order` cepstral coefficients, over the tops of the harmonics.
    pub(super) fn envelope(&self, log_magnitude: &[f32], order: usize) -> Vec<f32> {
        const ROUNDS: usize = 8;
        let mut envelope = self.liftered(log_magnitude, order);
        for _ in 0..ROUNDS {
            let tops: Vec<f32> = log_magnitude.iter().zip(&envelope).map(|(a, b)| a.max(*b)).collect();
            envelope = self.liftered(&tops, order);
        }
        envelope
    }

    /// A log spectrum's cepstrum: `size` values, symmetric.
    fn cepstrum(&self, log_magnitude: &[f32]) -> Vec<f32> {
        self.block(&log_magnitude.iter().map(|&value| Complex::new(value, 0.0)).collect::<Vec<_>>())
    }

    fn liftered(&self, log_magnitude: &[f32], order: usize) -> Vec<f32> {
        let mut cepstrum = self.cepstrum(log_magnitude);
        for (n, value) in cepstrum.iter_mut().enumerate().skip(1) {
            let quefrency = n.min(self.size - n);
            // A raised-cosine end keeps the envelope from ringing.
            let position = (quefrency as f32 / order as f32 - 0.75).clamp(0.0, 0.25) * 4.0;
            *value *= if quefrency >= order { 0.0 } else { 0.5 + 0.5 * (position * TAU / 2.0).cos() };
        }
        let mut spectrum = self.forward.make_output_vec();
        self.forward.process(&mut cepstrum, &mut spectrum).expect("both buffers have the plan's length");
        spectrum.iter().map(|bin| bin.re).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chirp() -> Vec<f32> {
        (0..12_345).map(|n| (n as f32 * (0.05 + n as f32 * 1e-5)).sin()).collect()
    }

    #[test]
    fn analysis_and_synthesis_are_inverse() {
        let samples = chirp();
        for (size, hop) in [(512, 128), (1_024, 200)] {
            let stft = Stft::new(size, hop);
            let back = stft.synthesise(&stft.analyse(&samples), samples.len());
            let worst = samples.iter().zip(&back).take(12_000).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-4, "{worst}");
        }
    }

    #[test]
    fn the_envelope_runs_over_harmonics_and_keeps_the_slope() {
        let stft = Stft::new(1_024, 256);
        let log: Vec<f32> =
            (0..stft.bins()).map(|k| -(k as f32) * 0.004 + if (k + 1) % 10 < 3 { 0.0 } else { -4.0 }).collect();
        let envelope = stft.envelope(&log, 40);
        for k in (20..480).step_by(10) {
            assert!((envelope[k] - log[k]).abs() < 1.2, "{k}: {} {}", envelope[k], log[k]);
        }
    }
}
