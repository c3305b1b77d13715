//! Scoring: a detector, trials and reference conditions in, one score table a condition out, in one pass.
//!
//! Every recording goes through the encoder once, whichever trials and conditions ask for it: test utterances, distinct
//! references, and their degraded twins. Features of references are kept, within a bound of memory; test utterances that
//! are nobody's reference pass by layer by layer, and all conditions hear them in that one pass. A trial's score does not
//! depend on the trials beside it.

use std::collections::HashSet;

use burn::tensor::{Tensor, activation::softmax};

use crate::{
    condition::ReferenceCondition,
    data::{Pairing, PairingRow},
    error::{Error, Result},
    model::{Batching, Conditioning, Detector, FeatureStore, Heard, Recording},
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
    /// What a batch does to its trials.
    pub batching: Batching,
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
    let references = references(task)?;
    let mut done = 0;
    for places in processing_order(task)?.chunks(task.batch.max(1)) {
        let (kept, passing): (Vec<usize>, Vec<usize>) =
            places.iter().partition(|&&place| references.contains(task.trials[place].file.as_str()));
        for places in [kept, passing].into_iter().filter(|places| !places.is_empty()) {
            let trials: Vec<&Trial> = places.iter().map(|&place| &task.trials[place]).collect();
            let keep = references.contains(trials[0].file.as_str());
            for (rows, logits) in rows.iter_mut().zip(pass(detector, task, store, &trials, keep)?) {
                for ((&place, trial), (score, margin)) in places.iter().zip(&trials).zip(probabilities(logits)) {
                    rows[place] = Some(score_row(trial, score, margin));
                }
            }
        }
        done += places.len();
        progress(done);
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

/// Recordings that are somebody's reference: these are kept when they are tested.
fn references<'a>(task: &ScoreTask<'a>) -> Result<HashSet<&'a str>> {
    let mut references = HashSet::new();
    if task.batching == Batching::TorchaudioBatch {
        return Ok(references);
    }
    for trial in task.trials {
        for condition in task.conditions {
            match condition {
                ReferenceCondition::Matched => references.insert(pair(task, trial)?.reference.as_str()),
                ReferenceCondition::Mismatched => references.insert(pair(task, trial)?.mismatched.as_str()),
                _ => false,
            };
        }
    }
    Ok(references)
}

/// Trials that share a reference one after the other, so that a small store suffices; as in the protocol, where a batch is
/// to be replayed.
fn processing_order(task: &ScoreTask<'_>) -> Result<Vec<usize>> {
    let mut order: Vec<usize> = (0..task.trials.len()).collect();
    if task.batching == Batching::TorchaudioBatch
        || !task.conditions.iter().any(|condition| condition.needs_reference())
    {
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

/// One pass of the network: the logits of some trials under each condition.
fn pass(
    detector: &Detector,
    task: &ScoreTask<'_>,
    store: &mut FeatureStore<'_>,
    trials: &[&Trial],
    keep: bool,
) -> Result<Vec<Tensor<2>>> {
    let files: Vec<Recording> = trials.iter().map(|trial| Recording::File(trial.file.clone())).collect();
    let test = if keep { store.layers(&files)? } else { store.stream(&files, task.batching)? };
    let heard = match task.conditions {
        [] => vec![Heard::Nothing],
        conditions => conditions
            .iter()
            .map(|&condition| heard(detector.conditioning(), task, store, trials, condition))
            .collect::<Result<_>>()?,
    };
    Ok(detector.forward_layerwise(test, heard))
}

fn heard<'a>(
    conditioning: Conditioning,
    task: &ScoreTask<'_>,
    store: &mut FeatureStore<'a>,
    trials: &[&Trial],
    condition: ReferenceCondition,
) -> Result<Heard<'a>> {
    let recordings = match (condition, conditioning) {
        (ReferenceCondition::Absent, _) => return Ok(Heard::Nothing),
        (ReferenceCondition::Zeroed, _) | (_, Conditioning::Zeros) => return Ok(Heard::Zeros),
        (ReferenceCondition::Own, _) | (_, Conditioning::Own) => return Ok(Heard::Own),
        (ReferenceCondition::Mismatched, _) => mismatched(task, trials)?,
        (other, _) => {
            let source = store.source();
            let degraded = |trial: &&Trial| source.degraded(&pair(task, trial)?.reference, other);
            trials.iter().map(degraded).collect::<Result<Vec<_>>>()?
        }
    };
    Ok(Heard::Reference(match task.batching {
        Batching::PerUtterance => store.layers(&recordings)?,
        Batching::TorchaudioBatch => store.stream(&recordings, task.batching)?,
    }))
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
