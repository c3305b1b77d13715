//! The recipe: what each stage does, with the paper's values as defaults; unknown keys are refused.

use serde::{Deserialize, Serialize};

use crate::{
    augment::AugmentConfig,
    data::Split,
    device::Precision,
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
    /// Trials a batch, on each device; at least 2, which BatchNorm needs.
    pub batch: usize,
    /// Draws in an epoch; 0 for as many as the split has labelled trials.
    #[serde(default)]
    pub draws: usize,
    /// Batches whose gradients are averaged for a step.
    #[serde(default = "one")]
    pub accumulate: usize,
    /// The most that the norm of all gradients together may be: longer ones are scaled down to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip_norm: Option<f64>,
    /// Whether activations are computed again in the backward pass, which takes less memory and more time; of no effect in f32 on
    /// the CPU, whose own steps keep less than that.
    #[serde(default)]
    pub checkpoint_activations: bool,
    /// The stage ends after so many epochs without a lower EER; 0 for never.
    #[serde(default)]
    pub patience: usize,
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
    /// What encoder and reference block compute in; weights are kept in f32.
    #[serde(default)]
    pub precision: Precision,
    /// Devices that train together, each with a stream of draws of its own.
    #[serde(default = "one")]
    pub replicas: usize,
    /// The split whose EER judges the epochs: dev; eval is refused unless forced.
    #[serde(default = "dev")]
    pub select_on: Split,
    /// Whether epochs may be judged by the evaluation set, which makes its result worthless as an estimate.
    #[serde(default)]
    pub force: bool,
    /// Trials of the split that judges epochs on which the reference's contribution is measured after each, all where it has
    /// fewer; 0 for no measurement. Runs from before it was recorded do not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_trials: Option<usize>,
    /// Encoder frozen.
    pub train: StageRecipe,
    /// Encoder trained too.
    pub finetune: StageRecipe,
    /// Augmentation of test and reference.
    pub augment: AugmentConfig,
}

fn one() -> usize {
    1
}

fn dev() -> Split {
    Split::Dev
}

impl StageRecipe {
    /// Epochs, step size and trials a batch; the rest as in the paper.
    pub fn new(epochs: usize, learning_rate: f64, batch: usize) -> Self {
        Self {
            epochs,
            learning_rate,
            batch,
            draws: 0,
            accumulate: 1,
            clip_norm: None,
            checkpoint_activations: false,
            patience: 0,
        }
    }

    /// Steps of an epoch of so many draws; the last partial step is left out.
    pub fn steps(&self, trials: usize, replicas: usize) -> usize {
        let draws = if self.draws == 0 { trials } else { self.draws };
        draws / self.step_trials(replicas)
    }

    /// Trials of a step, over all devices and accumulated batches.
    pub fn step_trials(&self, replicas: usize) -> usize {
        self.batch.saturating_mul(self.accumulate).saturating_mul(replicas)
    }

    /// The remedy where an epoch has fewer draws than a step.
    pub(crate) fn fewer_a_step(&self) -> &'static str {
        if self.accumulate > 1 { "give a smaller --accumulate or --batch" } else { "give a smaller --batch" }
    }

    fn check(&self, name: &str) -> Result<()> {
        let refuse =
            |key: &str, message: String, remedy: &str| Err(Error::config(format!("{name}.{key}"), message, remedy));
        if self.batch < 2 {
            return refuse("batch", format!("{} is too few for BatchNorm", self.batch), "give at least 2");
        }
        if !(self.learning_rate.is_finite() && self.learning_rate > 0.0) {
            let message = format!("{} is no step size", self.learning_rate);
            return refuse("learning_rate", message, "give a positive number, as 1e-3");
        }
        if self.accumulate == 0 {
            return refuse("accumulate", "a step needs a batch".into(), "give at least 1");
        }
        match self.clip_norm {
            Some(norm) if !(norm.is_finite() && norm > 0.0) => {
                refuse("clip_norm", format!("{norm} is no norm"), "give a positive number, as 1.0")
            }
            _ => Ok(()),
        }
    }
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            seed: 0,
            max_samples: 64_000,
            precision: Precision::F32,
            replicas: 1,
            select_on: Split::Dev,
            force: false,
            trace_trials: Some(96),
            train: StageRecipe::new(5, 1e-3, 16),
            finetune: StageRecipe::new(6, 1e-6, 6),
            augment: AugmentConfig::default(),
        }
    }
}

impl Recipe {
    /// Refuses values that cannot be trained with.
    ///
    /// # Errors
    /// Where a value is out of range, with its name; where the evaluation set is to choose the epoch.
    pub fn check(&self) -> Result<()> {
        if self.max_samples < crate::ssl::MIN_SAMPLES {
            let message = format!("{} samples give no frame", self.max_samples);
            return Err(Error::config("max-samples", message, "give at least 400, or the paper's 64000"));
        }
        self.check_sizes()?;
        if self.replicas == 0 {
            return Err(Error::config("replicas", "nothing trains without a device", "give at least 1"));
        }
        self.train.check("train")?;
        self.finetune.check("finetune")?;
        if self.train.checkpoint_activations {
            let message = "the encoder is frozen in stage 1: it keeps no activations";
            return Err(Error::config("train.checkpoint_activations", message, "leave it out, or fine-tune"));
        }
        if self.train.epochs + self.finetune.epochs == 0 {
            return Err(Error::config("epochs", "both stages have none", "give at least one epoch"));
        }
        self.check_selection()
    }

    /// What config.toml cannot hold.
    fn check_sizes(&self) -> Result<()> {
        let shared =
            [("seed", self.seed), ("max-samples", self.max_samples as u64), ("replicas", self.replicas as u64)];
        let traced = [("trace-trials", self.trace_trials.unwrap_or(0) as u64)];
        let of_stage = |stage: &StageRecipe| {
            let StageRecipe { epochs, batch, draws, accumulate, patience, .. } = *stage;
            let sizes = [("epochs", epochs), ("batch", batch), ("draws", draws), ("accumulate", accumulate)];
            sizes.into_iter().chain([("patience", patience)]).map(|(name, size)| (name, size as u64))
        };
        let stages = [&self.train, &self.finetune].into_iter().flat_map(of_stage);
        for (name, size) in shared.into_iter().chain(traced).chain(stages) {
            if i64::try_from(size).is_err() {
                let message = format!("{size} is too large for config.toml");
                return Err(Error::config(name, message, format!("give at most {}", i64::MAX)));
            }
        }
        Ok(())
    }

    fn check_selection(&self) -> Result<()> {
        match self.select_on {
            Split::Dev => Ok(()),
            Split::Eval if self.force => Ok(()),
            Split::Eval => {
                let message = "an epoch chosen by the evaluation set makes its result look better than it is";
                Err(Error::config("select-on", message, "use dev; with --force it is done, and the run says so"))
            }
            Split::Train => {
                let message = "an epoch cannot be chosen by what it was trained on";
                Err(Error::config("select-on", message, "use dev"))
            }
        }
    }
}
