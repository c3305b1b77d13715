//! Scoring: a detector, trials and reference conditions in, one score table a condition out, in one pass.
//!
//! Every recording goes through the encoder once, whichever trials and conditions ask for it: test utterances, distinct
//! references, and their degraded twins. Features of references are kept, within a bound of memory; test utterances that
//! are nobody's reference pass by layer by layer, and all conditions hear them in that one pass. Recordings are decoded
//! ahead, on threads of their own. A trial's score does not depend on the trials beside it: on the CPU to the last bit, so
//! that the tables of [`Shard`](crate::loader::Shard)s in order are the table of the whole; on other devices to rounding.

mod ahead;
mod pass;
mod plan;

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
    check(detector, task)?;
    let encoded_before = store.encoded();
    let names: Vec<String> = match task.conditions {
        [] => vec![SINGLE.into()],
        conditions => conditions.iter().map(ToString::to_string).collect(),
    };
    let plan = plan::Plan::new(task, detector.conditioning())?;
    let mut rows: Vec<Vec<Option<ScoreRow>>> = vec![vec![None; task.trials.len()]; names.len()];
    let (mut bad, mut before) = (BadRecordings::default(), 0);
    ahead::windows(&plan, store, &mut |store, window| {
        let mut done = before;
        for group in window.groups(&plan) {
            for (condition, scores) in pass::scores(detector, &plan, store, &group)?.into_iter().enumerate() {
                for (member, score) in group.members.iter().zip(scores) {
                    rows[condition][member.place] = Some(score_row(&task.trials[member.place], score));
                }
            }
            done += group.members.len();
            progress(done);
        }
        // Trials without a score are done too.
        before += window.trials.len();
        progress(before);
        bad.extend(window.bad);
        Ok(())
    })?;
    let table = |rows: Vec<Option<ScoreRow>>| ScoreTable::from_rows(rows.into_iter().flatten());
    let encoded = store.encoded() - encoded_before;
    Ok(Scored { tables: names.into_iter().zip(rows.into_iter().map(table)).collect(), encoded, bad })
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
