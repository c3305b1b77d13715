//! Coloured noise: audiomentations' `AddColorNoise`, whose spectrum falls or rises by a number of decibels an octave.

use std::{cell::RefCell, f64::consts::TAU};

use rand::{Rng, RngExt};
use realfft::{RealFftPlanner, num_complex::Complex};

use super::{add, noise_level, rms, white};
use crate::{
    audio::SAMPLE_RATE_HZ,
    augment::convolution::{Response, filtered},
};

/// Length of the colouring impulse response.
const TAPS: usize = 128;

/// Its frequencies, from 0 to half the sample rate.
const FREQUENCIES: usize = TAPS / 2 + 1;

thread_local! {
    static PLANNER: RefCell<RealFftPlanner<f64>> = RefCell::new(RealFftPlanner::new());
}

/// Noise through a random response whose magnitude is a power of the frequency.
#[derive(Clone, Debug, PartialEq)]
pub struct ColourNoise {
    /// Standard normal, as long as the recording.
    pub noise: Vec<f64>,
    /// The response's phases at 65 frequencies, 0 Hz and half the sample rate included.
    pub phases: Vec<f64>,
    /// How much louder each octave is than the one below.
    pub slope_db_per_octave: f64,
    /// How far the recording's root mean square is above the noise's.
    pub snr_db: f64,
}

impl ColourNoise {
    /// Draws noise at 5 to 40 dB with a slope of -6 to 6 dB an octave.
    pub fn draw(stream: &mut impl Rng, samples: usize) -> Self {
        let snr_db = stream.random_range(5.0..40.0);
        let slope_db_per_octave = stream.random_range(-6.0..6.0);
        let phases = (0..FREQUENCIES).map(|_| stream.random_range(0.0..TAU)).collect();
        Self { noise: white(stream, samples), phases, slope_db_per_octave, snr_db }
    }

    /// Adds it.
    pub fn apply(&self, samples: &mut [f32]) {
        let coloured = if self.slope_db_per_octave == 0.0 {
            self.noise.clone()
        } else {
            let coloured = filtered(&self.noise, Response { taps: self.response(), shift: (TAPS - 1) / 2 });
            let level = rms(coloured.iter().copied());
            if level == 0.0 {
                return;
            }
            coloured.into_iter().map(|sample| sample / level).collect()
        };
        add(samples, &coloured, noise_level(samples, self.snr_db));
    }

    /// The impulse response of the colour.
    fn response(&self) -> Vec<f64> {
        let exponent = self.slope_db_per_octave / (20.0 * 2f64.log10());
        let spacing_hz = f64::from(SAMPLE_RATE_HZ) / TAPS as f64;
        let bin = |at: usize| {
            let hz = if at == 0 { 1.0 } else { spacing_hz * at as f64 };
            Complex::from_polar(hz.powf(exponent), self.phases.get(at).copied().unwrap_or(0.0))
        };
        let mut spectrum: Vec<_> = (0..FREQUENCIES).map(bin).collect();
        // The ends of a real signal's spectrum are real: as NumPy's `irfft`, leave the rest out.
        (spectrum[0].im, spectrum[FREQUENCIES - 1].im) = (0.0, 0.0);
        let inverse = PLANNER.with_borrow_mut(|planner| planner.plan_fft_inverse(TAPS));
        let mut taps = inverse.make_output_vec();
        inverse.process(&mut spectrum, &mut taps).expect("as long as the transform's");
        taps.iter_mut().for_each(|tap| *tap /= TAPS as f64);
        taps
    }
}
