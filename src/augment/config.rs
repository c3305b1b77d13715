//! How often each augmentation is taken.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{SourceFolder, rawboost::Algorithm};
use crate::error::{Error, Result};

/// How often each step is taken; the default is the paper's.
///
/// A file without some key was written before there was that step: the step is then left out, so that the file means what it meant.
///
/// ```
/// use rat::augment::AugmentConfig;
/// let config: AugmentConfig = serde_json::from_str(r#"{"time_mask": 0.5}"#)?;
/// assert_eq!((config.time_mask, config.mu_law, config.trim), (0.5, 0.3, 0.0));
/// assert_eq!(AugmentConfig::default().trim, 0.5);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default = "AugmentConfig::first_steps", deny_unknown_fields)]
pub struct AugmentConfig {
    /// Whether anything is done at all.
    pub enabled: bool,
    /// Probability of trimming the silence before speech.
    pub trim: f64,
    /// Probability of a time mask.
    pub time_mask: f64,
    /// Probability of a room or background noise; they come out of `sources`, and there are none without.
    pub surroundings: f64,
    /// Probability of mu-law coding.
    pub mu_law: f64,
    /// Probability of A-law coding.
    pub a_law: f64,
    /// Probability of Opus coding.
    pub opus: f64,
    /// Probability of RawBoost.
    pub rawboost: f64,
    /// Which of RawBoost's algorithms, 1 to 8.
    pub rawboost_algorithm: Algorithm,
    /// Probability that `noise` and `filter` are drawn at all.
    pub noise_and_filter: f64,
    /// Probability of one of the three noises, where they are drawn.
    pub noise: f64,
    /// Probability of one of the seven filters, where they are drawn.
    pub filter: f64,
    /// Folders of rooms and noises.
    pub sources: Vec<SourceFolder>,
}

impl Default for AugmentConfig {
    fn default() -> Self {
        Self { trim: 0.5, surroundings: 0.3, noise_and_filter: 0.3, ..Self::first_steps() }
    }
}

impl AugmentConfig {
    /// Leaves every recording as it is.
    pub fn off() -> Self {
        Self { enabled: false, ..Self::default() }
    }

    /// No step but those that were there first.
    fn first_steps() -> Self {
        Self {
            enabled: true,
            trim: 0.0,
            time_mask: 0.3,
            surroundings: 0.0,
            mu_law: 0.3,
            a_law: 0.0,
            opus: 0.0,
            rawboost: 0.3,
            rawboost_algorithm: Algorithm::default(),
            noise_and_filter: 0.0,
            noise: 0.9,
            filter: 0.9,
            sources: Vec::new(),
        }
    }

    /// The probabilities by name.
    fn probabilities(&mut self) -> [(&'static str, &mut f64); 10] {
        [
            ("trim", &mut self.trim),
            ("time_mask", &mut self.time_mask),
            ("surroundings", &mut self.surroundings),
            ("mu_law", &mut self.mu_law),
            ("a_law", &mut self.a_law),
            ("opus", &mut self.opus),
            ("rawboost", &mut self.rawboost),
            ("noise_and_filter", &mut self.noise_and_filter),
            ("noise", &mut self.noise),
            ("filter", &mut self.filter),
        ]
    }

    /// With one step taken more or less often.
    pub fn with(mut self, step: StepProbability) -> Self {
        if let Some((_, probability)) = self.probabilities().into_iter().find(|(name, _)| *name == step.step) {
            *probability = step.probability;
        }
        self
    }

    /// Refuses what cannot be.
    pub(super) fn check(&self) -> Result<()> {
        let mut copy = self.clone();
        match copy.probabilities().into_iter().find(|(_, probability)| !(0.0..=1.0).contains(*probability)) {
            None => Ok(()),
            Some((key, probability)) => Err(Error::config(
                format!("augment.{key}"),
                format!("{probability} is not between 0 and 1"),
                "give a probability, as 0.3",
            )),
        }
    }
}

/// A step of the chain and how often it is taken, written `STEP=P` as in `trim=0.5`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepProbability {
    step: &'static str,
    probability: f64,
}

impl StepProbability {
    /// The step's name, as in [`AugmentConfig`].
    pub fn step(&self) -> &'static str {
        self.step
    }

    /// How often it is taken.
    pub fn probability(&self) -> f64 {
        self.probability
    }
}

impl FromStr for StepProbability {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (step, probability) = text.split_once('=').unwrap_or((text, ""));
        let mut config = AugmentConfig::default();
        let known = config.probabilities().map(|(name, _)| name);
        let Some(step) = known.into_iter().find(|name| *name == step.trim().replace('-', "_")) else {
            let message = format!("{step:?} is no augmentation");
            return Err(Error::config("augment-step", message, format!("take one of {}", known.join(", "))));
        };
        match probability.trim().parse() {
            Ok(probability) if (0.0..=1.0).contains(&probability) => Ok(Self { step, probability }),
            _ => {
                let message = format!("{probability:?} is not between 0 and 1");
                Err(Error::config(format!("augment.{step}"), message, format!("give a probability, as {step}=0.3")))
            }
        }
    }
}
