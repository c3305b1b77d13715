//! The score of one test utterance: what an interactive session wants, and what score tables hold.

use std::fmt;

use burn::{
    module::Module,
    tensor::{Device, Tensor, activation::softmax},
};
use serde::Serialize;

use super::{
    Conditioning, Detector,
    features::Batching,
    layerwise::{Heard, LayerSource},
};
use crate::{
    audio::Waveform,
    error::Result,
    ssl::{SslEncoder, waveform_batch},
};

/// How bona fide an utterance is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TrialScore {
    /// The probability of bona fide, by softmax; higher is more bona fide.
    pub score: f64,
    /// Logit of bona fide minus logit of spoof, which does not saturate.
    pub margin: f64,
}

impl fmt::Display for TrialScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6} (margin {:.4})", self.score, self.margin)
    }
}

impl TrialScore {
    /// The scores of logits, in f64 from f32.
    ///
    /// # Shapes
    /// - logits: `[batch, 2]`
    pub fn of_logits(logits: Tensor<2>) -> Vec<Self> {
        let probability = softmax(logits.clone(), 1).into_data();
        let probability = probability.iter::<f32>().step_by(2).map(f64::from);
        let logits: Vec<f64> = logits.into_data().iter::<f32>().map(f64::from).collect();
        let margins = logits.chunks(2).map(|pair| pair[0] - pair[1]);
        probability.zip(margins).map(|(score, margin)| Self { score, margin }).collect()
    }
}

impl<'a> LayerSource<'a> {
    /// The layers of waveforms, made as they are asked for.
    ///
    /// # Errors
    /// Where the list is empty or a waveform is too short for a frame.
    pub fn stream(
        encoder: &'a SslEncoder,
        waveforms: &[Waveform],
        batching: Batching,
        device: &Device,
    ) -> Result<Self> {
        let (batch, lengths) = waveform_batch(waveforms, device)?;
        let (layers, lengths) = match batching {
            Batching::PerUtterance => encoder.outputs(batch, &lengths),
            Batching::TorchaudioBatch => encoder.outputs_as_one(batch),
        };
        Ok(Self { layers: Box::new(layers), lengths })
    }
}

impl Detector {
    /// The score of a test utterance, with a reference of the claimed speaker or without one.
    ///
    /// Without a reference a RAT network hears zeros in its place, the paper's zero vector. Both utterances go through the
    /// encoder side by side, so that no stack of layers stands in memory.
    ///
    /// ```
    /// use rat::{Waveform, model::{Conditioning, Detector}, ssl::EncoderConfig};
    /// let device = rat::device::open("cpu")?.device;
    /// // A trained one: `Detector::load("RAT_XLSR_300M.pt", &device)?`.
    /// let detector = Detector::random(&EncoderConfig::tiny(), Conditioning::Reference, 1, &device)?;
    /// let [test, reference] = [0.1, 0.2].map(|level| Waveform::new(vec![level; 8_000]));
    /// let score = detector.score(&test, Some(&reference))?.score;
    /// assert!((0.0..=1.0).contains(&score));
    /// # Ok::<(), rat::Error>(())
    /// ```
    ///
    /// # Errors
    /// Where a waveform is too short for a frame (25 ms).
    pub fn score(&self, test: &Waveform, reference: Option<&Waveform>) -> Result<TrialScore> {
        let device = self.devices().into_iter().next().unwrap_or_else(Device::flex);
        let stream = |waveform: &Waveform| {
            LayerSource::stream(&self.encoder, std::slice::from_ref(waveform), Batching::PerUtterance, &device)
        };
        let heard = match (self.conditioning(), reference) {
            (Conditioning::Reference, Some(reference)) => Heard::Reference(stream(reference)?),
            (Conditioning::Own, _) => Heard::Own,
            (Conditioning::Reference | Conditioning::Zeros, _) => Heard::Zeros,
            (Conditioning::None, _) => Heard::Nothing,
        };
        let logits = self.forward_layerwise(stream(test)?, vec![heard]).remove(0);
        Ok(TrialScore::of_logits(logits)[0])
    }
}
