//! The chain of augmentations in the order of RAT's recipe, and its configuration.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{
    TimeMask, mu_law,
    rawboost::{Algorithm, RawBoost},
};
use crate::{
    audio::Waveform,
    error::{Error, Result},
};

/// How often each step is taken; the default is the paper's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AugmentConfig {
    /// Whether anything is done at all.
    pub enabled: bool,
    /// Probability of a time mask.
    pub time_mask: f64,
    /// Probability of mu-law coding.
    pub mu_law: f64,
    /// Probability of RawBoost.
    pub rawboost: f64,
    /// Which of RawBoost's algorithms, 1 to 8.
    pub rawboost_algorithm: Algorithm,
}

impl Default for AugmentConfig {
    fn default() -> Self {
        Self { enabled: true, time_mask: 0.3, mu_law: 0.3, rawboost: 0.3, rawboost_algorithm: Algorithm::default() }
    }
}

impl AugmentConfig {
    /// Leaves every recording as it is.
    pub fn off() -> Self {
        Self { enabled: false, ..Self::default() }
    }

    fn check(&self) -> Result<()> {
        let probabilities = [("time_mask", self.time_mask), ("mu_law", self.mu_law), ("rawboost", self.rawboost)];
        match probabilities.into_iter().find(|(_, probability)| !(0.0..=1.0).contains(probability)) {
            None => Ok(()),
            Some((key, probability)) => Err(Error::config(
                format!("augment.{key}"),
                format!("{probability} is not between 0 and 1"),
                "give a probability, as 0.3",
            )),
        }
    }
}

/// Whether a waveform is a trial's test utterance or its reference: their draws are independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The utterance to be judged.
    Test,
    /// The claimed speaker's recording.
    Reference,
}

/// The steps have streams of their own, so that one more does not change the draws of the others. Never renumber them.
#[derive(Clone, Copy, Debug)]
enum Step {
    TimeMask = 1,
    MuLaw = 3,
    RawBoost = 4,
}

/// Augments waveforms.
///
/// ```
/// use rat::{Waveform, augment::{AugmentConfig, Augmentor, Side}};
/// let augmentor = Augmentor::new(AugmentConfig { time_mask: 1.0, ..AugmentConfig::default() })?;
/// let plain = Waveform::new(vec![0.1; 1_000]);
/// let masked = augmentor.apply(&plain, 7, 0, 42, Side::Test);
/// assert_eq!(masked.len(), 1_000);
/// assert_ne!(masked, plain);
/// assert_eq!(masked, augmentor.apply(&plain, 7, 0, 42, Side::Test));
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Augmentor {
    config: AugmentConfig,
}

impl Augmentor {
    /// From a configuration that makes sense.
    ///
    /// # Errors
    /// Where a probability is not between 0 and 1.
    pub fn new(config: AugmentConfig) -> Result<Self> {
        config.check()?;
        Ok(Self { config })
    }

    /// The configuration.
    pub fn config(&self) -> &AugmentConfig {
        &self.config
    }

    /// The waveform as it is to be heard in this epoch: a pure function of its arguments. The length stays; values may
    /// leave -1 to 1, as nothing is clipped.
    pub fn apply(&self, waveform: &Waveform, seed: u64, epoch: u64, index: u64, side: Side) -> Waveform {
        let config = &self.config;
        let mut samples = waveform.samples().to_vec();
        if !config.enabled || samples.is_empty() {
            return Waveform::new(samples);
        }
        let taken = |step: Step, probability: f64| {
            let mut stream = stream(seed, epoch, index, side, step);
            stream.random_bool(probability).then_some(stream)
        };
        if let Some(mut stream) = taken(Step::TimeMask, config.time_mask) {
            TimeMask::draw(&mut stream, samples.len()).apply(&mut samples);
        }
        if taken(Step::MuLaw, config.mu_law).is_some() {
            mu_law::encode_and_decode(&mut samples);
        }
        if let Some(mut stream) = taken(Step::RawBoost, config.rawboost) {
            RawBoost::draw(&mut stream, config.rawboost_algorithm, samples.len()).apply(&mut samples);
        }
        Waveform::new(samples)
    }
}

/// The random stream of one step: the four numbers are the generator's key.
fn stream(seed: u64, epoch: u64, index: u64, side: Side, step: Step) -> ChaCha8Rng {
    let side = match side {
        Side::Test => 0,
        Side::Reference => 1,
    };
    let mut key = [0; 32];
    for (bytes, part) in key.chunks_exact_mut(8).zip([seed, epoch, index, (side << 32) | step as u64]) {
        bytes.copy_from_slice(&part.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}
