//! The recipe: what each stage does, with the paper's values as defaults; unknown keys are refused.

use serde::{Deserialize, Serialize};

use crate::{
    augment::AugmentConfig,
    error::{Error, Result},
};

/// One stage. A stage of no epochs is left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageRecipe {
    /// Passes over as many draws as the split has trials.
    pub epochs: usize,
    /// Adam's step size.
    pub learning_rate: f64,
    /// Trials a step; at least 2, which BatchNorm needs.
    pub batch: usize,
    /// Draws in an epoch; 0 for as many as the split has labelled trials.
    #[serde(default)]
    pub draws: usize,
}

/// Both stages and what they share.
///
/// ```
/// let recipe = rat::train::Recipe::default();
/// assert_eq!((recipe.train.epochs, recipe.finetune.epochs), (5, 6));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The seed of every draw.
    pub seed: u64,
    /// Utterances are cut to so many samples, 64,000 in the paper: 4 s.
    pub max_samples: usize,
    /// Encoder frozen.
    pub train: StageRecipe,
    /// Encoder trained too.
    pub finetune: StageRecipe,
    /// Augmentation of test and reference.
    pub augment: AugmentConfig,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            seed: 0,
            max_samples: 64_000,
            train: StageRecipe { epochs: 5, learning_rate: 1e-3, batch: 16, draws: 0 },
            finetune: StageRecipe { epochs: 6, learning_rate: 1e-6, batch: 6, draws: 0 },
            augment: AugmentConfig::default(),
        }
    }
}

impl Recipe {
    /// Refuses values that cannot be trained with.
    ///
    /// # Errors
    /// Where a value is out of range, with its name.
    pub fn check(&self) -> Result<()> {
        if self.max_samples < crate::ssl::MIN_SAMPLES {
            let message = format!("{} samples give no frame", self.max_samples);
            return Err(Error::config("max-samples", message, "give at least 400, or the paper's 64000"));
        }
        for (name, stage) in [("train", &self.train), ("finetune", &self.finetune)] {
            let refuse =
                |key: &str, message: String, remedy: &str| Err(Error::config(format!("{name}.{key}"), message, remedy));
            if stage.batch < 2 {
                return refuse("batch", format!("{} is too few for BatchNorm", stage.batch), "give at least 2");
            }
            if !(stage.learning_rate.is_finite() && stage.learning_rate > 0.0) {
                let message = format!("{} is no step size", stage.learning_rate);
                return refuse("learning_rate", message, "give a positive number, as 1e-3");
            }
        }
        if self.train.epochs + self.finetune.epochs == 0 {
            return Err(Error::config("epochs", "both stages have none", "give at least one epoch"));
        }
        Ok(())
    }
}
