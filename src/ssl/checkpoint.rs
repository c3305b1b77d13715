//! An encoder's weights from any checkpoint of the family, and the one table of how its tensors are named.
//!
//! | | torchaudio | Hugging Face |
//! |---|---|---|
//! | wrapped by | `model.` where the input is normalised; `wav2vec2.` in pre-training | `wav2vec2.`, `hubert.`, `wavlm.` |
//! | weight norm | `parametrizations.weight.original0/1`, older `weight_g/v` | the same two |
//! | WavLM's projections | fused in `attention.attention.in_proj_*` | one by one |
//!
//! Our modules carry torchaudio's names, but for the rows of [`NAMES`] that differ.

use std::path::Path;

use burn::tensor::Device;

use super::{SslEncoder, identify};
use crate::{
    checkpoint::{Checkpoint, KeyMap, Missing, Naming, Plan},
    error::{Error, Result},
};

/// Ours, torchaudio's, Hugging Face's. The first row that matches counts; a pattern that ends with a dot is a beginning.
pub const NAMES: [(&str, &str, &str); 8] = [
    (
        "encoder.transformer.rel_attn_embed.weight",
        "encoder.transformer.layers.0.attention.rel_attn_embed.weight",
        "encoder.layers.0.attention.rel_attn_embed.weight",
    ),
    (
        "encoder.transformer.pos_conv_embed.conv.weight_g",
        "encoder.transformer.pos_conv_embed.conv.parametrizations.weight.original0",
        "encoder.pos_conv_embed.conv.parametrizations.weight.original0",
    ),
    (
        "encoder.transformer.pos_conv_embed.conv.weight_v",
        "encoder.transformer.pos_conv_embed.conv.parametrizations.weight.original1",
        "encoder.pos_conv_embed.conv.parametrizations.weight.original1",
    ),
    ("feature_extractor.", "feature_extractor.", "feature_extractor."),
    ("encoder.feature_projection.", "encoder.feature_projection.", "feature_projection."),
    ("encoder.transformer.pos_conv_embed.", "encoder.transformer.pos_conv_embed.", "encoder.pos_conv_embed."),
    ("encoder.transformer.layer_norm.", "encoder.transformer.layer_norm.", "encoder.layer_norm."),
    ("encoder.transformer.layers.", "encoder.transformer.layers.", "encoder.layers."),
];

/// Query, key and value, and the one tensor that holds all three in torchaudio's WavLM.
pub const FUSED: [([&str; 3], &str); 2] = [
    (
        [
            "encoder.transformer.layers.*.attention.q_proj.weight",
            "encoder.transformer.layers.*.attention.k_proj.weight",
            "encoder.transformer.layers.*.attention.v_proj.weight",
        ],
        "encoder.transformer.layers.*.attention.attention.in_proj_weight",
    ),
    (
        [
            "encoder.transformer.layers.*.attention.q_proj.bias",
            "encoder.transformer.layers.*.attention.k_proj.bias",
            "encoder.transformer.layers.*.attention.v_proj.bias",
        ],
        "encoder.transformer.layers.*.attention.attention.in_proj_bias",
    ),
];

/// What else torchaudio's WavLM names otherwise.
pub const WAVLM: [(&str, &str); 1] = [(
    "encoder.transformer.layers.*.attention.out_proj.",
    "encoder.transformer.layers.*.attention.attention.out_proj.",
)];

/// torchaudio's names; of a WavLM where its attention is `gated`.
pub fn torchaudio(gated: bool) -> KeyMap {
    let names = KeyMap::new(NAMES.map(|(ours, theirs, _)| (ours, theirs)));
    if gated { KeyMap::fused(FUSED).then(KeyMap::new(WAVLM)).then(names) } else { names }
}

/// Hugging Face's names.
pub fn hugging_face() -> KeyMap {
    KeyMap::new(NAMES.map(|(ours, _, theirs)| (ours, theirs)))
}

/// Every name that is read: ours, torchaudio's and Hugging Face's, which never contradict each other.
pub fn all_names() -> KeyMap {
    let own = KeyMap::new([("encoder.transformer.", "encoder.transformer.")]);
    torchaudio(true).then(hugging_face()).then(own)
}

impl SslEncoder {
    /// The encoder of a checkpoint, whichever of the family it is: sizes are told by names and shapes, and by the
    /// `config.json` beside it.
    ///
    /// # Errors
    /// Where the file cannot be read, is no encoder of the family, or does not tell its heads.
    pub fn load(path: impl AsRef<Path>, device: &Device) -> Result<Self> {
        let checkpoint = Checkpoint::open(path)?;
        let found = identify(&checkpoint, &all_names(), "").map_err(|error| match error {
            Error::Data { message, .. } => Error::data(message, remedy(&checkpoint)),
            other => other,
        })?;
        let encoder = Self::new(found.certain(checkpoint.path())?, device)?;
        encoder.fill(&checkpoint, Missing::Refuse)
    }

    /// The same encoder with the weights of a checkpoint, under any of the names that are known.
    ///
    /// # Errors
    /// Where the file cannot be read, or its tensors are not exactly this encoder's: names and shapes are listed.
    pub fn load_weights(self, path: impl AsRef<Path>) -> Result<Self> {
        self.fill(&Checkpoint::open(path)?, Missing::Refuse)
    }

    /// The same encoder with what an opened checkpoint has of it.
    ///
    /// # Errors
    /// Where a shape is wrong, or, unless that is allowed, something is missing or unused.
    pub fn fill(self, checkpoint: &Checkpoint, missing: Missing) -> Result<Self> {
        self.fill_saying(checkpoint, missing, &mut |_| ())
    }

    /// As [`fill`](Self::fill); what is missing or left over is said.
    ///
    /// # Errors
    /// As [`fill`](Self::fill).
    pub fn fill_saying(self, checkpoint: &Checkpoint, missing: Missing, say: &mut dyn FnMut(String)) -> Result<Self> {
        let plan = Plan::new(checkpoint, &self, &all_names());
        plan.check(missing, || remedy(checkpoint))?;
        for target in &plan.missing {
            say(format!("not in the weights: {} {:?}", target.name, target.shape));
        }
        for stored in &plan.unused {
            say(format!("left out of the weights: {} {:?}", stored.name(), stored.shape()));
        }
        plan.fill(self)
    }
}

/// What to do about a checkpoint that does not fit: choose what it looks like.
fn remedy(checkpoint: &Checkpoint) -> String {
    let naming = Naming::of(checkpoint);
    match identify(checkpoint, &all_names(), "") {
        _ if naming == Naming::Fairseq => FAIRSEQ.into(),
        _ if [Naming::Authors, Naming::Own].contains(&naming) => DETECTOR.into(),
        Ok(found) => format!("it holds {} under {naming} names: choose what fits it with --encoder", found.named()),
        Err(error) => error.remedy().into(),
    }
}

const FAIRSEQ: &str = "fairseq's own files have other names: convert it in Python with \
    torchaudio.models.wav2vec2.utils.import_fairseq_model, or take the same model from Hugging Face";

const DETECTOR: &str = "it holds a whole detector: write its encoder with \
    `rat-report convert IN OUT.safetensors --naming torchaudio`";
