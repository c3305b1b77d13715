//! Scoring: a detector, trials and reference conditions in, one score table a condition out, in one pass.
//!
//! Every recording goes through the encoder once, whichever trials and conditions ask for it: test utterances, distinct
//! references, and their degraded twins. A trial's score does not depend on the trials beside it.

use burn::tensor::{Tensor, activation::softmax};

use crate::{
    condition::ReferenceCondition,
    data::{Pairing, PairingRow},
    error::{Error, Result},
    model::{Conditioning, Detector, FeatureStore, Recording},
    ssl::SslFeatures,
    tables::{ScoreRow, ScoreTable},
    trial::Trial,
};

/// The name of the score table of a network without references.
pub const SINGLE: &str = "single";

/// What to score.
#[derive(Clone, Debug)]
pub struct ScoreTask<'a> {
    /// The trials, in the order of the tables.
    pub trials: &'a [Trial],
    /// Their references; not needed where no condition needs one.
    pub pairing: Option<&'a Pairing>,
    /// The conditions; empty for a network without references.
    pub conditions: &'a [ReferenceCondition],
    /// Trials a pass of the network.
    pub batch: usize,
}

/// The tables of one scoring run.
#[derive(Clone, Debug)]
pub struct Scored {
    /// A table for each condition, by its name; `single` where the network takes no reference.
    pub tables: Vec<(String, ScoreTable)>,
    /// Recordings that went through the encoder.
    pub encoded: usize,
}

/// Scores all trials under all conditions.
///
/// # Errors
/// Where a recording is missing or cannot be used, a trial has no reference in the pairing, or the conditions do not
/// fit the network.
pub fn score(
    detector: &Detector,
    store: &mut FeatureStore<'_>,
    task: &ScoreTask<'_>,
    progress: &mut dyn FnMut(usize),
) -> Result<Scored> {
    check(detector, task)?;
    let encoded_before = store.encoded();
    let names: Vec<String> = match task.conditions {
        [] => vec![SINGLE.into()],
        conditions => conditions.iter().map(ToString::to_string).collect(),
    };
    let mut rows: Vec<Vec<Option<ScoreRow>>> = vec![vec![None; task.trials.len()]; names.len()];
    for (done, places) in processing_order(task)?.chunks(task.batch.max(1)).enumerate() {
        let trials: Vec<&Trial> = places.iter().map(|&place| &task.trials[place]).collect();
        let files: Vec<Recording> = trials.iter().map(|trial| Recording::File(trial.file.clone())).collect();
        let test = store.features(&files)?;
        for (column, rows) in rows.iter_mut().enumerate() {
            let logits = match task.conditions.get(column) {
                None => detector.forward(&test, None),
                Some(&condition) => logits(detector, task, store, &trials, &test, condition)?,
            };
            for ((&place, trial), (score, margin)) in places.iter().zip(&trials).zip(probabilities(logits)) {
                rows[place] = Some(score_row(trial, score, margin));
            }
        }
        progress((done * task.batch + places.len()).min(task.trials.len()));
    }
    let table = |rows: Vec<Option<ScoreRow>>| ScoreTable::from_rows(rows.into_iter().flatten());
    let encoded = store.encoded() - encoded_before;
    Ok(Scored { tables: names.into_iter().zip(rows.into_iter().map(table)).collect(), encoded })
}

fn check(detector: &Detector, task: &ScoreTask<'_>) -> Result<()> {
    let without = detector.conditioning() == Conditioning::None;
    if without && !task.conditions.is_empty() {
        let remedy = "leave --condition out; a network without a reference block has one score a trial";
        return Err(Error::config("condition", format!("{} takes no reference", detector.conditioning()), remedy));
    }
    if !without && task.conditions.is_empty() {
        return Err(Error::config("condition", "none is named", "name at least one, as --condition matched,zeroed"));
    }
    if task.trials.is_empty() {
        return Err(Error::data("there are no trials to score", "check the protocol"));
    }
    Ok(())
}

/// Trials that share a reference one after the other, so that a small store suffices.
fn processing_order(task: &ScoreTask<'_>) -> Result<Vec<usize>> {
    let mut order: Vec<usize> = (0..task.trials.len()).collect();
    if !task.conditions.iter().any(|condition| condition.needs_reference()) {
        return Ok(order);
    }
    let references: Vec<&str> =
        task.trials.iter().map(|trial| Ok(pair(task, trial)?.reference.as_str())).collect::<Result<_>>()?;
    order.sort_by_key(|&place| (&task.trials[place].speaker, references[place], place));
    Ok(order)
}

fn pair<'a>(task: &ScoreTask<'a>, trial: &Trial) -> Result<&'a PairingRow> {
    let missing = || Error::config("pairing", "a condition needs references", "give a pairing with --pairing");
    task.pairing.ok_or_else(missing)?.get(trial)
}

fn logits(
    detector: &Detector,
    task: &ScoreTask<'_>,
    store: &mut FeatureStore<'_>,
    trials: &[&Trial],
    test: &SslFeatures,
    condition: ReferenceCondition,
) -> Result<Tensor<2>> {
    let recordings = match condition {
        ReferenceCondition::Zeroed => return Ok(detector.forward_zeroed(test).logits),
        ReferenceCondition::Absent => return Ok(detector.forward_absent(test).logits),
        ReferenceCondition::Own => return Ok(detector.forward(test, Some(test))),
        ReferenceCondition::Mismatched => mismatched(task, trials)?,
        other => {
            let source = store.source();
            let degraded = |trial: &&Trial| source.degraded(&pair(task, trial)?.reference, other);
            trials.iter().map(degraded).collect::<Result<Vec<_>>>()?
        }
    };
    Ok(detector.forward(test, Some(&store.features(&recordings)?)))
}

fn mismatched(task: &ScoreTask<'_>, trials: &[&Trial]) -> Result<Vec<Recording>> {
    trials.iter().map(|trial| Ok(Recording::File(pair(task, trial)?.mismatched.clone()))).collect()
}

/// Probability of bona fide and logit margin of each row, in f64 from f32 logits.
fn probabilities(logits: Tensor<2>) -> Vec<(f64, f64)> {
    let probability = softmax(logits.clone(), 1).into_data();
    let probability = probability.iter::<f32>().step_by(2).map(f64::from);
    let logits: Vec<f64> = logits.into_data().iter::<f32>().map(f64::from).collect();
    probability.zip(logits.chunks(2).map(|pair| pair[0] - pair[1])).collect()
}

fn score_row(trial: &Trial, score: f64, margin: f64) -> ScoreRow {
    ScoreRow {
        file: trial.file.clone(),
        score,
        label: trial.label,
        margin: Some(margin),
        speaker: trial.speaker.to_string(),
        attack: trial.attack.to_string(),
        codec: trial.codec.to_string(),
    }
}
