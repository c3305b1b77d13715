//! RawBoost's first noise (LnL): the recording's powers, each through its own notch filter, as a non-linear device adds them.

use std::sync::Arc;

use rand::{Rng, RngExt};
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex, num_complex::Complex};

use super::{NotchFilter, bring_within_one};

/// How many powers, the recording itself included.
const POWERS: usize = 5;

/// Block of the overlap-save convolution; at least four times the longest filter.
const BLOCK: usize = 2_048;

/// Linear and non-linear convolutive noise: one filter for each power of the recording, the first power first.
#[derive(Clone, Debug, PartialEq)]
pub struct Convolutive {
    /// The filter of x, of x^2, and so on.
    pub filters: Vec<NotchFilter>,
}

impl Convolutive {
    /// Draws five filters: 0 dB for the recording itself, -5 to -20 dB for its higher powers.
    pub fn draw(stream: &mut impl Rng) -> Self {
        let filters = (0..POWERS).map(|power| {
            let filter = NotchFilter::draw(stream, 0.0);
            let gain_db = if power == 0 { 0.0 } else { stream.random_range(-20.0..=-5.0) };
            NotchFilter { gain_db, ..filter }
        });
        Self { filters: filters.collect() }
    }

    /// The sum of the filtered powers, without its mean, and within -1 to 1.
    pub(super) fn applied(&self, signal: &[f64]) -> Vec<f64> {
        let responses: Vec<Vec<f64>> = self.filters.iter().map(NotchFilter::response).collect();
        let mut sum = filtered_powers(signal, &responses);
        let mean = sum.iter().sum::<f64>() / sum.len().max(1) as f64;
        sum.iter_mut().for_each(|sample| *sample -= mean);
        bring_within_one(&mut sum);
        sum
    }
}

/// The sum over k of signal^(k+1) through response k, each moved back by half its length (rounded up), as long as the signal.
pub(super) fn filtered_powers(signal: &[f64], responses: &[Vec<f64>]) -> Vec<f64> {
    let lead = responses.iter().map(|response| response.len().div_ceil(2)).max().unwrap_or(0);
    // With its half length made up for, every response lies within 2 x lead taps.
    let reach = 2 * lead;
    let transform = Transform::new(BLOCK.max(4 * reach).next_power_of_two());
    let gains: Vec<_> = responses
        .iter()
        .map(|response| {
            let mut padded = vec![0.0; transform.length];
            padded[lead - response.len().div_ceil(2)..][..response.len()].copy_from_slice(response);
            transform.spectrum(padded)
        })
        .collect();
    let mut sum = Vec::with_capacity(signal.len() + transform.length);
    while sum.len() < signal.len() {
        // Output k needs the input from k + lead - reach to k + lead.
        let first = (sum.len() + lead) as isize - reach as isize;
        let block: Vec<f64> = (first..).take(transform.length).map(|at| sample_at(signal, at)).collect();
        let mut power = vec![1.0; transform.length];
        let mut spectrum = vec![Complex::ZERO; transform.length / 2 + 1];
        for gain in &gains {
            power.iter_mut().zip(&block).for_each(|(power, sample)| *power *= sample);
            let bins = spectrum.iter_mut().zip(transform.spectrum(power.clone()));
            bins.zip(gain).for_each(|((sum, bin), gain)| *sum += bin * gain);
        }
        sum.extend_from_slice(&transform.signal(spectrum)[reach..]);
    }
    sum.truncate(signal.len());
    sum
}

fn sample_at(signal: &[f64], at: isize) -> f64 {
    usize::try_from(at).ok().and_then(|at| signal.get(at)).copied().unwrap_or(0.0)
}

/// The Fourier transform of real blocks, there and back.
struct Transform {
    length: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
}

impl Transform {
    fn new(length: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        Self { length, forward: planner.plan_fft_forward(length), inverse: planner.plan_fft_inverse(length) }
    }

    fn spectrum(&self, mut block: Vec<f64>) -> Vec<Complex<f64>> {
        let mut spectrum = self.forward.make_output_vec();
        self.forward.process(&mut block, &mut spectrum).expect("blocks are as long as the transform");
        spectrum
    }

    fn signal(&self, mut spectrum: Vec<Complex<f64>>) -> Vec<f64> {
        // The first and last bin of a real signal are real; rounding may have left a trace.
        (spectrum[0].im, spectrum[self.length / 2].im) = (0.0, 0.0);
        let mut block = self.inverse.make_output_vec();
        self.inverse.process(&mut spectrum, &mut block).expect("spectra are as long as the transform's");
        block.iter_mut().for_each(|sample| *sample /= self.length as f64);
        block
    }
}
