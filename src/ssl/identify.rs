//! Which encoder a checkpoint holds, by the names and shapes of its tensors.
//!
//! The order of the norms and the number of heads leave no trace in the tensors (but for WavLM's): they come from the table of
//! the family, or from the `config.json` beside the file.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;

use super::{CONV_KERNELS, CONV_STRIDES, EncoderConfig, ExtractorNorm, NormOrder, RelativePositions};
use crate::{
    checkpoint::{Checkpoint, KeyMap},
    error::{Error, Result},
};

/// The metadata key under which `convert` writes the configuration, as JSON.
pub const METADATA: &str = "rat_encoder";

/// An encoder that was recognised.
#[derive(Clone, Debug, PartialEq)]
pub struct IdentifiedEncoder {
    /// Its configuration; an encoder that is none of the family has the name `unnamed`.
    pub config: EncoderConfig,
    /// All names of the family whose network is this one.
    pub names: Vec<String>,
    /// Whether the heads are known, or only guessed.
    pub heads_known: bool,
    /// Whether attention has WavLM's gated relative position bias.
    pub gated: bool,
}

/// What is read of Hugging Face's `config.json`.
#[derive(Deserialize)]
struct HuggingFaceConfig {
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    #[serde(default)]
    do_stable_layer_norm: bool,
    max_bucket_distance: Option<usize>,
    hidden_act: Option<String>,
    feat_extract_activation: Option<String>,
    feat_extract_norm: Option<String>,
    layer_norm_eps: Option<f64>,
    conv_kernel: Option<Vec<usize>>,
    conv_stride: Option<Vec<usize>>,
}

type Shapes = BTreeMap<String, Vec<usize>>;

const REMEDY: &str = "give a wav2vec 2.0, HuBERT, WavLM or XLS-R encoder; look at the file with `rat-report inspect`";

/// Tells the encoder from names and shapes; nothing is read of the tensors themselves. Our names of them stand `below` the
/// name of the network they are part of, as `encoder.`, or nothing.
///
/// # Errors
/// Where the tensors are no encoder of the wav2vec 2.0 family.
pub fn identify(checkpoint: &Checkpoint, keys: &KeyMap, below: &str) -> Result<IdentifiedEncoder> {
    let shapes = checkpoint.shapes(keys).into_iter();
    let shapes = shapes.filter_map(|(name, shape)| Some((name.strip_prefix(below)?.to_owned(), shape))).collect();
    let mut found = from_shapes(&shapes, checkpoint.path())?;
    let twins = twins(&found);
    found.names = twins.iter().map(|config| config.name.clone()).collect();
    let written = checkpoint.metadata(METADATA).and_then(|text| serde_json::from_str(text).ok());
    if let Some(config) = written.filter(|config| same_tensors(config, &found.config)) {
        found.take(config);
        return Ok(found);
    }
    let beside = beside(checkpoint.path(), &found.config)?;
    let named = twins.iter().find(|config| in_path(checkpoint.path(), &config.name));
    let named = named.or_else(|| twins.iter().find(|config| config.name == "XLSR_300M")).or(twins.first());
    if let Some(named) = named.filter(|named| beside.as_ref().is_none_or(|beside| beside.agrees(named))) {
        (found.config, found.heads_known) = (named.clone(), true);
    } else if let Some(beside) = beside {
        found.names.clear();
        found.config.heads = beside.num_attention_heads;
        if let (Some(positions), Some(distance)) = (&mut found.config.relative_positions, beside.max_bucket_distance) {
            positions.max_distance = distance;
        }
        found.config.norm_order = beside.norm_order();
        found.heads_known = true;
    }
    Ok(found)
}

impl IdentifiedEncoder {
    /// Its names, or its sizes where it has none.
    pub fn named(&self) -> String {
        if !self.names.is_empty() {
            return self.names.join(" or ");
        }
        format!("an encoder of {} layers and {} features", self.config.layers, self.config.features)
    }

