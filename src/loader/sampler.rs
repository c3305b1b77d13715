//! Class-balanced sampling with replacement: both classes come equally often, whatever their counts.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{
    error::{Error, Result},
    trial::{Label, Trial},
};

/// Indices of the trials of one epoch, each drawn with weight 1 / count of its class. Draw `i` is a function of
/// (seed, epoch, i) alone, so an epoch can be entered anywhere. Unlabelled trials are never drawn.
///
/// # Errors
/// Where a class has no trials.
pub fn balanced_draws(trials: &[Trial], seed: u64, epoch: u64, count: usize) -> Result<Vec<usize>> {
    let of = |label| (0..trials.len()).filter(|&index| trials[index].label == Some(label)).collect::<Vec<_>>();
    let classes = [of(Label::Bonafide), of(Label::Spoof)];
    if classes.iter().any(Vec::is_empty) {
        let message = format!("{} bona fide and {} spoof trials to train on", classes[0].len(), classes[1].len());
        return Err(Error::data(message, "give a training protocol with both classes"));
    }
    let draw = |index: usize| {
        let mut generator = draw_generator(seed, epoch, index as u64);
        let class = &classes[usize::from(generator.random_bool(0.5))];
        class[generator.random_range(0..class.len())]
    };
    Ok((0..count).map(draw).collect())
}

/// The stream of random numbers of one draw.
pub(super) fn draw_generator(seed: u64, epoch: u64, index: u64) -> ChaCha8Rng {
    let mut key = [0_u8; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&epoch.to_le_bytes());
    key[16..24].copy_from_slice(&index.to_le_bytes());
    key[24..].copy_from_slice(b"sampling");
    ChaCha8Rng::from_seed(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trials(bonafide: usize, spoof: usize) -> Vec<Trial> {
        let label = |index| if index < bonafide { Label::Bonafide } else { Label::Spoof };
        (0..bonafide + spoof).map(|index| Trial::new("S", format!("F{index}"), Some(label(index)))).collect()
    }

    #[test]
    fn classes_come_equally_often_and_every_trial_of_a_class_too() {
        let trials = trials(10, 90);
        let draws = balanced_draws(&trials, 3, 1, 20_000).expect("both classes are there");
        let bonafide = draws.iter().filter(|&&index| index < 10).count();
        // Standard deviation 71.
        assert!((9_700..10_300).contains(&bonafide), "{bonafide}");
        let first = draws.iter().filter(|&&index| index == 0).count();
        assert!((850..1_150).contains(&first), "{first}");
    }

    #[test]
    fn a_draw_depends_on_seed_epoch_and_place_alone() {
        let trials = trials(4, 6);
        let long = balanced_draws(&trials, 3, 1, 100).expect("draws");
        assert_eq!(long[..40], balanced_draws(&trials, 3, 1, 40).expect("draws"));
        assert_ne!(long, balanced_draws(&trials, 3, 2, 100).expect("draws"));
        assert_ne!(long, balanced_draws(&trials, 4, 1, 100).expect("draws"));
    }

    #[test]
    fn one_class_alone_is_refused() {
        assert!(balanced_draws(&trials(5, 0), 0, 0, 1).is_err());
    }
}
