//! Convolution with finite impulse responses by overlap-save: real Fourier transforms, planned once a thread.

use std::{cell::RefCell, sync::Arc};

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex, num_complex::Complex};

/// The shortest block; longer responses take longer ones.
const BLOCK: usize = 2_048;

thread_local! {
    /// Keeps the plan of every length it was asked for.
    static PLANNER: RefCell<RealFftPlanner<f64>> = RefCell::new(RealFftPlanner::new());
}

/// An impulse response, and by how many samples its output is moved back.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Response {
    /// The response.
    pub(super) taps: Vec<f64>,
    /// At most as many as there are taps.
    pub(super) shift: usize,
}

/// The signal through the response, as long as the signal.
pub(super) fn filtered(signal: &[f64], response: Response) -> Vec<f64> {
    filtered_powers(signal, &[response])
}

/// The sum over k of signal^(k+1) through response k, as long as the signal.
pub(super) fn filtered_powers(signal: &[f64], responses: &[Response]) -> Vec<f64> {
    let lead = responses.iter().map(|response| response.shift).max().unwrap_or(0);
    let tail = responses.iter().map(|response| response.taps.len().saturating_sub(response.shift)).max().unwrap_or(0);
    // With its shift made up for, every response lies within so many taps.
    let reach = lead + tail;
    let mut transform = Transform::new(BLOCK.max((3 * reach).next_power_of_two()));
    let gains: Vec<Vec<Complex<f64>>> = responses.iter().map(|response| transform.gain(response, lead)).collect();
    let mut sum = Vec::with_capacity(signal.len() + transform.length);
    let mut block = vec![0.0; transform.length];
    let mut power = vec![0.0; transform.length];
    let mut spectrum = vec![Complex::ZERO; transform.length / 2 + 1];
    while sum.len() < signal.len() {
        // Output k needs the input from k + lead - reach to k + lead.
        copy_from(signal, (sum.len() + lead) as isize - reach as isize, &mut block);
        power.fill(1.0);
        spectrum.fill(Complex::ZERO);
        for gain in &gains {
            power.iter_mut().zip(&block).for_each(|(power, sample)| *power *= sample);
            transform.add_filtered(&power, gain, &mut spectrum);
        }
        sum.extend_from_slice(&transform.signal(&mut spectrum)[reach..]);
    }
    sum.truncate(signal.len());
    sum
}

/// Fills the block with the signal from `first` on; beyond its ends there are zeros.
fn copy_from(signal: &[f64], first: isize, block: &mut [f64]) {
    let zeros = first.min(0).unsigned_abs().min(block.len());
    let from = first.max(0).unsigned_abs().min(signal.len());
    let count = (block.len() - zeros).min(signal.len() - from);
    block[..zeros].fill(0.0);
    block[zeros..zeros + count].copy_from_slice(&signal[from..from + count]);
    block[zeros + count..].fill(0.0);
}

/// The largest magnitude of a response at `frequencies` of them from 0 to below the Nyquist frequency, evenly spaced.
pub(super) fn largest_gain(response: &[f64], frequencies: usize) -> f64 {
    let mut transform = Transform::new((2 * frequencies).max(response.len().next_power_of_two()));
    let stride = transform.length / (2 * frequencies);
    transform.input[..response.len()].copy_from_slice(response);
    let spectrum = transform.spectrum();
    spectrum.iter().step_by(stride).take(frequencies).map(|bin| bin.norm_sqr()).fold(0.0, f64::max).sqrt()
}

/// The Fourier transform of real blocks, there and back, with room to work in.
struct Transform {
    length: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
    input: Vec<f64>,
    output: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
}

impl Transform {
    /// For blocks of `length` samples, a power of two.
    fn new(length: usize) -> Self {
        let (forward, inverse) =
            PLANNER.with_borrow_mut(|planner| (planner.plan_fft_forward(length), planner.plan_fft_inverse(length)));
        let room = forward.get_scratch_len().max(inverse.get_scratch_len());
        let (input, output) = (forward.make_input_vec(), forward.make_output_vec());
        Self { length, forward, inverse, input, output, scratch: vec![Complex::ZERO; room] }
    }

    /// Of what stands in `input`.
    fn spectrum(&mut self) -> &[Complex<f64>] {
        let Self { forward, input, output, scratch, .. } = self;
        let room = &mut scratch[..forward.get_scratch_len()];
        forward.process_with_scratch(input, output, room).expect("the buffers are the transform's own");
        &self.output
    }

    /// What multiplying with it does to a spectrum is the response, `lead` samples early, and scaled for [`signal`](Self::signal).
    fn gain(&mut self, response: &Response, lead: usize) -> Vec<Complex<f64>> {
        let scale = 1.0 / self.length as f64;
        self.input.fill(0.0);
        let taps = self.input[lead - response.shift..].iter_mut().zip(&response.taps);
        taps.for_each(|(place, tap)| *place = scale * tap);
        self.spectrum().to_vec()
    }

    fn add_filtered(&mut self, block: &[f64], gain: &[Complex<f64>], sum: &mut [Complex<f64>]) {
        self.input.copy_from_slice(block);
        let bins = self.spectrum().iter().zip(gain);
        sum.iter_mut().zip(bins).for_each(|(sum, (bin, gain))| *sum += bin * gain);
    }

    fn signal(&mut self, spectrum: &mut [Complex<f64>]) -> &[f64] {
        // The first and last bin of a real signal are real; rounding may have left a trace.
        (spectrum[0].im, spectrum[self.length / 2].im) = (0.0, 0.0);
        let room = &mut self.scratch[..self.inverse.get_scratch_len()];
        self.inverse.process_with_scratch(spectrum, &mut self.input, room).expect("as long as the transform's");
        &self.input
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Term by term.
    fn plain(signal: &[f64], response: &Response) -> Vec<f64> {
        let at = |index: usize, tap: usize| (index + response.shift).checked_sub(tap).and_then(|at| signal.get(at));
        let sum = |index| {
            (0..response.taps.len()).map(|tap| response.taps[tap] * at(index, tap).copied().unwrap_or(0.0)).sum::<f64>()
        };
        (0..signal.len()).map(sum).collect()
    }

    #[test]
    fn overlap_save_is_convolution() {
        for (samples, taps, shift) in [(1, 1, 0), (10, 40, 20), (9_000, 33, 0), (9_000, 32, 32), (500, 5_000, 37)] {
            let wave = |step: f64| move |at: usize| (step * at as f64).sin();
            let signal: Vec<f64> = (0..samples).map(wave(0.7)).collect();
            let response = Response { taps: (0..taps).map(wave(1.3)).collect(), shift };
            let found = filtered(&signal, response.clone());
            for (found, expected) in found.iter().zip(plain(&signal, &response)) {
                assert!((found - expected).abs() < 1e-9, "{samples}, {taps}, {shift}: {found}, expected {expected}");
            }
            assert_eq!(found.len(), samples);
        }
    }
}
