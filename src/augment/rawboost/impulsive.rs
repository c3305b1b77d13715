//! RawBoost's second noise (ISD): some samples, anywhere, are off by a random share of themselves.

use rand::{Rng, RngExt, seq::index};

use super::bring_within_one;

/// The largest share of samples that is hit.
const MOST: f64 = 0.1;

/// The largest deviation, as a multiple of the sample.
const GAIN: f64 = 2.0;

/// Impulsive signal-dependent noise.
#[derive(Clone, Debug, PartialEq)]
pub struct Impulsive {
    /// Which samples, and by which factor of themselves they change.
    pub hits: Vec<(usize, f64)>,
}

impl Impulsive {
    /// Draws up to 10 % of `samples`, each with 2 U(-1, 1) U(-1, 1) of itself.
    pub fn draw(stream: &mut impl Rng, samples: usize) -> Self {
        let count = (samples as f64 * stream.random_range(0.0..MOST)) as usize;
        let places = index::sample(stream, samples, count);
        let mut even = || stream.random_range(-1.0..1.0);
        Self { hits: places.into_iter().map(|place| (place, GAIN * even() * even())).collect() }
    }

    /// The signal with its hits, within -1 to 1.
    pub(super) fn applied(&self, signal: &[f64]) -> Vec<f64> {
        let mut hit = signal.to_vec();
        for &(place, factor) in &self.hits {
            if let Some(sample) = hit.get_mut(place) {
                *sample += factor * *sample;
            }
        }
        bring_within_one(&mut hit);
        hit
    }
}
