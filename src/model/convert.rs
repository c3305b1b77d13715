//! Checkpoints under other names and of other types, tensor by tensor: no more than one parameter is held at a time.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use burn::tensor::Device;

use super::{Detector, Network, checkpoint::authors, identify};
use crate::{
    checkpoint::{Checkpoint, KeyMap, Match, Missing, Naming, OutputTensor, Plan, StoredType, write_safetensors},
    error::{Error, Result},
    ssl::{self, checkpoint as encoder_names},
};

/// How a checkpoint is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Conversion {
    /// Whose names; where none is given, the authors' for a detector and torchaudio's for an encoder.
    pub naming: Option<Naming>,
    /// Which type; where none is given, each tensor keeps its own.
    pub dtype: Option<StoredType>,
    /// Whether tensors may be missing or left over.
    pub missing: Missing,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// The file.
    pub path: PathBuf,
    /// Whose names it has.
    pub naming: Naming,
    /// How many tensors it holds.
    pub tensors: usize,
    /// Tensors of the source that it does not hold.
    pub left_out: Vec<String>,
    /// Parameters of the network that it lacks, as the source does.
    pub missing: Vec<String>,
}

/// Writes a checkpoint as safetensors, or, where the output's name ends with `.bpk`, as our own.
///
/// # Errors
/// Where the source is no network that is known or not whole, or the output not writable.
pub fn convert(source: impl AsRef<Path>, output: impl AsRef<Path>, how: Conversion) -> Result<Converted> {
    let (checkpoint, output) = (Checkpoint::open(source)?, output.as_ref());
    refuse_output(&checkpoint, output)?;
    let network = Network::of(&checkpoint)?;
    if output.extension().is_some_and(|ending| ending == "bpk") {
        return to_own(&checkpoint, &network, output, how);
    }
    let plan = network.plan(&checkpoint)?;
    plan.check(how.missing, || "look at it with `rat-report inspect`".into())?;
    let naming = how.naming.unwrap_or(match network {
        Network::Detector(_) => Naming::Authors,
        Network::Encoder(_) => Naming::Torchaudio,
    });
    let (below, keys) = names(&network, naming)?;
    let keeps_counters = naming == Naming::Authors;
    let kept = |matched: &&Match| matched.target.name.starts_with(below);
    let mut tensors = renamed(plan.matched.iter().filter(kept), below, &keys, how.dtype)?;
    if keeps_counters {
        tensors.extend(counters(&plan));
    }
    let rest = plan.matched.iter().filter(|matched| !kept(matched)).map(|matched| &matched.stored);
    let rest = rest.chain(&plan.unused).chain(&plan.ignored).map(|tensor| tensor.name().to_owned());
    let left_out = rest.filter(|name| !(keeps_counters && name.ends_with("num_batches_tracked"))).collect();
    let path = write_safetensors(output, &tensors, &metadata(&network, below.is_empty()))?;
    Ok(Converted { path, naming, tensors: tensors.len(), left_out, missing: missing(&plan) })
}

fn missing(plan: &Plan) -> Vec<String> {
    plan.missing.iter().map(|target| target.name.clone()).collect()
}

/// The output must say by its ending what it is, and must not be what is read.
fn refuse_output(checkpoint: &Checkpoint, output: &Path) -> Result<()> {
    if !output.extension().is_some_and(|ending| ending == "safetensors" || ending == "bpk") {
        let message = format!("{} is neither .safetensors nor .bpk", output.display());
        return Err(Error::config("output", message, "give the output one of these endings"));
    }
    let same = |path: &Path| Some(path.canonicalize().ok()? == output.canonicalize().ok()?);
    if same(checkpoint.path()) == Some(true) {
        let message = format!("{} would be written over itself", output.display());
        return Err(Error::config("output", message, "give another output"));
    }
    Ok(())
}

fn to_own(checkpoint: &Checkpoint, network: &Network, output: &Path, how: Conversion) -> Result<Converted> {
    let Network::Detector(found) = network else {
        let message = format!("{} holds an encoder alone", checkpoint.path().display());
        return Err(Error::data(message, "a .bpk holds a whole detector; write .safetensors"));
    };
    if how.naming.is_some_and(|naming| naming != Naming::Own) || how.dtype.is_some_and(|dtype| dtype != StoredType::F32)
    {
        let message = "a .bpk has our own names and f32";
        return Err(Error::config("naming", message, "leave out --naming and --dtype, or write .safetensors"));
    }
    let plan = network.plan(checkpoint)?;
    if !plan.missing.is_empty() {
        plan.check(Missing::Refuse, || "a .bpk holds every parameter; write .safetensors".into())?;
    }
    let detector = Detector::new(&found.encoder.config, found.conditioning, &Device::flex())?;
    detector.fill(checkpoint, how.missing)?.save(output)?;
    let left_out = plan.unused.iter().chain(&plan.ignored).map(|tensor| tensor.name().to_owned()).collect();
    Ok(Converted { path: output.into(), naming: Naming::Own, tensors: plan.matched.len(), left_out, missing: vec![] })
}

