//! Scoring: a detector, trials and reference conditions in, one score table a condition out, in one pass.
//!
//! Every recording goes through the encoder once, whichever trials and conditions ask for it: test utterances, distinct
//! references, and their degraded twins. Features of references are kept, within a bound of memory; test utterances that
//! are nobody's reference pass by layer by layer, and all conditions hear them in that one pass. Recordings are decoded
//! ahead, on threads of their own. A trial's score does not depend on the trials beside it: on the CPU to the last bit, so
//! that the tables of [`Shard`](crate::loader::Shard)s in order are the table of the whole, and a run that was stopped goes on
//! ([`ScoresSoFar`]) to the same bytes; on other devices to rounding. Several devices share the trials ([`score_on`]).
//!
//! What several conditions cost, in products of F x F for a test frame and a layer (XLS-R 300M, 4 s, F 1024): the encoder 14.7
//! (12 in its linear maps, 0.4 in its attention, 2.3 in convolutions), the block's MLP 8 and query 1; for each condition with a
//! reference 1.4 (output projection, attention); for a frame of a distinct reference 14.7 and 2 more for keys and values. The
//! trials of ASVspoof 5 have 0.204 distinct references each. One matched pass: 23.7 + 1.4 + 0.204 * 16.7 = 28.5. The nine (matched,
//! mismatched, zeroed, absent, silence, noise, snr, duration of a quarter, own): 23.7 + 6 * 1.4 + 3.4 + 5.25 * 3.4 = 53.4, 1.9 times as
//! much, where the mismatched reference is shared as the matched one is; where it is drawn for each trial, 66.7 or 2.3 times.

mod ahead;
mod parts;
mod pass;
mod plan;
mod so_far;

pub use so_far::{PlacedScores, ScoresSoFar};

use crate::{
    condition::ReferenceCondition,
    data::{BadAudio, Pairing},
    error::{Error, Result},
    loader::{BadRecordings, Workers},
    model::{Batching, Conditioning, Detector, FeatureStore, TrialScore},
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
    /// What is done about recordings that cannot be used.
    pub on_bad_audio: BadAudio,
    /// Threads that decode ahead.
    pub workers: Workers,
}

impl ScoreTask<'_> {
    /// The names of the tables: the conditions, or `single`.
    pub fn tables(&self) -> Vec<String> {
        match self.conditions {
            [] => vec![SINGLE.into()],
            conditions => conditions.iter().map(ToString::to_string).collect(),
        }
    }

    /// The table of a condition, by its place, with the trials that have scores.
    pub fn table(&self, so_far: &ScoresSoFar, condition: usize) -> ScoreTable {
        let scores = (0..self.trials.len()).map(|place| Some(*so_far.of(place)?.get(condition)?));
        let rows = self.trials.iter().zip(scores).filter_map(|(trial, score)| Some(score_row(trial, score?)));
        ScoreTable::from_rows(rows)
    }
}

/// The tables of one scoring run.
#[derive(Clone, Debug)]
pub struct Scored {
    /// A table for each condition, by its name; `single` where the network takes no reference. A trial whose recording
    /// or any of whose references could not be used is left out of all, so that conditions stay comparable by pairs.
    pub tables: Vec<(String, ScoreTable)>,
    /// Recordings that went through the encoder.
    pub encoded: usize,
    /// Recordings that could not be used, where that is no error.
    pub bad: BadRecordings,
}

/// A network on a device, with the features that it keeps there.
#[derive(Debug)]
pub struct Station<'a, 'b> {
    /// The network.
    pub detector: &'a Detector,
    /// Its features.
    pub store: &'a mut FeatureStore<'b>,
}

/// Scores all trials under all conditions.
///
/// # Errors
/// Where a recording is missing or cannot be used and the task says so, a trial has no reference in the pairing, or the
/// conditions do not fit the network.
pub fn score(
    detector: &Detector,
    store: &mut FeatureStore<'_>,
    task: &ScoreTask<'_>,
    progress: &mut dyn FnMut(usize),
) -> Result<Scored> {
    let mut so_far = ScoresSoFar::in_memory(task.trials.len());
    score_on(&mut [Station { detector, store }], task, &mut so_far, progress)
}

/// Scores the trials that have no scores so far, each station a part of them, a thread each; gives the tables of all trials.
///
/// Replayed batches of another program stay what they were: a batch is scored whole or not at all.
///
/// # Errors
/// As [`score`], and where the scores cannot be written down.
pub fn score_on(
    stations: &mut [Station<'_, '_>],
    task: &ScoreTask<'_>,
    so_far: &mut ScoresSoFar,
    progress: &mut dyn FnMut(usize),
) -> Result<Scored> {
    let Some(first) = stations.first() else {
        return Err(Error::config("device", "there is none to score on", "name one, as --device cpu"));
    };
    check(first.detector, task)?;
    let encoded = |stations: &[Station<'_, '_>]| stations.iter().map(|station| station.store.encoded()).sum::<usize>();
    let before = encoded(stations);
    let bad = parts::score(stations, task, so_far, progress)?;
    let tables = task.tables().into_iter().enumerate();
    let tables = tables.map(|(condition, name)| (name, task.table(so_far, condition))).collect();
    Ok(Scored { tables, encoded: encoded(stations) - before, bad })
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

fn score_row(trial: &Trial, TrialScore { score, margin }: TrialScore) -> ScoreRow {
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
