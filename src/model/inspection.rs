//! What a checkpoint is, as data: form, naming, network, counts of parameters, and what fits and what does not.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::Network;
use crate::{
    checkpoint::{Checkpoint, Naming, Plan, StoredTensor, Target, Unfit},
    error::Result,
    ssl::EncoderConfig,
};

/// A checkpoint looked at; its tensors' values are never read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inspection {
    /// The file, or the index of its shards.
    pub path: PathBuf,
    /// How it is stored.
    pub form: String,
    /// In how many files.
    pub files: usize,
    /// Whose names its tensors have.
    pub naming: String,
    /// `detector`, `encoder` or `unknown`.
    pub network: &'static str,
    /// Why the network is unknown.
    pub reason: Option<String>,
    /// All names of the family that the encoder can be.
    pub encoders: Vec<String>,
    /// The encoder's configuration.
    pub encoder: Option<EncoderConfig>,
    /// Whether the encoder's heads are known, or only guessed.
    pub heads_known: bool,
    /// All classifiers that the detector can be.
    pub classifiers: Vec<String>,
    /// How many parameters the network has.
    pub parameters: Option<Parameters>,
    /// Numbers in the file, by type.
    pub numbers: BTreeMap<String, usize>,
    /// Tensors alike but for a layer's number.
    pub groups: Vec<TensorGroup>,
    /// All tensors.
    pub tensors: Vec<TensorNote>,
    /// Parameters of the network that the file lacks, under our names.
    pub missing: Vec<TensorNote>,
    /// Tensors that do not fit their parameter.
    pub unfit: Vec<String>,
    /// Tensors that the network lacks.
    pub unused: Vec<TensorNote>,
    /// Tensors that no inference needs.
    pub ignored: Vec<TensorNote>,
}

/// Counts of parameters, as the reference's `count_rat_params` counts them: running statistics are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Parameters {
    /// All of the network.
    pub total: usize,
    /// Of the reference block and the head.
    pub outside_encoder: usize,
    /// Trained in stage 1, which freezes the encoder.
    pub trainable_stage_1: usize,
    /// Trained in stage 2.
    pub trainable_stage_2: usize,
}

/// A tensor by its name, type and shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TensorNote {
    /// Its name.
    pub name: String,
    /// Its type; empty for what is not there.
    pub dtype: String,
    /// Its sizes.
    pub shape: Vec<usize>,
}

/// Tensors alike but for a layer's number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TensorGroup {
    /// Their name, with `*` for numbers.
    pub name: String,
    /// Their type.
    pub dtype: String,
    /// Their sizes.
    pub shape: Vec<usize>,
    /// How many they are.
    pub tensors: usize,
}

impl Inspection {
    /// Looks at a checkpoint.
    ///
    /// # Errors
    /// Where it cannot be read; a checkpoint of another network is no error.
    pub fn of(path: impl AsRef<Path>) -> Result<Self> {
        let checkpoint = Checkpoint::open(path)?;
        let planned = Network::of(&checkpoint).and_then(|network| Ok((network.plan(&checkpoint)?, network)));
        let mut inspection = Self::of_tensors(&checkpoint);
        match planned {
            Ok((plan, network)) => inspection.take(&plan, &network),
            Err(error) => inspection.reason = Some(format!("{error}; {}", error.remedy())),
        }
        Ok(inspection)
    }

    fn of_tensors(checkpoint: &Checkpoint) -> Self {
        let mut numbers = BTreeMap::new();
        for tensor in checkpoint.tensors() {
            *numbers.entry(tensor.dtype().to_string()).or_default() += tensor.count();
        }
        Self {
            path: checkpoint.path().into(),
            form: checkpoint.form().to_string(),
            files: checkpoint.files(),
            naming: Naming::of(checkpoint).to_string(),
            network: "unknown",
            reason: None,
            encoders: vec![],
            encoder: None,
            heads_known: false,
            classifiers: vec![],
            parameters: None,
            numbers,
            groups: groups(checkpoint.tensors()),
            tensors: notes(checkpoint.tensors()),
            missing: vec![],
            unfit: vec![],
            unused: vec![],
            ignored: vec![],
        }
    }

    fn take(&mut self, plan: &Plan, network: &Network) {
        let encoder = network.encoder();
        self.encoders.clone_from(&encoder.names);
        self.encoder = Some(encoder.config.clone());
        self.heads_known = encoder.heads_known;
        (self.network, self.classifiers) = match network {
            Network::Detector(detector) => ("detector", detector.classifiers()),
            Network::Encoder(_) => ("encoder", vec![]),
        };
        let targets = || plan.matched.iter().map(|matched| &matched.target).chain(&plan.missing);
        let count = |outside: bool| {
            let counted = targets().filter(|target| target.trained && (!outside || is_outside(target, network)));
            counted.map(|target| target.shape.iter().product::<usize>()).sum::<usize>()
        };
        let [total, outside_encoder] = [count(false), count(true)];
        self.parameters =
            Some(Parameters { total, outside_encoder, trainable_stage_1: outside_encoder, trainable_stage_2: total });
        let missing = |target: &Target| TensorNote {
            name: target.name.clone(),
            dtype: String::new(),
            shape: target.shape.clone(),
        };
        self.missing = plan.missing.iter().map(missing).collect();
        let unfit = |unfit: &Unfit| format!("{}: expected {}, found {}", unfit.name, unfit.expected, unfit.found);
        self.unfit = plan.unfit.iter().map(unfit).collect();
        self.unused = notes(&plan.unused);
        self.ignored = notes(&plan.ignored);
    }
}

fn is_outside(target: &Target, network: &Network) -> bool {
    matches!(network, Network::Detector(_)) && !target.name.starts_with("encoder.")
}

fn notes(tensors: &[StoredTensor]) -> Vec<TensorNote> {
    let note = |tensor: &StoredTensor| TensorNote {
        name: tensor.name().into(),
        dtype: tensor.dtype().to_string(),
        shape: tensor.shape().to_vec(),
    };
    tensors.iter().map(note).collect()
}

/// Tensors under one line where only numbers in their names differ.
fn groups(tensors: &[StoredTensor]) -> Vec<TensorGroup> {
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mut counts = BTreeMap::<_, usize>::new();
    for tensor in tensors {
        let parts: Vec<&str> = tensor.name().split('.').map(|part| if is_number(part) { "*" } else { part }).collect();
        *counts.entry((parts.join("."), tensor.dtype().to_string(), tensor.shape().to_vec())).or_default() += 1;
    }
    let group = |((name, dtype, shape), tensors)| TensorGroup { name, dtype, shape, tensors };
    counts.into_iter().map(group).collect()
}
