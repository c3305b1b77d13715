//! One step: forward, cross-entropy, backward, Adam.

use std::fmt;

use burn::{
    module::Module,
    nn::loss::CrossEntropyLossConfig,
    optim::{AdamConfig, GradientsParams, ModuleOptimizer},
    tensor::{Device, Int, Tensor, TensorData},
};
use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    loader::WaveformBatch,
    model::{Detector, encode},
    ssl::{SslFeatures, waveform_batch},
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
pub struct TrainState {
    /// Its encoder is on the plain device in stage 1, on the autodiff device in stage 2.
    detector: Detector,
    pub(super) optimizer: ModuleOptimizer,
    stage: Stage,
    device: Device,
}

impl TrainState {
    /// Brings a network into a stage, with a fresh optimiser: Adam as in PyTorch, betas 0.9 and 0.999, epsilon 1e-8.
    pub fn new(detector: Detector, stage: Stage, device: &Device) -> Self {
        let mut detector = detector.valid();
        match stage {
            Stage::Train => {
                detector.block = detector.block.map(Module::train);
                detector.head = detector.head.train();
            }
            Stage::Finetune => detector = detector.train(),
        }
        let optimizer = AdamConfig::new().with_epsilon(1e-8).init();
        Self { detector, optimizer, stage, device: device.clone() }
    }

    /// The network as it is now, for inference.
    pub fn inference(&self) -> Detector {
        self.detector.valid()
    }

    /// One step on a batch; gives the loss before it, in nats.
    ///
    /// # Errors
    /// Where a waveform is too short for a frame, or the loss is not finite.
    pub fn step(mut self, batch: &WaveformBatch, learning_rate: f64) -> Result<(Self, f64)> {
        // One after the other: burn 0.22 loses steps of autodiff graphs that are built on two threads at once.
        let test = self.encode(&batch.test)?;
        let reference = batch.reference.as_ref().map(|waveforms| self.encode(waveforms)).transpose()?;
        let (state, loss) = self.step_features(&test, reference.as_ref(), &batch.labels, learning_rate);
        self = state;
        if !loss.is_finite() {
            let remedy = "lower the learning rate, or look for damaged recordings";
            return Err(Error::data(format!("the loss became {loss}"), remedy));
        }
        Ok((self, loss))
    }

    /// The step from features on.
    pub fn step_features(
        mut self,
        test: &SslFeatures,
        reference: Option<&SslFeatures>,
        labels: &[Label],
        learning_rate: f64,
    ) -> (Self, f64) {
        let (gradients, loss) = self.gradients(test, reference, labels);
        self.detector = self.optimizer.step(learning_rate, self.detector, gradients);
        (self, loss)
    }

    /// The gradients of what the stage trains, and the loss.
    pub fn gradients(
        &self,
        test: &SslFeatures,
        reference: Option<&SslFeatures>,
        labels: &[Label],
    ) -> (GradientsParams, f64) {
        let loss = cross_entropy(self.detector.forward(test, reference), labels);
        let value = f64::from(loss.clone().into_scalar::<f32>());
        (GradientsParams::from_grads(loss.backward(), &self.detector), value)
    }

    /// The network in training.
    pub fn detector(&self) -> &Detector {
        &self.detector
    }

    fn encode(&self, waveforms: &[crate::audio::Waveform]) -> Result<SslFeatures> {
        if self.stage == Stage::Train {
            return encode(&self.detector.encoder, waveforms, &self.device);
        }
        let (batch, lengths) = waveform_batch(waveforms, &self.device)?;
        Ok(self.detector.encoder.forward(batch.autodiff(), &lengths))
    }
}

/// Mean cross-entropy over the batch, in nats.
///
/// # Shapes
/// - logits: `[batch, 2]`
/// - output: `[1]`
fn cross_entropy(logits: Tensor<2>, labels: &[Label]) -> Tensor<1> {
    let device = logits.device();
    let classes: Vec<i64> = labels.iter().map(|label| label.class() as i64).collect();
    let targets = Tensor::<1, Int>::from_data(TensorData::new(classes, [labels.len()]), &device);
    CrossEntropyLossConfig::new().init(&device).forward(logits, targets)
}
