//! What is scored after what: trials that share a reference one after the other, so that a small store of features suffices;
//! as in the protocol, where another program's batches are replayed.

use std::{collections::HashSet, ops::Range};

use super::ScoreTask;
use crate::{
    condition::ReferenceCondition,
    data::PairingRow,
    error::{Error, Result},
    model::{Batching, Conditioning, Recording},
    trial::Trial,
};

/// Batches in a window, within which similar lengths come together.
const WINDOW_BATCHES: usize = 4;

/// The order of the work; a function of the task alone.
pub(super) struct Plan<'a> {
    pub(super) task: &'a ScoreTask<'a>,
    pub(super) conditioning: Conditioning,
    /// Places of trials in the order in which they are scored.
    pub(super) order: Vec<usize>,
    /// Of each trial; empty where no condition needs references.
    pairs: Vec<&'a PairingRow>,
    /// Recordings that are somebody's reference: these are kept when they are tested.
    references: HashSet<&'a str>,
}

/// What a trial's attention hears under a condition, before anything is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wanted<'a> {
    Nothing,
    Zeros,
    Own,
    /// A recording as it is.
    Whole(&'a str),
    /// Silence as long as the recording.
    SilenceLike(&'a str),
    /// The recording under a condition that changes it.
    Twin(&'a str, ReferenceCondition),
}

impl<'a> Plan<'a> {
    pub(super) fn new(task: &'a ScoreTask<'a>, conditioning: Conditioning) -> Result<Self> {
        let needed = task.conditions.iter().any(|condition| condition.needs_reference());
        let pairs =
            if needed { task.trials.iter().map(|trial| pair(task, trial)).collect::<Result<_>>()? } else { vec![] };
        let mut plan =
            Self { task, conditioning, order: (0..task.trials.len()).collect(), pairs, references: HashSet::new() };
        if needed && task.batching == Batching::PerUtterance {
            let (pairs, trials) = (&plan.pairs, task.trials);
            plan.order.sort_by_key(|&place| (&trials[place].speaker, &pairs[place].reference, place));
            let heard = |condition: ReferenceCondition| task.conditions.contains(&condition);
            if heard(ReferenceCondition::Matched) {
                plan.references.extend(pairs.iter().map(|pair| pair.reference.as_str()));
            }
            if heard(ReferenceCondition::Mismatched) {
                plan.references.extend(pairs.iter().map(|pair| pair.mismatched.as_str()));
            }
        }
        Ok(plan)
    }

    /// Trials in a window of the order: a whole number of batches.
    pub(super) fn window(&self) -> usize {
        let batches = if self.task.batching == Batching::TorchaudioBatch { 1 } else { WINDOW_BATCHES };
        self.task.batch.max(1).saturating_mul(batches)
    }

    /// The window that a position of the order stands in, up to that position.
    pub(super) fn window_before(&self, position: usize) -> Range<usize> {
        position - position % self.window()..position
    }

    /// The test utterance of a trial.
    pub(super) fn test(&self, place: usize) -> Recording {
        Recording::File(self.task.trials[place].file.clone())
    }

    /// Whether a trial's features are kept, since it is somebody's reference.
    pub(super) fn keeps(&self, place: usize) -> bool {
        self.references.contains(self.task.trials[place].file.as_str())
    }

    /// What is heard under each condition; one entry for a network without conditions.
    pub(super) fn wanted(&self, place: usize) -> Vec<Wanted<'a>> {
        match self.task.conditions {
            [] => vec![Wanted::Nothing],
            conditions => conditions.iter().map(|&condition| self.wanted_under(place, condition)).collect(),
        }
    }

    fn wanted_under(&self, place: usize, condition: ReferenceCondition) -> Wanted<'a> {
        match (condition, self.conditioning) {
            (ReferenceCondition::Absent, _) => return Wanted::Nothing,
            (ReferenceCondition::Zeroed, _) | (_, Conditioning::Zeros) => return Wanted::Zeros,
            (ReferenceCondition::Own, _) | (_, Conditioning::Own) => return Wanted::Own,
            _ => {}
        }
        let pair = self.pairs[place];
        match condition {
            ReferenceCondition::Mismatched => Wanted::Whole(&pair.mismatched),
            ReferenceCondition::Silence => Wanted::SilenceLike(&pair.reference),
            ReferenceCondition::Noise | ReferenceCondition::Snr { .. } | ReferenceCondition::Duration { .. } => {
                Wanted::Twin(&pair.reference, condition)
            }
            _ => Wanted::Whole(&pair.reference),
        }
    }

    /// Whether a trial earlier in the same window wants the same.
    pub(super) fn wanted_earlier(&self, position: usize, wanted: Wanted<'_>) -> bool {
        self.task.batching == Batching::PerUtterance
            && self.window_before(position).any(|earlier| {
                let place = self.order[earlier];
                let tested = matches!(wanted, Wanted::Whole(file) if self.task.trials[place].file == file);
                tested || self.wanted(place).contains(&wanted)
            })
    }
}

fn pair<'a>(task: &ScoreTask<'a>, trial: &Trial) -> Result<&'a PairingRow> {
    let missing = || Error::config("pairing", "a condition needs references", "give a pairing with --pairing");
    task.pairing.ok_or_else(missing)?.get(trial)
}
