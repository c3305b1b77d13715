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
        let [length, start] = [stream.random(), stream.random()];
        Self::at(samples, length, start)
    }

    /// The mask of two numbers from 0 to 1: where its length lies between 20 and 50 % of `samples`, and where its start lies
    /// between the first that it can have and the last. Both are rounded down.
    ///
    /// ```
    /// use rat::augment::TimeMask;
    /// assert_eq!(TimeMask::at(1_000, 0.5, 0.5), TimeMask { length: 350, start: 325 });
    /// ```
    pub fn at(samples: usize, length: f64, start: f64) -> Self {
        let between = |low: f64, high: f64, at: f64| (low + (high - low) * at) as usize;
        let whole = samples as f64;
        let length = between((0.2 * whole).floor(), (0.5 * whole).floor(), length).min(samples);
        Self { start: between(0.0, (samples - length) as f64, start), length }
    }

    /// Sets the stretch to zero; what lies beyond the end is ignored.
    pub fn apply(&self, samples: &mut [f32]) {
        let from = self.start.min(samples.len());
        let to = self.start.saturating_add(self.length).min(samples.len());
        samples[from..to].fill(0.0);
    }
}
