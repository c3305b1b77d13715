//! What is saved after an epoch, in an order that a kill at any moment leaves usable.
//!
//! Network and optimiser first, then `history.csv`: the last row of the history names an epoch that is saved whole. The
//! optimiser of the epoch before goes last. There is no random state to save: every draw is a function of
//! (seed, epoch, index).

use burn::{optim::OptimizerRecord, tensor::Bytes};

use super::{
    run::RunDirectory,
    step::{Stage, TrainState},
};
use crate::{
    error::{Error, Result},
    model::Detector,
    output::OutputFile,
    tables::TrainingHistory,
};

/// Saves an epoch; the history's last row is that epoch's.
pub(super) fn save(run: &RunDirectory, state: &TrainState, history: &TrainingHistory) -> Result<()> {
    let epoch = history.rows.len();
    state.inference().save(run.checkpoint(epoch))?;
    let path = run.optimizer(epoch);
    let bytes = state.optimizer.into_bytes().map_err(|source| Error::data(source.to_string(), "report it"))?;
    OutputFile::write_all_to(&path, &*bytes)?;
    history.write(run.file("history.csv"))?;
    if epoch > 1 {
        let earlier = run.optimizer(epoch - 1);
        if earlier.exists() {
            std::fs::remove_file(&earlier).map_err(|source| Error::io("removing", &earlier, source))?;
        }
    }
    Ok(())
}

/// The training state after an epoch, as it was when it was saved.
pub(super) fn load(
    run: &RunDirectory,
    epoch: usize,
    fresh: &Detector,
    stage: Stage,
    device: &burn::tensor::Device,
) -> Result<TrainState> {
    let detector = fresh.clone().load_own(&run.checkpoint(epoch))?;
    let mut state = TrainState::new(detector, stage, device);
    let path = run.optimizer(epoch);
    let bytes = std::fs::read(&path).map_err(|source| Error::io("reading the optimiser's state", &path, source))?;
    let record = OptimizerRecord::from_bytes(Bytes::from_bytes_vec(bytes)).map_err(|source| {
        let message = format!("optimiser's state {}: {source}", path.display());
        Error::data(message, "delete the run directory and train again")
    })?;
    state.optimizer = state.optimizer.load_record(record);
    Ok(state)
}
