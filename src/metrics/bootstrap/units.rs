//! Draws units with replacement, as often as there are: trials in file order, or clusters.
//!
//! From ChaCha8, a stream for each replicate, or from NumPy's generator.

use rand::{RngExt, SeedableRng, distr::Uniform};
use rand_chacha::ChaCha8Rng;

use super::{
    super::mt19937::Mt19937,
    settings::{Resampling, Settings},
};

/// Draws are made in blocks that stay in the processor's first cache.
const BLOCK: usize = 2_048;

/// How often each unit is drawn in the replicate; a unit is drawn once on average, 256 times with a chance below 1e-500.
pub(super) fn draw(settings: &Settings, replicate: u64, weights: &mut [u8]) {
    let count = weights.len() as u32;
    match settings.resampling {
        Resampling::Numpy => {
            let mut generator = Mt19937::new(settings.seed.wrapping_add(replicate) as u32);
            tally(weights, |block| generator.fill_below(count, block));
        }
        Resampling::Exact | Resampling::Speaker | Resampling::SpeakerAttack => {
            let mut generator = ChaCha8Rng::seed_from_u64(settings.seed);
            generator.set_stream(replicate);
            let units = Uniform::new(0, count).expect("a set with both classes is not empty");
            tally(weights, |block| block.fill_with(|| generator.sample(units)));
        }
    }
}

fn tally(weights: &mut [u8], mut fill: impl FnMut(&mut [u32])) {
    weights.fill(0);
    let mut block = [0; BLOCK];
    let mut left = weights.len();
    while left > 0 {
        let block = &mut block[..left.min(BLOCK)];
        fill(block);
        for &unit in &*block {
            let drawn = &mut weights[unit as usize];
            *drawn = drawn.saturating_add(1);
        }
        left -= block.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_drawn_as_there_are_and_replicates_differ() {
        for resampling in Resampling::ALL {
            let settings = Settings { resampling, ..Settings::default() };
            let mut weights = [vec![0; 5_000], vec![0; 5_000]];
            (0..).zip(&mut weights).for_each(|(replicate, weights)| draw(&settings, replicate, weights));
            assert!(
                weights.iter().all(|weights| weights.iter().map(|&drawn| usize::from(drawn)).sum::<usize>() == 5_000)
            );
            assert_ne!(weights[0], weights[1]);
        }
    }
}
