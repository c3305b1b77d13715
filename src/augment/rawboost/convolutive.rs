//! RawBoost's first noise (LnL): the recording's powers, each through its own notch filter, as a non-linear device adds them.

use rand::{Rng, RngExt};
use realfft::{RealFftPlanner, num_complex::Complex};

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
    let delay = |response: &Vec<f64>| response.len().div_ceil(2);
    let lead = responses.iter().map(delay).max().unwrap_or(0);
    // With its half length made up for, every response lies within 2 x lead taps.
    let reach = 2 * lead;
    let length = BLOCK.max(4 * reach).next_power_of_two();
    let fresh = length - reach;
    let mut planner = RealFftPlanner::<f64>::new();
    let (forward, inverse) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
    let transform = |mut input: Vec<f64>| {
        let mut spectrum = forward.make_output_vec();
        forward.process(&mut input, &mut spectrum).expect("buffers are as long as the transform");
        spectrum
    };
    let gains: Vec<_> = responses
        .iter()
        .map(|response| {
            let mut padded = vec![0.0; length];
            padded[lead - delay(response)..][..response.len()].copy_from_slice(response);
            transform(padded)
        })
        .collect();
    let mut sum = Vec::with_capacity(signal.len() + fresh);
    while sum.len() < signal.len() {
        // Output k needs the input from k + lead - reach to k + lead.
        let first = (sum.len() + lead) as isize - reach as isize;
        let block: Vec<f64> = (first..).take(length).map(|at| sample_at(signal, at)).collect();
        let mut power = vec![1.0; length];
        let mut spectrum = vec![Complex::new(0.0, 0.0); length / 2 + 1];
        for gain in &gains {
            power.iter_mut().zip(&block).for_each(|(power, sample)| *power *= sample);
            let bins = spectrum.iter_mut().zip(transform(power.clone()));
            bins.zip(gain).for_each(|((sum, bin), gain)| *sum += bin * gain);
        }
        let mut output = vec![0.0; length];
        // These two bins of a real signal are real; rounding may have left a trace.
        (spectrum[0].im, spectrum[length / 2].im) = (0.0, 0.0);
        inverse.process(&mut spectrum, &mut output).expect("buffers are as long as the transform");
        sum.extend(output[reach..].iter().map(|sample| sample / length as f64));
    }
    sum.truncate(signal.len());
    sum
}

fn sample_at(signal: &[f64], at: isize) -> f64 {
    usize::try_from(at).ok().and_then(|at| signal.get(at)).copied().unwrap_or(0.0)
}
