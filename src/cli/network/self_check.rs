//! `score --self-check N`: a trial's score is its own, whatever stands beside it.

use super::{experiment::spread, hooks::FEATURE_BYTES};
use crate::{
    cli::print,
    data::BadAudio,
    error::{Error, Result},
    model::{Detector, FeatureStore, RecordingSource},
    score::{ScoreTask, score},
    tables::ScoreTable,
    trial::Trial,
};

/// A trial's score must not depend on the trials beside it.
pub(super) fn self_check(
    detector: &Detector,
    device: &burn::tensor::Device,
    source: RecordingSource<'_>,
    task: &ScoreTask<'_>,
    count: usize,
) -> Result<()> {
    // Each call gets a store of its own, or a trial alone would find its features made together.
    let fresh = || FeatureStore::new(&detector.encoder, device, source, FEATURE_BYTES);
    if count == 0 {
        return Err(Error::config("self-check", "0 trials show nothing", "give at least 2"));
    }
    let some = spread(task.trials, count);
    let task = ScoreTask { on_bad_audio: BadAudio::Fail, ..task.clone() };
    let together = score(detector, &mut fresh(), &ScoreTask { trials: &some, ..task.clone() }, &mut |_| ())?;
    let mut largest = 0.0_f64;
    for (place, trial) in some.iter().enumerate() {
        let alone = [Trial::clone(trial)];
        let alone = score(detector, &mut fresh(), &ScoreTask { trials: &alone, ..task.clone() }, &mut |_| ())?;
        let of = |table: &ScoreTable, row: usize| table.scores().get(row).copied().unwrap_or(f64::NAN);
        for ((_, one), (_, all)) in alone.tables.iter().zip(&together.tables) {
            largest = largest.max((of(one, 0) - of(all, place)).abs());
        }
    }
    print(&format!("largest difference of {} trials alone and together: {largest:.2e}\n", some.len()))?;
    if largest > 1e-5 {
        let remedy = "score on --device cpu, and report the device";
        return Err(Error::data(format!("scores depend on the batch: {largest:.2e} is above 1e-5"), remedy));
    }
    Ok(())
}
