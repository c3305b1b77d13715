//! Which detector a checkpoint holds: its encoder, and whether there is a reference block.

use std::path::Path;

use burn::tensor::Device;
use serde::Deserialize;

use super::{Conditioning, Detector, checkpoint::all_names};
use crate::{
    checkpoint::{Checkpoint, Plan},
    error::{Error, Result},
    ssl::{self, EncoderConfig, IdentifiedEncoder, SslEncoder},
};

/// The metadata key under which `convert` writes the classifier's name.
pub const METADATA: &str = "rat_classifier";

/// A detector that was recognised.
#[derive(Clone, Debug, PartialEq)]
pub struct IdentifiedDetector {
    /// Its encoder.
    pub encoder: IdentifiedEncoder,
    /// What it is conditioned on, as far as it is known: the variants with a reference block have the same tensors.
    pub conditioning: Conditioning,
    /// Whether the variant is known, by its run's `config.toml` or by what the file says of itself.
    pub conditioning_known: bool,
}

/// What is read of a run's `config.toml`.
#[derive(Deserialize)]
struct RunConfig {
    classifier: Conditioning,
    encoder: EncoderConfig,
}

impl IdentifiedDetector {
    /// Names of all classifiers that it can be.
    pub fn classifiers(&self) -> Vec<String> {
        let all = [Conditioning::Reference, Conditioning::Own, Conditioning::Zeros];
        if self.conditioning_known || self.conditioning == Conditioning::None {
            return vec![self.conditioning.to_string()];
        }
        all.iter().map(Conditioning::to_string).collect()
    }
}

/// Tells the detector from names and shapes, and from the `config.toml` of its run directory.
///
/// # Errors
/// Where the tensors are no detector.
pub fn identify(checkpoint: &Checkpoint) -> Result<IdentifiedDetector> {
    let shapes = checkpoint.shapes(&all_names());
    if !shapes.keys().any(|name| name.starts_with("head.")) {
        let message = format!("checkpoint {} is no detector: it lacks a classifier", checkpoint.path().display());
        let remedy = "give a checkpoint of `rat-report train` or of the RAT authors; an encoder's goes to --weights";
        return Err(Error::data(message, remedy));
    }
    let has_block = shapes.keys().any(|name| name.starts_with("block."));
    let mut encoder = ssl::identify(checkpoint, &all_names(), "encoder.")?;
    let mut conditioning = if has_block { Conditioning::Reference } else { Conditioning::None };
    let run = run_config(checkpoint.path());
    let said = checkpoint.metadata(METADATA).and_then(|name| name.parse().ok());
    let said =
        said.or(run.as_ref().map(|run| run.classifier)).filter(|said| (*said != Conditioning::None) == has_block);
    if let Some(run) = run {
        encoder.take(run.encoder);
    }
    conditioning = said.unwrap_or(conditioning);
    Ok(IdentifiedDetector { encoder, conditioning, conditioning_known: said.is_some() })
}

/// What a checkpoint was recognised as.
#[derive(Clone, Debug, PartialEq)]
pub enum Network {
    /// A whole countermeasure.
    Detector(IdentifiedDetector),
    /// An encoder alone.
    Encoder(IdentifiedEncoder),
}

impl Network {
    /// Tells a detector or an encoder.
    ///
    /// # Errors
    /// Where the tensors are neither.
    pub fn of(checkpoint: &Checkpoint) -> Result<Self> {
        match identify(checkpoint) {
            Ok(detector) => Ok(Self::Detector(detector)),
            Err(_) => ssl::identify(checkpoint, &ssl::checkpoint::all_names(), "").map(Self::Encoder),
        }
    }

    /// Its encoder.
    pub fn encoder(&self) -> &IdentifiedEncoder {
        match self {
            Self::Detector(detector) => &detector.encoder,
            Self::Encoder(encoder) => encoder,
        }
    }

    /// What of the checkpoint goes where in this network, which is built for it without weights.
    ///
    /// # Errors
    /// Where its sizes do not fit together.
    pub fn plan(&self, checkpoint: &Checkpoint) -> Result<Plan> {
        let device = Device::flex();
        Ok(match self {
            Self::Detector(found) => {
                let detector = Detector::new(&found.encoder.config, found.conditioning, &device)?;
                Plan::new(checkpoint, &detector, &all_names())
            }
            Self::Encoder(found) => {
                Plan::new(checkpoint, &SslEncoder::new(&found.config, &device)?, &ssl::checkpoint::all_names())
            }
        })
    }
}

/// The configuration of the run that the checkpoint lies in, at most two folders up.
fn run_config(path: &Path) -> Option<RunConfig> {
    path.ancestors().skip(1).take(2).find_map(|folder| {
        let text = std::fs::read_to_string(folder.join("config.toml")).ok()?;
        toml::from_str(&text).ok()
    })
}