    /// Takes a configuration that was written down, if it has the same tensors.
    pub fn take(&mut self, config: EncoderConfig) {
        if same_tensors(&config, &self.config) {
            (self.config, self.heads_known) = (config, true);
        }
    }

    /// The configuration, if it is wholly known.
    ///
    /// # Errors
    /// Where the heads are only guessed.
    pub fn certain(&self, path: &Path) -> Result<&EncoderConfig> {
        if self.heads_known {
            return Ok(&self.config);
        }
        let EncoderConfig { layers, features, .. } = self.config;
        let message = format!(
            "checkpoint {}: an encoder of {layers} layers and {features} features is none of the known, \
                and its tensors do not tell its heads",
            path.display()
        );
        Err(Error::data(
            message,
            "put its config.json beside it (hidden_size, num_hidden_layers, num_attention_heads, do_stable_layer_norm), \
            or load it in Rust with `load_as`",
        ))
    }
}

/// All of the family that have these tensors.
fn twins(found: &IdentifiedEncoder) -> Vec<EncoderConfig> {
    let known = EncoderConfig::names().filter_map(|name| EncoderConfig::named(name).ok());
    known.filter(|known| same_tensors(known, &found.config)).collect()
}

/// Whether two encoders have the same tensors, whatever they do with them.
fn same_tensors(a: &EncoderConfig, b: &EncoderConfig) -> bool {
    let told = |config: &EncoderConfig| EncoderConfig {
        name: String::new(),
        heads: 0,
        norm_order: NormOrder::Pre,
        normalise_waveform: false,
        relative_positions: config
            .relative_positions
            .map(|positions| RelativePositions { max_distance: 0, ..positions }),
        ..config.clone()
    };
    told(a) == told(b)
}

fn from_shapes(shapes: &Shapes, path: &Path) -> Result<IdentifiedEncoder> {
    let size = |name: &str, axis: usize| {
        shapes.get(name).filter(|shape| !shape.contains(&0)).and_then(|shape| shape.get(axis)).copied().ok_or_else(
            || {
                let message =
                    format!("checkpoint {} is no encoder of the wav2vec 2.0 family: it lacks {name}", path.display());
                Error::data(message, REMEDY)
            },
        )
    };
    let layer = |index: usize, name: &str| format!("encoder.transformer.layers.{index}.{name}");
    let features = size("encoder.feature_projection.projection.bias", 0)?;
    let feed_forward = size(&layer(0, "feed_forward.intermediate_dense.bias"), 0)?;
    let (weight_g, weight_v) =
        ("encoder.transformer.pos_conv_embed.conv.weight_g", "encoder.transformer.pos_conv_embed.conv.weight_v");
    let layers = (0..).take_while(|&index| shapes.contains_key(&layer(index, "final_layer_norm.weight"))).count();
    let per_layer = shapes.contains_key("feature_extractor.conv_layers.1.layer_norm.weight");
    let gated = shapes.contains_key(&layer(0, "attention.gru_rel_pos_const"));
    let buckets = shapes.get("encoder.transformer.rel_attn_embed.weight").and_then(|shape| shape.first()).copied();
    let relative_positions =
        buckets.filter(|_| gated).map(|buckets| RelativePositions { buckets, ..RelativePositions::WAVLM });
    let gate_heads = shapes.get(&layer(0, "attention.gru_rel_pos_const")).and_then(|shape| shape.get(1)).copied();
    let last = format!("feature_extractor.conv_layers.{}.conv.weight", CONV_KERNELS.len() - 1);
    size(&last, 0)?;
    let config = EncoderConfig {
        name: "unnamed".into(),
        conv_channels: size("feature_extractor.conv_layers.0.conv.weight", 0)?,
        conv_bias: shapes.contains_key("feature_extractor.conv_layers.0.conv.bias"),
        extractor_norm: if per_layer { ExtractorNorm::Layer } else { ExtractorNorm::Group },
        features,
        layers,
        heads: gate_heads.unwrap_or((features / 64).max(1)),
        feed_forward,
        norm_order: if per_layer { NormOrder::Pre } else { NormOrder::Post },
        positional_kernel: size(weight_g, 2)?,
        positional_groups: (features / size(weight_v, 1)?).max(1),
        normalise_waveform: per_layer,
        relative_positions,
    };
    // Heads have 64 features in every encoder of the family of these widths.
    let usual = features.is_multiple_of(64) && (512..=1024).contains(&features) && layers >= 2;
    let usual_buckets = relative_positions.is_none_or(|positions| positions == RelativePositions::WAVLM);
    let heads_known = usual_buckets && (gate_heads.is_some() || usual);
    Ok(IdentifiedEncoder { config, names: vec![], heads_known, gated })
}

