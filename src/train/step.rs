//! One step: forward, cross-entropy and backward on every device, the mean of the gradients, Adam.

use std::fmt;

use burn::{
    optim::{AdamConfig, GradientsParams, ModuleOptimizer},
    tensor::{Device, Tensor},
};
use serde::{Deserialize, Serialize};

use super::{
    exchange::Exchange,
    gradients::{MeanGradients, clip_norm},
    recipe::StageRecipe,
    replica::{Replica, Setting},
};
use crate::{
    device::Precision,
    error::{Error, Result},
    loader::WaveformBatch,
    model::Detector,
    ssl::SslFeatures,
    trial::Label,
};

/// Which stage an epoch belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The encoder is frozen: no gradient, no optimiser state.
    Train,
    /// The encoder is trained too.
    Finetune,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Train => "train",
            Self::Finetune => "finetune",
        })
    }
}

/// The network in training with its optimiser.
///
/// With several devices each has a replica of the network. A step's gradients are the mean over the replicas; the first takes
/// the optimiser's step and the others its weights, by burn's plain transfers; running statistics become the mean of theirs.
pub struct TrainState {
    first: Replica,
    others: Vec<Replica>,
    exchange: Exchange,
    pub(super) optimizer: ModuleOptimizer,
}

impl TrainState {
    /// Brings a network into a stage, with a fresh optimiser: Adam as in PyTorch, betas 0.9 and 0.999, epsilon 1e-8.
    pub fn new(detector: Detector, stage: Stage, device: &Device) -> Self {
        let setting = Setting { stage, precision: Precision::F32, checkpointing: false, device: device.clone() };
        let first = Replica::new(&detector.numbered(), setting);
        let optimizer = AdamConfig::new().with_epsilon(1e-8).init();
        Self { first, others: vec![], exchange: Exchange::Transfers, optimizer }
    }

    /// Computes in this precision; the weights stay f32.
    #[must_use]
    pub fn in_precision(self, precision: Precision) -> Self {
        self.set(|setting| setting.precision = precision)
    }

    /// Computes activations again in the backward pass, or keeps them. The gradients are the same.
    #[must_use]
    pub fn checkpointing_activations(self, checkpointing: bool) -> Self {
        self.set(|setting| setting.checkpointing = checkpointing)
    }

    /// Trains with replicas on further devices.
    #[must_use]
    pub fn with_replicas(mut self, further: &[Device]) -> Self {
        self.others = further.iter().map(|device| self.first.set(|setting| setting.device = device.clone())).collect();
        self
    }

    /// Brings the gradients of replicas together in this way.
    #[must_use]
    pub fn exchanging(self, exchange: Exchange) -> Self {
        Self { exchange, ..self }
    }

    fn set(mut self, change: impl Fn(&mut Setting)) -> Self {
        self.first = self.first.set(&change);
        self.others = self.others.iter().map(|replica| replica.set(&change)).collect();
        self
    }

    /// The network as it is now, for inference.
    pub fn inference(&self) -> Detector {
        use burn::module::Module;
        self.first.detector.valid()
    }

    /// Its stage.
    pub fn stage(&self) -> Stage {
        self.first.setting().stage
    }

    /// One step on a batch; gives the loss before it, in nats.
    ///
    /// # Errors
    /// Where a waveform is too short for a frame, or the loss is not finite.
    pub fn step(self, batch: &WaveformBatch, learning_rate: f64) -> Result<(Self, f64)> {
        let rule = StageRecipe::new(1, learning_rate, batch.labels.len());
        self.step_on(std::slice::from_ref(batch), &rule)
    }

    /// One step on the mean gradient of several batches, which go to the devices in turn: the first to the first device, and
    /// so on, and over again where there are more batches than devices. Gives the mean loss before it, in nats.
    ///
    /// # Errors
    /// Where a waveform is too short for a frame, or the loss is not finite.
    pub fn step_on(mut self, batches: &[WaveformBatch], rule: &StageRecipe) -> Result<(Self, f64)> {
        let (mut mean, mut losses) = (MeanGradients::default(), Vec::with_capacity(batches.len()));
        for round in batches.chunks(1 + self.others.len()) {
            // All devices get their work before any result is waited for.
            let replicas = std::iter::once(&self.first).chain(&self.others);
            let made =
                replicas.zip(round).map(|(replica, batch)| replica.gradients(batch)).collect::<Result<Vec<_>>>()?;
            let (gradients, found): (Vec<_>, Vec<_>) = made.into_iter().unzip();
            let network = &self.first.detector;
            mean.add(network, self.exchange.sum(network, gradients, &self.devices()), round.len());
            losses.extend(found);
        }
        let gradients = mean.mean(&self.first.detector);
        self = self.moved(gradients, rule);
        let loss = losses.into_iter().map(value).sum::<f64>() / batches.len() as f64;
        if !loss.is_finite() {
            let remedy = "lower the learning rate, or look for damaged recordings";
            return Err(Error::data(format!("the loss became {loss}"), remedy));
        }
        Ok((self, loss))
    }

    /// The step from features on, on the first device.
    pub fn step_features(
        self,
        test: &SslFeatures,
        reference: Option<&SslFeatures>,
        labels: &[Label],
        learning_rate: f64,
    ) -> (Self, f64) {
        let (gradients, loss) = self.gradients(test, reference, labels);
        (self.moved(gradients, &StageRecipe::new(1, learning_rate, labels.len())), loss)
    }

    /// The gradients of what the stage trains, and the loss, on the first device.
    pub fn gradients(
        &self,
        test: &SslFeatures,
        reference: Option<&SslFeatures>,
        labels: &[Label],
    ) -> (GradientsParams, f64) {
        let (gradients, loss) = self.first.gradients_of_features(test, reference, labels);
        (gradients, value(loss))
    }

    /// The gradients of a batch and its loss, on the first device.
    ///
    /// # Errors
    /// Where a waveform is too short for a frame.
    pub fn gradients_of(&self, batch: &WaveformBatch) -> Result<(GradientsParams, f64)> {
        self.first.gradients(batch).map(|(gradients, loss)| (gradients, value(loss)))
    }

    /// The network in training, on the first device.
    pub fn detector(&self) -> &Detector {
        &self.first.detector
    }

    /// How many tensors the optimiser's state has: two for each parameter that was ever trained.
    pub fn optimizer_tensors(&self) -> usize {
        self.optimizer.to_record().len()
    }

    /// Of the replicas, the first one's first.
    fn devices(&self) -> Vec<&Device> {
        std::iter::once(&self.first).chain(&self.others).map(|replica| &replica.setting().device).collect()
    }

    /// After the optimiser's step.
    fn moved(mut self, gradients: GradientsParams, rule: &StageRecipe) -> Self {
        let gradients = match rule.clip_norm {
            Some(most) => clip_norm(&self.first.detector, gradients, most),
            None => gradients,
        };
        if !self.others.is_empty() {
            let heads: Vec<_> = self.others.iter().map(|other| &other.detector.head).collect();
            self.first.detector.head.share_statistics(&heads);
        }
        self.first.detector = self.optimizer.step(rule.learning_rate, self.first.detector, gradients);
        self.others.iter_mut().for_each(|other| other.follow(&self.first.detector));
        self
    }
}

fn value(loss: Tensor<1>) -> f64 {
    f64::from(loss.into_scalar::<f32>())
}
