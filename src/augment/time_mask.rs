//! A stretch of silence in the middle of the recording, as in SpecAugment (Park et al., 2019) but on the waveform.

use rand::{Rng, RngExt};

/// Where the mask lies, in samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeMask {
    /// The first sample set to zero.
    pub start: usize,
    /// How many samples are.
    pub length: usize,
}

impl TimeMask {
    /// Draws 20 to 50 % of `samples`, anywhere.
    pub fn draw(stream: &mut impl Rng, samples: usize) -> Self {
        let mut between = |low: f64, high: f64| (low + (high - low) * stream.random::<f64>()) as usize;
        let whole = samples as f64;
        let length = between((0.2 * whole).floor(), (0.5 * whole).floor());
        let start = between(0.0, (samples - length) as f64);
        Self { start, length }
    }

    /// Sets the stretch to zero; what lies beyond the end is ignored.
    pub fn apply(&self, samples: &mut [f32]) {
        let from = self.start.min(samples.len());
        let to = self.start.saturating_add(self.length).min(samples.len());
        samples[from..to].fill(0.0);
    }
}
