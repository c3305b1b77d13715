//! Percentile intervals of tandem measures: trials are drawn with replacement, as many as there are, and all measures taken
//! of the same draws.
//!
//! A draw is a function of (seed, replicate), whatever thread makes it. Draws of which a measure does not exist, as
//! those of tiny files that miss a kind of trial, are left out; where that is more than one in a hundred, there is no interval.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{
    TandemSettings,
    measures::{Measured, Sample},
};
use crate::metrics::percentiles;

/// The interval of each measure.
pub(super) fn intervals(
    sample: &Sample<'_>,
    measures: &[Measured],
    settings: &TandemSettings,
) -> Vec<Option<(f64, f64)>> {
    if settings.resamples == 0 {
        return vec![None; measures.len()];
    }
    let replicate = |number: usize| -> Vec<Option<f64>> {
        let counts = drawn(settings.seed, number as u64, sample.len());
        let value = |&measure| sample.drawn(measure, settings, &counts).ok().map(|value| value.rate());
        measures.iter().map(value).collect()
    };
    let replicates: Vec<Vec<Option<f64>>> = (0..settings.resamples).into_par_iter().map(replicate).collect();
    let of = |at: usize| {
        let values: Vec<f64> = replicates.iter().filter_map(|replicate| replicate[at]).collect();
        let missing = replicates.len() - values.len();
        (missing * 100 <= replicates.len() && !values.is_empty()).then(|| percentiles(values, settings.level))
    };
    (0..measures.len()).map(of).collect()
}

/// How often each trial was drawn.
fn drawn(seed: u64, replicate: u64, trials: usize) -> Vec<u32> {
    let mut stream = ChaCha8Rng::seed_from_u64(seed);
    stream.set_stream(replicate);
    let mut counts = vec![0; trials];
    for _ in 0..trials {
        counts[stream.random_range(0..trials)] += 1;
    }
    counts
}

/// The words for a caption.
pub(super) fn method(settings: &TandemSettings) -> String {
    let TandemSettings { level, resamples, seed, .. } = settings;
    let percent = format!("{:.4}", 100.0 * level);
    let percent = percent.trim_end_matches('0').trim_end_matches('.');
    format!("{percent} % percentile bootstrap over trials, {resamples} resamples, seed {seed}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_functions_of_seed_and_replicate() {
        assert_eq!(drawn(1, 2, 50), drawn(1, 2, 50));
        assert_ne!(drawn(1, 2, 50), drawn(1, 3, 50));
        assert_ne!(drawn(1, 2, 50), drawn(2, 2, 50));
        assert_eq!(drawn(1, 2, 50).iter().sum::<u32>(), 50);
        assert!(drawn(0, 0, 0).is_empty());
    }

    #[test]
    fn the_method_tells_level_and_seed() {
        let settings = TandemSettings { level: 0.9, seed: 7, ..TandemSettings::default() };
        assert_eq!(method(&settings), "90 % percentile bootstrap over trials, 1000 resamples, seed 7");
    }
}
