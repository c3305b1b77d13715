//! What is saved after an epoch and within it, in an order that a kill at any moment leaves usable.
//!
//! Network and optimiser first, then `history.csv`, then the [`Position`] that makes them current; what it no longer names
//! goes last. There is no random state to save: every draw is a function of (seed, epoch, rank, index). Parameters are
//! numbered by their paths and the optimiser's tensors are sorted, so that equal states are equal bytes.

use std::collections::HashSet;

use burn::{module::list_param_ids, optim::OptimizerRecord, tensor::Bytes};
use burn_pack::{Reader, Tensor, Writer};

use super::{
    position::Position,
    run::{LOST, RunDirectory},
    step::TrainState,
};
use crate::{
    error::{Error, Result},
    model::Detector,
    output::OutputFile,
    tables::TrainingHistory,
};

/// Saves the state at a position; the history's rows are the epochs that are done.
pub(super) fn save(run: &RunDirectory, state: &TrainState, at: &mut Position, history: &TrainingHistory) -> Result<()> {
    let (network, optimizer) = (run.state(&at.stem()), run.state_optimizer(&at.stem()));
    state.inference().save(&network)?;
    OutputFile::write_all_to(&optimizer, &*optimizer_bytes(state)?)?;
    at.note(&network)?;
    at.note(&optimizer)?;
    let current = at.files(run);
    at.sums.retain(|name, _| !is_passing(name) || current.contains(&run.checkpoints().join(name)));
    if at.steps == 0 {
        history.write(run.file("history.csv"))?;
    }
    at.write(run)?;
    sweep(run, at)
}

/// The network as it was at a position.
pub(super) fn load_network(run: &RunDirectory, at: &Position, fresh: &Detector) -> Result<Detector> {
    let path = run.state(&at.stem());
    at.verify(&path)?;
    fresh.clone().load_own(&path)
}

/// Gives a state the optimiser's as it was at a position.
pub(super) fn load_optimizer(run: &RunDirectory, at: &Position, mut state: TrainState) -> Result<TrainState> {
    let path = run.state_optimizer(&at.stem());
    at.verify(&path)?;
    let refuse = |message: String| {
        let message = format!("optimiser's state {}: {message}", path.display());
        Error::data(message, LOST)
    };
    let bytes = std::fs::read(&path).map_err(|source| Error::io("reading the optimiser's state", &path, source))?;
    let reader = Reader::from_file(&path).map_err(|source| refuse(source.to_string()))?;
    // burn passes over what belongs to no parameter.
    let known: HashSet<String> = list_param_ids(state.detector()).iter().map(|id| id.val().to_string()).collect();
    let stranger = |name: &&&str| !name.split('.').next().is_some_and(|id| known.contains(id));
    if let Some(name) = reader.tensor_names().iter().find(stranger) {
        return Err(refuse(format!("{name} belongs to no parameter of this network")));
    }
    let record =
        OptimizerRecord::from_bytes(Bytes::from_bytes_vec(bytes)).map_err(|source| refuse(source.to_string()))?;
    state.optimizer = state.optimizer.load_record(record);
    Ok(state)
}

/// Removes what a stop left half written, and states that are no longer current; the networks after epochs stay, and within an
/// epoch the optimiser of the last whole one, to fall back to.
pub(super) fn sweep(run: &RunDirectory, at: &Position) -> Result<()> {
    let folder = run.checkpoints();
    if !folder.exists() {
        return Ok(());
    }
    let failed = |source| Error::io("reading the folder", &folder, source);
    let current = at.files(run);
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        if name.starts_with(".unfinished-") || (is_passing(&name) && !current.contains(&path)) {
            std::fs::remove_file(&path).map_err(|source| Error::io("removing", &path, source))?;
        }
    }
    Ok(())
}

/// Whether a file is kept only while it is current.
fn is_passing(name: &str) -> bool {
    name.contains(".step-") || name.ends_with(".optimizer.bpk")
}

/// The optimiser's record with its tensors sorted by name; burn's are in the order of a hash map.
fn optimizer_bytes(state: &TrainState) -> Result<Bytes> {
    let failed = |message: String| Error::data(format!("the optimiser's state: {message}"), "report it");
    let bytes = state.optimizer.into_bytes().map_err(|source| failed(source.to_string()))?;
    sorted(bytes).map_err(|source| failed(source.to_string()))
}

fn sorted(record: Bytes) -> std::result::Result<Bytes, burn_pack::Error> {
    let reader = Reader::from_bytes(record)?;
    let (scalars, paths) = (reader.scalars().clone(), reader.metadata().clone());
    let tensors = reader.into_tensors()?.into_iter().map(Tensor::into_parts);
    let mut tensors = tensors.collect::<std::result::Result<Vec<_>, _>>()?;
    tensors.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    let tensors = tensors.into_iter().map(|(name, dtype, shape, id, bytes)| Tensor::new(name, dtype, shape, id, bytes));
    let writer =
        scalars.iter().fold(Writer::new(tensors.collect()), |writer, (name, value)| writer.with_scalar(name, *value));
    paths.iter().fold(writer, |writer, (name, path)| writer.with_metadata(name, path)).into_bytes()
}
