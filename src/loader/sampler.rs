//! Class-balanced sampling with replacement: both classes come equally often, whatever their counts.
//!
//! Draw `i` is a function of (seed, epoch, rank, i) alone, so that an epoch can be entered anywhere, and ranks have
//! streams of their own. (In the Python reference a rank repeats its neighbour's stream one epoch later.)

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{
    error::{Error, Result},
    trial::{Label, Trial},
};

/// Which draw of which epoch, on which of the processes that train together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Draw {
    /// The epoch.
    pub epoch: u64,
    /// The process; 0 where there is one.
    pub rank: u64,
    /// Its place in the epoch of that process.
    pub index: u64,
}

impl Draw {
    /// One number for what is drawn within a draw, as augmentation; different for all draws of an epoch.
    pub(super) fn key(self) -> u64 {
        self.index ^ self.rank << 40
    }
}

/// Draws trials, each with weight 1 / count of its class. Unlabelled trials are never drawn.
///
/// ```
/// use rat::{Label, Trial, loader::{Draw, Sampler}};
/// let label = |index| if index == 0 { Label::Bonafide } else { Label::Spoof };
/// let trials: Vec<Trial> = (0..9).map(|index| Trial::new("S", format!("F{index}"), Some(label(index)))).collect();
/// let sampler = Sampler::new(&trials, 7)?;
/// let drawn = sampler.draws(1, 0, 1_000).into_iter().filter(|&index| index == 0).count();
/// assert!((400..600).contains(&drawn));
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sampler {
    /// The places of bona fide trials and of spoofs.
    classes: [Vec<usize>; 2],
    seed: u64,
}

impl Sampler {
    /// For these trials.
    ///
    /// # Errors
    /// Where a class has no trials.
    pub fn new(trials: &[Trial], seed: u64) -> Result<Self> {
        let of = |label| (0..trials.len()).filter(|&index| trials[index].label == Some(label)).collect::<Vec<_>>();
        let classes = [of(Label::Bonafide), of(Label::Spoof)];
        if classes.iter().any(Vec::is_empty) {
            let message = format!("{} bona fide and {} spoof trials to train on", classes[0].len(), classes[1].len());
            return Err(Error::data(message, "give a training protocol with both classes"));
        }
        Ok(Self { classes, seed })
    }

    /// The place of the drawn trial.
    pub fn draw(&self, draw: Draw) -> usize {
        self.draw_again(draw, 0)
    }

    /// As [`draw`](Self::draw), the place of the trial that is taken where all attempts before failed: another of the
    /// same class.
    pub fn draw_again(&self, draw: Draw, attempt: u64) -> usize {
        let mut first = draw_generator(self.seed, draw, 0);
        let class = &self.classes[usize::from(first.random_bool(0.5))];
        let mut generator = if attempt == 0 { first } else { draw_generator(self.seed, draw, attempt) };
        class[generator.random_range(0..class.len())]
    }

    /// The first `count` draws of an epoch on a rank.
    pub fn draws(&self, epoch: u64, rank: u64, count: usize) -> Vec<usize> {
        (0..count as u64).map(|index| self.draw(Draw { epoch, rank, index })).collect()
    }

    /// What the reference of a draw is drawn with.
    pub(super) fn reference_key(&self, draw: Draw, attempt: u64) -> u64 {
        draw_generator(self.seed ^ 0x5EFE_5EFE, draw, attempt).next_u64()
    }
}

/// The stream of random numbers of one attempt at a draw.
fn draw_generator(seed: u64, draw: Draw, attempt: u64) -> ChaCha8Rng {
    let mut key = [0_u8; 32];
    let purpose = u64::from_le_bytes(*b"sampling") ^ draw.rank;
    for (bytes, part) in key.chunks_exact_mut(8).zip([seed, draw.epoch, draw.index, purpose]) {
        bytes.copy_from_slice(&part.to_le_bytes());
    }
    let mut generator = ChaCha8Rng::from_seed(key);
    generator.set_stream(attempt);
    generator
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trials(bonafide: usize, spoof: usize) -> Vec<Trial> {
        let label = |index| if index < bonafide { Label::Bonafide } else { Label::Spoof };
        (0..bonafide + spoof).map(|index| Trial::new("S", format!("F{index}"), Some(label(index)))).collect()
    }

    fn sampler(bonafide: usize, spoof: usize, seed: u64) -> Sampler {
        Sampler::new(&trials(bonafide, spoof), seed).expect("both classes are there")
    }

    #[test]
    fn classes_come_equally_often_and_every_trial_of_a_class_too() {
        for rank in [0, 3] {
            let draws = sampler(10, 90, 3).draws(1, rank, 20_000);
            let bonafide = draws.iter().filter(|&&index| index < 10).count();
            // Standard deviation 71.
            assert!((9_700..10_300).contains(&bonafide), "{bonafide}");
            let first = draws.iter().filter(|&&index| index == 0).count();
            assert!((850..1_150).contains(&first), "{first}");
        }
    }

    #[test]
    fn a_draw_depends_on_seed_epoch_rank_and_place_alone() {
        let sampler_of = |seed| sampler(40, 60, seed);
        let long = sampler_of(3).draws(1, 0, 100);
        assert_eq!(long[..40], sampler_of(3).draws(1, 0, 40));
        assert_eq!(long[77], sampler_of(3).draw(Draw { epoch: 1, rank: 0, index: 77 }));
        // No stream comes back on another rank, in another epoch or with another seed, at any shift.
        let others = [(3, 2, 0), (3, 1, 1), (3, 2, 1), (3, 0, 1), (4, 1, 0)];
        for (seed, epoch, rank) in others {
            let other = sampler_of(seed).draws(epoch, rank, 100);
            for shift in 0..80 {
                assert_ne!(long[shift..shift + 20], other[..20], "{seed} {epoch} {rank}");
                assert_ne!(long[..20], other[shift..shift + 20], "{seed} {epoch} {rank}");
            }
        }
    }

    /// Runs that were begun earlier go on with the same trials.
    #[test]
    fn the_numbers_of_rank_0_stay() {
        assert_eq!(sampler(4, 6, 3).draws(1, 0, 12), EARLIER);
    }

    /// Of `balanced_draws(4 + 6 trials, seed 3, epoch 1)`, before there were ranks.
    const EARLIER: [usize; 12] = [4, 6, 3, 6, 0, 3, 9, 3, 4, 9, 0, 4];

    #[test]
    fn attempts_differ_and_keep_the_class() {
        let sampler = sampler(30, 50, 9);
        for index in 0..50 {
            let draw = Draw { epoch: 2, rank: 1, index };
            let attempts: Vec<usize> = (0..40).map(|attempt| sampler.draw_again(draw, attempt)).collect();
            let bonafide = attempts[0] < 30;
            assert!(attempts.iter().all(|&place| (place < 30) == bonafide), "{attempts:?}");
            let distinct: std::collections::BTreeSet<_> = attempts.iter().collect();
            assert!(distinct.len() > 10, "{attempts:?}");
            assert_ne!(sampler.reference_key(draw, 0), sampler.reference_key(draw, 1));
        }
    }

    #[test]
    fn one_class_alone_is_refused() {
        assert!(Sampler::new(&trials(5, 0), 0).is_err());
    }
}
