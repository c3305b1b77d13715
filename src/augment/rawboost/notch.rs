//! Random notch filters: finite impulse responses by the window method, several in a row as one.
//!
//! The design is SciPy's `firwin` (Hamming window, band-stop, unit gain at 0 Hz); the chain and its scaling are RawBoost's.

use std::f64::consts::PI;

use rand::{Rng, RngExt};

use crate::{
    audio::SAMPLE_RATE_HZ,
    augment::convolution::{Response, largest_gain},
};

const NYQUIST_HZ: f64 = SAMPLE_RATE_HZ as f64 / 2.0;

/// How many notches a filter has.
const NOTCHES: usize = 5;

/// A band to take out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Notch {
    /// Its middle.
    pub centre_hz: f64,
    /// Its width.
    pub width_hz: f64,
    /// Length of the impulse response, odd.
    pub taps: usize,
}

impl Notch {
    /// Draws a notch: centre 20 to 8000 Hz, width 100 to 1000 Hz, 11 to 99 taps.
    pub fn draw(stream: &mut impl Rng) -> Self {
        let centre_hz = stream.random_range(20.0..NYQUIST_HZ);
        let width_hz = stream.random_range(100.0..1_000.0);
        let taps = stream.random_range(10..100_usize) | 1;
        Self { centre_hz, width_hz, taps }
    }

    /// The impulse response; edges beyond 0 and the Nyquist frequency are brought within.
    pub fn response(&self) -> Vec<f64> {
        let (low, high) = (self.centre_hz - self.width_hz / 2.0, self.centre_hz + self.width_hz / 2.0);
        let low = if low <= 0.0 { 1e-3 } else { low };
        let high = if high >= NYQUIST_HZ { NYQUIST_HZ - 1e-3 } else { high };
        band_stop(self.taps, low / NYQUIST_HZ, high / NYQUIST_HZ)
    }
}

/// SciPy's `firwin(taps, [low, high])` with a Hamming window: edges as fractions of the Nyquist frequency, `taps` odd.
pub fn band_stop(taps: usize, low: f64, high: f64) -> Vec<f64> {
    let middle = (taps as f64 - 1.0) / 2.0;
    let tap = |index: usize| {
        let time = index as f64 - middle;
        let ideal = low * sinc(low * time) + sinc(time) - high * sinc(high * time);
        let window = if taps == 1 { 1.0 } else { 0.54 - 0.46 * (PI * index as f64 / middle).cos() };
        ideal * window
    };
    let response: Vec<f64> = (0..taps).map(tap).collect();
    let gain: f64 = response.iter().sum();
    response.into_iter().map(|tap| tap / gain).collect()
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// Several notches in a row, and the gain where the chain lets most through.
#[derive(Clone, Debug, PartialEq)]
pub struct NotchFilter {
    /// The notches.
    pub notches: Vec<Notch>,
    /// The gain at the frequency that passes best.
    pub gain_db: f64,
}

impl NotchFilter {
    /// Draws five notches, to be scaled by this gain.
    pub fn draw(stream: &mut impl Rng, gain_db: f64) -> Self {
        Self { notches: (0..NOTCHES).map(|_| Notch::draw(stream)).collect(), gain_db }
    }

    /// The chain as one impulse response.
    pub fn response(&self) -> Vec<f64> {
        let chain = self.notches.iter().fold(vec![1.0], |chain, notch| convolved(&chain, &notch.response()));
        let scale = 10f64.powf(self.gain_db / 20.0) / largest_gain(&chain, 512);
        chain.into_iter().map(|tap| scale * tap).collect()
    }

    /// The response moved back by half its length, rounded up, as RawBoost's code does it.
    pub(super) fn centred(&self) -> Response {
        let taps = self.response();
        Response { shift: taps.len().div_ceil(2), taps }
    }
}

fn convolved(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; a.len() + b.len() - 1];
    for (at, &scale) in a.iter().enumerate() {
        for (sum, &tap) in product[at..].iter_mut().zip(b) {
            *sum += scale * tap;
        }
    }
    product
}