/// Where our names of what is written begin, and what they are called.
fn names(network: &Network, naming: Naming) -> Result<(&'static str, KeyMap)> {
    let encoder = network.encoder();
    let encoder_below = if matches!(network, Network::Detector(_)) { "encoder." } else { "" };
    match (naming, network) {
        (Naming::Authors, Network::Detector(_)) => Ok(("", authors(encoder.config.normalise_waveform, encoder.gated))),
        (Naming::Authors, Network::Encoder(_)) => {
            let remedy = "give --naming torchaudio or hugging-face, or a whole detector";
            Err(Error::config("naming", "the authors' names are for whole detectors; this is an encoder alone", remedy))
        }
        (Naming::Torchaudio, _) => Ok((encoder_below, encoder_names::torchaudio(encoder.gated))),
        (Naming::HuggingFace, _) => Ok((encoder_below, encoder_names::hugging_face())),
        (other, _) => {
            let remedy = "give authors, torchaudio or hugging-face; name the output .bpk for our own";
            Err(Error::config("naming", format!("safetensors are not written under {other} names"), remedy))
        }
    }
}

/// The tensors under their new names, fused where these are.
fn renamed<'a>(
    matched: impl Iterator<Item = &'a Match>,
    below: &str,
    keys: &KeyMap,
    dtype: Option<StoredType>,
) -> Result<Vec<OutputTensor<'a>>> {
    let mut parts = BTreeMap::<String, Vec<(usize, &Match)>>::new();
    for matched in matched {
        let ours = matched.target.name.strip_prefix(below).unwrap_or(&matched.target.name);
        let theirs = keys.theirs(ours).ok_or_else(|| {
            Error::tensor(
                ours,
                "a name in the table",
                "none",
                "write it under other names with --naming, and report it",
            )
        })?;
        parts.entry(theirs.name).or_default().push((theirs.third.unwrap_or(0), matched));
    }
    let whole = parts.into_iter().map(|(name, mut parts)| {
        parts.sort_by_key(|part| part.0);
        let mut shape = parts[0].1.target.shape.clone();
        if let Some(rows) = shape.first_mut() {
            *rows *= parts.len();
        }
        let own = match parts[0].1.stored.dtype() {
            StoredType::F64 => StoredType::F32,
            other => other,
        };
        let values = move || {
            let mut parts = parts.iter().map(|(_, part)| part.read(false));
            let first = parts.next().unwrap_or_else(|| Ok(vec![]))?;
            parts.try_fold(first, |mut values, part| {
                values.extend(part?);
                Ok(values)
            })
        };
        OutputTensor { name, dtype: dtype.unwrap_or(own), shape, values: Box::new(values) }
    });
    Ok(whole.collect())
}

/// BatchNorm's counters of steps, which PyTorch asks for when it loads.
fn counters(plan: &Plan) -> Vec<OutputTensor<'_>> {
    let counter = |number: usize| {
        let name = format!("classifier.{number}.num_batches_tracked");
        let stored = plan.ignored.iter().find(|tensor| tensor.name().ends_with(&name));
        let steps = stored.and_then(|tensor| tensor.read_counter()).unwrap_or(0);
        let values = move || Ok(vec![steps as f32]);
        OutputTensor { name, dtype: StoredType::Other("i64", 8), shape: vec![], values: Box::new(values) }
    };
    [1, 4].map(counter).into()
}

/// What the tensors do not tell: the format that transformers asks for, the configuration, the classifier.
fn metadata(network: &Network, whole: bool) -> BTreeMap<String, String> {
    let mut metadata = BTreeMap::from([("format".to_owned(), "pt".to_owned())]);
    let encoder = network.encoder();
    if let (true, Ok(config)) = (encoder.heads_known, serde_json::to_string(&encoder.config)) {
        metadata.insert(ssl::METADATA.into(), config);
    }
    if let (true, Network::Detector(detector)) = (whole, network)
        && detector.conditioning_known
    {
        metadata.insert(identify::METADATA.into(), detector.conditioning.to_string());
    }
    metadata
}
