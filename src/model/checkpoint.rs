//! Detectors from the authors' PyTorch checkpoints, and to and from our own.

use std::path::Path;

use burn::{
    module::Module,
    store::ModuleRecord,
    tensor::{Bytes, Device},
};

use super::{Conditioning, Detector};
use crate::{
    error::{Error, Result},
    output::OutputFile,
    ssl::{
        EncoderConfig,
        checkpoint::{KeyMap, WEIGHT_NORM, load_weights},
    },
};

/// The authors' names of what stands outside the encoder, and the prefixes of what stands in it.
const AUTHORS: &KeyMap = &[
    (r"^module\.", ""),
    (r"^extractor\.model\.(model\.)?", "encoder."),
    (r"^attn\.", "block.attention."),
    (r"^preattn_ln\.", "block.norm."),
    (r"^attn_mlp\.0\.", "block.mlp_in."),
    (r"^attn_mlp\.2\.", "block.mlp_out."),
    (r"^final_ln\.", "block.final_norm."),
    (r"^classifier\.0\.", "head.linear_in."),
    (r"^classifier\.1\.", "head.norm_in."),
    (r"^classifier\.3\.", "head.linear_middle."),
    (r"^classifier\.4\.", "head.norm_middle."),
    (r"^classifier\.6\.", "head.linear_out."),
];

impl Detector {
    /// A detector from a checkpoint: our own `.bpk`, or the RAT authors' `.pt` or `.safetensors`, with or without `module.`.
    ///
    /// # Errors
    /// Where the file cannot be read, or its tensors are not exactly this network's.
    pub fn load(
        path: impl AsRef<Path>,
        config: &EncoderConfig,
        conditioning: Conditioning,
        device: &Device,
    ) -> Result<Self> {
        let path = path.as_ref();
        let detector = Self::random(config, conditioning, 0, device)?;
        if path.extension().is_some_and(|ending| ending == "bpk") {
            return detector.load_own(path);
        }
        load_weights(detector, path, &[AUTHORS, WEIGHT_NORM].concat())
    }

    /// Writes our own checkpoint, whole or not at all.
    ///
    /// # Errors
    /// Where the place is not writable.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let bytes = self.clone().into_record().into_bytes().map_err(|source| record_error(path, &source))?;
        OutputFile::write_all_to(path, &*bytes).map(drop)
    }

    /// The same network with the weights of one of our own checkpoints.
    pub(crate) fn load_own(self, path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|source| Error::io("reading the checkpoint", path, source))?;
        let record =
            ModuleRecord::from_bytes(Bytes::from_bytes_vec(bytes)).map_err(|source| record_error(path, &source))?;
        self.try_load_record(record).map_err(|source| record_error(path, &source))
    }
}

fn record_error(path: &Path, source: &dyn std::fmt::Display) -> Error {
    let remedy = "choose the encoder and classifier it was trained with, or an undamaged checkpoint";
    Error::data(format!("checkpoint {}: {source}", path.display()), remedy)
}
