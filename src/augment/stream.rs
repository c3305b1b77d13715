//! Where each step's random numbers come from.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Whether a waveform is a trial's test utterance or its reference: their draws are independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The utterance to be judged.
    Test,
    /// The claimed speaker's recording.
    Reference,
}

/// The steps have streams of their own, so that one more does not change the draws of the others. Never renumber them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Trim = 0,
    TimeMask = 1,
    Surroundings = 2,
    MuLaw = 3,
    RawBoost = 4,
    NoiseAndFilter = 5,
    Noise = 6,
    Filter = 7,
    ALaw = 8,
    Opus = 9,
}

/// What a waveform's draws depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) seed: u64,
    pub(super) epoch: u64,
    pub(super) index: u64,
    pub(super) side: Side,
}

impl Key {
    /// The random stream of one step: the four numbers are the generator's key.
    fn stream(self, step: Step) -> ChaCha8Rng {
        let side = match self.side {
            Side::Test => 0,
            Side::Reference => 1,
        };
        let mut key = [0; 32];
        let parts = [self.seed, self.epoch, self.index, (side << 32) | step as u64];
        for (bytes, part) in key.chunks_exact_mut(8).zip(parts) {
            bytes.copy_from_slice(&part.to_le_bytes());
        }
        ChaCha8Rng::from_seed(key)
    }

    /// The stream of a step that is taken with this probability, where it is.
    pub(super) fn taken(self, step: Step, probability: f64) -> Option<ChaCha8Rng> {
        let mut stream = self.stream(step);
        stream.random_bool(probability).then_some(stream)
    }
}
