//! Detectors from the authors' checkpoints, and to and from our own.

use std::path::Path;

use burn::{module::Module, tensor::Device};

use super::{Conditioning, Detector, identify};
use crate::{
    checkpoint::{Checkpoint, KeyMap, Missing, Plan},
    error::{Error, Result},
    output::OutputFile,
    ssl::{self, EncoderConfig},
};

/// Ours, and the authors' name of what stands outside the encoder.
pub const NAMES: [(&str, &str); 10] = [
    ("block.attention.", "attn."),
    ("block.norm.", "preattn_ln."),
    ("block.mlp_in.", "attn_mlp.0."),
    ("block.mlp_out.", "attn_mlp.2."),
    ("block.final_norm.", "final_ln."),
    ("head.linear_in.", "classifier.0."),
    ("head.norm_in.", "classifier.1."),
    ("head.linear_middle.", "classifier.3."),
    ("head.norm_middle.", "classifier.4."),
    ("head.linear_out.", "classifier.6."),
];

/// Where the authors keep the encoder: torchaudio wraps one that normalises its input once more.
pub const ENCODER: [&str; 2] = ["extractor.model.model.", "extractor.model."];

/// The authors' names, with torchaudio's for an encoder that normalises its input or not, of a WavLM or another.
pub fn authors(normalises: bool, gated: bool) -> KeyMap {
    let encoder = ENCODER[usize::from(!normalises)];
    KeyMap::new(NAMES).then(ssl::checkpoint::torchaudio(gated).below("encoder.", encoder))
}

/// Every name that is read: ours, and the authors' with either wrapping.
pub fn all_names() -> KeyMap {
    let own = ["encoder.", "block.", "head."].map(|room| (room, room));
    authors(true, true).then(authors(false, true)).then(KeyMap::new(own))
}

impl Detector {
    /// The detector of a checkpoint, told by the file itself: our own `.bpk`, with the `config.toml` of its run where there
    /// is one, or the RAT authors' `.pt` or `.safetensors`, with or without `module.`.
    ///
    /// A network with a reference block is taken for [`Conditioning::Reference`], since the variants have the same tensors.
    ///
    /// ```no_run
    /// let device = rat::device::open("cpu")?.device;
    /// let detector = rat::model::Detector::load("RAT_XLSR_300M.pt", &device)?;
    /// # Ok::<(), rat::Error>(())
    /// ```
    ///
    /// # Errors
    /// Where the file cannot be read, is no whole detector, or does not tell its encoder.
    pub fn load(path: impl AsRef<Path>, device: &Device) -> Result<Self> {
        let checkpoint = Checkpoint::open(path)?;
        let found = identify(&checkpoint)?;
        let encoder = found.encoder.certain(checkpoint.path())?;
        Self::new(encoder, found.conditioning, device)?.fill(&checkpoint, Missing::Refuse)
    }

    /// The detector of a checkpoint whose network is known.
    ///
    /// # Errors
    /// Where the file cannot be read, or its tensors are not exactly this network's: names and shapes are listed.
    pub fn load_as(
        path: impl AsRef<Path>,
        config: &EncoderConfig,
        conditioning: Conditioning,
        device: &Device,
    ) -> Result<Self> {
        Self::new(config, conditioning, device)?.fill(&Checkpoint::open(path)?, Missing::Refuse)
    }

    /// The same network with what an opened checkpoint has of it.
    ///
    /// # Errors
    /// Where a shape is wrong, or, unless that is allowed, something is missing or unused.
    pub fn fill(self, checkpoint: &Checkpoint, missing: Missing) -> Result<Self> {
        let plan = Plan::new(checkpoint, &self, &all_names());
        plan.check(missing, || match identify(checkpoint) {
            Ok(found) => format!(
                "it holds {} with {}: choose these with --classifier and --encoder",
                found.classifiers().join(" or "),
                found.encoder.named()
            ),
            Err(error) => error.remedy().into(),
        })?;
        plan.fill(self)
    }

    /// Writes our own checkpoint, whole or not at all.
    ///
    /// # Errors
    /// Where the place is not writable.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let bytes = self.clone().into_record().into_bytes().map_err(|source| {
            let message = format!("checkpoint {}: {source}", path.display());
            Error::data(message, "report it")
        })?;
        OutputFile::write_all_to(path, &*bytes).map(drop)
    }

    /// The same network with the weights of one of our own checkpoints.
    pub(crate) fn load_own(self, path: &Path) -> Result<Self> {
        self.fill(&Checkpoint::open(path)?, Missing::Refuse)
    }
}