/// Hugging Face's configuration of this encoder, if it stands beside the file; other programs' files of that name are passed
/// by.
fn beside(path: &Path, config: &EncoderConfig) -> Result<Option<HuggingFaceConfig>> {
    let Some(path) = path.parent().map(|folder| folder.join("config.json")) else { return Ok(None) };
    let Ok(text) = std::fs::read(&path) else { return Ok(None) };
    let json: serde_json::Value = serde_json::from_slice(&text).map_err(|source| {
        let message = format!("{}, which tells the encoder, is no JSON: {source}", path.display());
        Error::data(message, "fetch it again, or take it away")
    })?;
    let Ok(found) = serde_json::from_value::<HuggingFaceConfig>(json) else { return Ok(None) };
    if found.hidden_size != config.features || found.num_hidden_layers != config.layers {
        return Ok(None);
    }
    match found.contradiction(config) {
        None => Ok(Some(found)),
        Some(what) => {
            let message = format!("{}: {what}", path.display());
            Err(Error::data(
                message,
                "give the config.json of these weights; other architectures are not computed here",
            ))
        }
    }
}

impl HuggingFaceConfig {
    fn norm_order(&self) -> NormOrder {
        if self.do_stable_layer_norm { NormOrder::Pre } else { NormOrder::Post }
    }

    /// What the tensors or this implementation do not bear.
    fn contradiction(&self, config: &EncoderConfig) -> Option<String> {
        let gelu = [("hidden_act", &self.hidden_act), ("feat_extract_activation", &self.feat_extract_activation)];
        if let Some((key, Some(other))) =
            gelu.into_iter().find(|(_, act)| act.as_ref().is_some_and(|act| act != "gelu"))
        {
            return Some(format!("{key} is {other}, and only gelu is known"));
        }
        let norm = if config.extractor_norm == ExtractorNorm::Group { "group" } else { "layer" };
        if self.feat_extract_norm.as_ref().is_some_and(|said| said != norm) {
            return Some(format!("feat_extract_norm is not {norm}, which the tensors are"));
        }
        if self.layer_norm_eps.is_some_and(|eps| (eps - 1e-5).abs() > 1e-9) {
            return Some("layer_norm_eps is not 1e-5".into());
        }
        let other = |said: &Option<Vec<usize>>, ours: &[usize]| said.as_ref().is_some_and(|said| said != ours);
        if other(&self.conv_kernel, &CONV_KERNELS) || other(&self.conv_stride, &CONV_STRIDES) {
            return Some(format!("conv_kernel is not {CONV_KERNELS:?} or conv_stride not {CONV_STRIDES:?}"));
        }
        None
    }

    fn agrees(&self, config: &EncoderConfig) -> bool {
        self.num_attention_heads == config.heads && self.norm_order() == config.norm_order
    }
}

/// Whether a path has the name in it, whatever stands between its letters and digits.
fn in_path(path: &Path, name: &str) -> bool {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    plain(&path.display().to_string()).contains(&plain(name))
}
