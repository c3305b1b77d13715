//! The network in training on one device: its f32 weights, and one forward and backward pass.

use burn::{
    module::{Module, ModuleMapper, Param},
    nn::loss::CrossEntropyLossConfig,
    optim::GradientsParams,
    tensor::{Device, Int, Tensor, TensorData},
};

use super::step::Stage;
use crate::{
    audio::Waveform,
    device::Precision,
    error::Result,
    loader::WaveformBatch,
    model::{Detector, encode},
    ssl::{SslEncoder, SslFeatures, waveform_batch},
    trial::Label,
};

/// How a stage runs on a device.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) stage: Stage,
    pub(super) precision: Precision,
    /// Whether activations are computed again in the backward pass.
    pub(super) checkpointing: bool,
    pub(super) device: Device,
}

/// The network on one device.
pub(super) struct Replica {
    /// Weights in f32; its encoder is on the plain device in stage 1, on the autodiff device in stage 2.
    pub(super) detector: Detector,
    /// The frozen encoder in the run's precision, where that is not f32.
    frozen: Option<SslEncoder>,
    setting: Setting,
}

impl Replica {
    /// Of a network that is on this or another device.
    pub(super) fn new(detector: &Detector, setting: Setting) -> Self {
        let detector = placed(detector.valid(), &setting);
        let rounded = setting.stage == Stage::Train && setting.precision != Precision::F32;
        let frozen = rounded.then(|| detector.clone().in_precision(setting.precision).encoder);
        Self { detector, frozen, setting }
    }

    /// The same network under another setting.
    pub(super) fn set(&self, change: impl FnOnce(&mut Setting)) -> Self {
        let mut setting = self.setting.clone();
        change(&mut setting);
        Self::new(&self.detector, setting)
    }

    pub(super) fn setting(&self) -> &Setting {
        &self.setting
    }

    /// Takes over what the first replica's optimiser changed.
    pub(super) fn follow(&mut self, first: &Detector) {
        let mut detector = first.valid();
        if self.setting.stage == Stage::Train {
            detector.encoder = self.detector.encoder.clone();
        }
        self.detector = placed(detector, &self.setting);
    }

    /// The gradients of what the stage trains, in f32, and the loss, `[1]`, which is not waited for.
    pub(super) fn gradients(&self, batch: &WaveformBatch) -> Result<(GradientsParams, Tensor<1>)> {
        let network = self.network();
        let (test, reference) = self.encode(&network.encoder, batch)?;
        Ok(self.backward(&network, &test, reference.as_ref(), &batch.labels))
    }

    /// The same from features on.
    pub(super) fn gradients_of_features(
        &self,
        test: &SslFeatures,
        reference: Option<&SslFeatures>,
        labels: &[Label],
    ) -> (GradientsParams, Tensor<1>) {
        self.backward(&self.network(), test, reference, labels)
    }

    fn backward(
        &self,
        network: &Detector,
        test: &SslFeatures,
        reference: Option<&SslFeatures>,
        labels: &[Label],
    ) -> (GradientsParams, Tensor<1>) {
        let loss = cross_entropy(network.forward(test, reference), labels);
        let value = loss.clone().without_autodiff();
        // A cast is a step of the graph: gradients come back to the f32 weights.
        (GradientsParams::from_grads(loss.backward(), &self.detector), value)
    }

    /// The network that computes: the weights, or what they are in the run's precision.
    fn network(&self) -> Detector {
        let mut network = self.detector.clone();
        if self.setting.precision == Precision::F32 {
            return network;
        }
        if let Some(frozen) = &self.frozen {
            network.encoder = frozen.clone();
        }
        network.in_precision(self.setting.precision)
    }

    /// Features of both sides.
    fn encode(&self, encoder: &SslEncoder, batch: &WaveformBatch) -> Result<(SslFeatures, Option<SslFeatures>)> {
        let device = &self.setting.device;
        let of = |waveforms: &Vec<Waveform>| match self.setting.stage {
            Stage::Train => encode(encoder, waveforms, device),
            Stage::Finetune => {
                let (batch, lengths) = waveform_batch(waveforms, device)?;
                Ok(encoder.forward(batch, &lengths))
            }
        };
        match &batch.reference {
            Some(reference) if self.setting.stage == Stage::Finetune && longest(reference) == longest(&batch.test) => {
                let waveforms: Vec<Waveform> = batch.test.iter().chain(reference).cloned().collect();
                let (waveforms, lengths) = waveform_batch(&waveforms, device)?;
                let (test, reference) = encoder.forward_two(waveforms, &lengths, batch.test.len());
                Ok((test, Some(reference)))
            }
            // One after the other: burn 0.22 loses steps of autodiff graphs that are built on two threads at once.
            reference => Ok((of(&batch.test)?, reference.as_ref().map(of).transpose()?)),
        }
    }
}

fn longest(waveforms: &[Waveform]) -> Option<usize> {
    waveforms.iter().map(Waveform::len).max()
}

/// A network without autodiff brought to the device, with autodiff where the stage trains.
fn placed(detector: Detector, setting: &Setting) -> Detector {
    let mut detector = detector.to_device(&setting.device);
    match setting.stage {
        Stage::Train => {
            detector.block = detector.block.map(Module::train);
            detector.head = detector.head.train();
        }
        Stage::Finetune => detector = detector.train(),
    }
    // The CPU's own steps in f32 keep less than burn's checkpointing does.
    let frugal = setting.device == Device::flex() && setting.precision == Precision::F32;
    if setting.checkpointing && !frugal { detector.map(&mut Checkpointing) } else { detector }
}

/// Marks all tensors of autodiff for gradient checkpointing; in a graph all must be marked alike.
struct Checkpointing;

impl ModuleMapper for Checkpointing {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|tensor| {
            let marked = tensor.device().autodiff().gradient_checkpointing().gradient_checkpointing_strategy();
            match marked {
                Some(strategy) if tensor.is_autodiff() => tensor.with_gradient_checkpointing_strategy(strategy),
                _ => tensor,
            }
        })
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
