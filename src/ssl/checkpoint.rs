//! Weights from PyTorch: `.safetensors`, and `.pt`, `.pth`, `.bin` whose pickle is read without running code.
//!
//! Modules carry torchaudio's names. The tables below bring the other spellings to these; patterns apply in order.

use std::path::Path;

use burn::{
    module::Module,
    store::{
        ApplyError, ApplyResult, KeyRemapper, ModuleSnapshot, ModuleStore, PyTorchToBurnAdapter, PytorchStore,
        SafetensorsStore,
    },
};

use super::SslEncoder;
use crate::error::{Error, Result};

/// Pairs of a pattern and what it becomes.
pub type KeyMap = [(&'static str, &'static str)];

/// Both spellings of PyTorch's weight norm.
pub const WEIGHT_NORM: &KeyMap =
    &[(r"parametrizations\.weight\.original0$", "weight_g"), (r"parametrizations\.weight\.original1$", "weight_v")];

/// torchaudio wraps encoders that normalise their input.
pub const TORCHAUDIO: &KeyMap = &[(r"^model\.", "")];

/// Hugging Face's names for what torchaudio calls `encoder.feature_projection` and `encoder.transformer`.
pub const HUGGING_FACE: &KeyMap = &[
    (r"^(wav2vec2|hubert)\.", ""),
    (r"^feature_projection\.", "encoder.feature_projection."),
    (r"^encoder\.(pos_conv_embed|layers|layer_norm)\.", "encoder.transformer.$1."),
];

/// Tensors in checkpoints that no inference needs: the mask embedding of pre-training, BatchNorm's step counter.
const UNNEEDED: [&str; 2] = ["masked_spec_embed", "num_batches_tracked"];

impl SslEncoder {
    /// The same encoder with the weights of a checkpoint: torchaudio's or Hugging Face's names.
    ///
    /// # Errors
    /// Where the file cannot be read, or its tensors are not exactly this encoder's: names and shapes are listed.
    pub fn load_weights(self, path: impl AsRef<Path>) -> Result<Self> {
        let maps = [TORCHAUDIO, HUGGING_FACE, WEIGHT_NORM].concat();
        load_weights(self, path.as_ref(), &maps)
    }
}

/// Fills a module from a checkpoint; every parameter must be there, and nothing else.
///
/// # Errors
/// Where the file cannot be read, a tensor has another shape, is missing, or is not the module's.
pub fn load_weights<M: Module>(mut module: M, path: &Path, key_map: &KeyMap) -> Result<M> {
    std::fs::File::open(path).map_err(|source| Error::io("reading the checkpoint", path, source))?;
    let keys = KeyRemapper::from_patterns(key_map.to_vec()).expect("the tables hold valid patterns");
    let applied = match path.extension().and_then(|ending| ending.to_str()) {
        Some("safetensors") => {
            let mut store = SafetensorsStore::from_file(path)
                .with_from_adapter(PyTorchToBurnAdapter)
                .remap(keys)
                .skip_enum_variants(true)
                .allow_partial(true)
                .validate(false);
            apply(&mut module, &mut store, path)?
        }
        Some("pt" | "pth" | "bin") => {
            let mut store =
                PytorchStore::from_file(path).remap(keys).skip_enum_variants(true).allow_partial(true).validate(false);
            apply(&mut module, &mut store, path)?
        }
        _ => {
            let remedy = "give a .safetensors, .pt, .pth or .bin file";
            let message = format!("{} is no checkpoint that can be read", path.display());
            return Err(Error::config("weights", message, remedy));
        }
    };
    check(&applied, path)?;
    Ok(module)
}

fn apply<M: Module, S: ModuleStore>(module: &mut M, store: &mut S, path: &Path) -> Result<ApplyResult> {
    module.load_from(store).map_err(|source| {
        let remedy = "the file is damaged or no checkpoint; fetch or write it again";
        Error::data(format!("reading the checkpoint {}: {source}", path.display()), remedy)
    })
}

fn check(applied: &ApplyResult, path: &Path) -> Result<()> {
    let remedy = format!("choose the encoder and classifier that {} was made for", path.display());
    match applied.errors.first() {
        Some(ApplyError::ShapeMismatch { path: name, expected, found }) => {
            return Err(Error::tensor(name, format!("shape {expected:?}"), format!("shape {found:?}"), remedy));
        }
        Some(other) => return Err(Error::data(format!("{}: {other}", path.display()), remedy)),
        None => {}
    }
    if let Some((name, _)) = applied.missing.first() {
        let found = format!("nothing ({} of its kind missing in {})", applied.missing.len(), path.display());
        return Err(Error::tensor(name, "a value", found, remedy));
    }
    let mut foreign = applied.unused.iter().filter(|name| !UNNEEDED.iter().any(|end| name.ends_with(end)));
    if let Some(name) = foreign.next() {
        let count = 1 + foreign.count();
        return Err(Error::tensor(name, "no such tensor", format!("{count} tensors that the network lacks"), remedy));
    }
    Ok(())
}
