//! What is scored after what: trials that share a reference one after the other, so that a small store of features suffices;
//! as in the protocol, where another program's batches are replayed.

use std::{collections::HashSet, ops::Range};

use burn::tensor::Device;

use super::{ScoreTask, ScoresSoFar};
use crate::{
    condition::ReferenceCondition,
    data::{Enrolled, Enrolment},
    error::{Error, Result},
    model::{Batching, Conditioning, Recording},
    trial::Trial,
};

/// Batches in a window, within which similar lengths come together.
const WINDOW_BATCHES: usize = 4;

/// What is chosen for each trial; a function of the task alone.
pub(super) struct Chosen<'a> {
    pub(super) task: &'a ScoreTask<'a>,
    conditioning: Conditioning,
    pub(super) enrolment: Enrolment,
    /// Of each trial; empty where no condition needs references.
    pairs: Vec<Enrolled<'a>>,
    /// Recordings that are somebody's reference: these are kept when they are tested.
    references: HashSet<&'a str>,
}

/// The work of one device.
pub(super) struct Plan<'a> {
    pub(super) task: &'a ScoreTask<'a>,
    pub(super) chosen: &'a Chosen<'a>,
    /// Places of trials in the order in which they are scored.
    pub(super) order: Vec<usize>,
    /// Whether trials go through the network each for itself, not as rows of one batch.
    pub(super) alone: bool,
}

/// What a trial's attention hears under a condition, before anything is read.
#[derive(Clone, Copy)]
pub(super) enum Wanted<'a> {
    Nothing,
    Zeros,
    Own,
    /// The trial's references, as the condition changes them.
    References(Enrolled<'a>, ReferenceCondition),
}

/// A recording as a condition changes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Take<'a> {
    /// As it is.
    Whole(&'a str),
    /// Silence as long as the recording.
    SilenceLike(&'a str),
    /// The recording under a condition that changes it.
    Twin(&'a str, ReferenceCondition),
}

impl<'a> Chosen<'a> {
    pub(super) fn new(task: &'a ScoreTask<'a>, conditioning: Conditioning) -> Result<Self> {
        let needed = task.conditions.iter().any(|condition| condition.needs_reference());
        let pairs =
            if needed { task.trials.iter().map(|trial| pair(task, trial)).collect::<Result<_>>()? } else { vec![] };
        let enrolment = task.pairing.map_or(Enrolment::One, |pairing| pairing.enrolment());
        let mut chosen = Self { task, conditioning, enrolment, pairs, references: HashSet::new() };
        if task.batching == Batching::PerUtterance {
            chosen.note_references();
        } else if enrolment != Enrolment::One {
            let message = format!("{enrolment} is nothing that the other program did");
            return Err(Error::config("enrolment", message, "leave one of --enrolment and --compat out"));
        }
        Ok(chosen)
    }

    fn note_references(&mut self) {
        let heard = |condition: ReferenceCondition| self.task.conditions.contains(&condition);
        if heard(ReferenceCondition::Matched) {
            self.references.extend(self.pairs.iter().flat_map(|pair| pair.references()));
        }
        if heard(ReferenceCondition::Mismatched) {
            self.references.extend(self.pairs.iter().flat_map(|pair| pair.mismatched()));
        }
    }

    /// The places of the trials that have no scores so far, in the order in which they are scored.
    pub(super) fn left(&self, so_far: &ScoresSoFar) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.task.trials.len()).collect();
        if self.task.batching == Batching::TorchaudioBatch {
            let batches = order.chunks(self.window());
            let unscored = batches.filter(|batch| batch.iter().any(|&place| so_far.of(place).is_none()));
            return unscored.flatten().copied().collect();
        }
        order.retain(|&place| so_far.of(place).is_none());
        if !self.pairs.is_empty() {
            let (pairs, trials) = (&self.pairs, self.task.trials);
            order.sort_by_key(|&place| (&trials[place].speaker, &pairs[place].row.reference, place));
        }
        order
    }

    /// The order in as many parts, of whole windows.
    pub(super) fn shares<'o>(&self, order: &'o [usize], parts: usize) -> Vec<&'o [usize]> {
        let windows = order.len().div_ceil(self.window());
        let start = |part: usize| (windows * part / parts * self.window()).min(order.len());
        (0..parts).map(|part| &order[start(part)..start(part + 1)]).collect()
    }

    /// Trials in a window of the order: a whole number of batches.
    fn window(&self) -> usize {
        let batches = if self.task.batching == Batching::TorchaudioBatch { 1 } else { WINDOW_BATCHES };
        self.task.batch.max(1).saturating_mul(batches)
    }

    fn wanted(&self, place: usize, condition: ReferenceCondition) -> Wanted<'a> {
        match (condition, self.conditioning) {
            (ReferenceCondition::Absent, _) => Wanted::Nothing,
            (ReferenceCondition::Zeroed, _) | (_, Conditioning::Zeros) => Wanted::Zeros,
            (ReferenceCondition::Own, _) | (_, Conditioning::Own) => Wanted::Own,
            _ => Wanted::References(self.pairs[place], condition),
        }
    }
}

impl<'a> Plan<'a> {
    pub(super) fn new(chosen: &'a Chosen<'a>, order: Vec<usize>, device: &Device) -> Self {
        let several = chosen.enrolment != Enrolment::One;
        let alone = chosen.task.batching == Batching::PerUtterance && (several || *device == Device::flex());
        Self { task: chosen.task, chosen, order, alone }
    }

    /// Trials in a window.
    pub(super) fn window(&self) -> usize {
        self.chosen.window()
    }

    /// The window that a position of the order stands in, up to that position.
    fn window_before(&self, position: usize) -> Range<usize> {
        position - position % self.window()..position
    }

    /// The test utterance of a trial.
    pub(super) fn test(&self, place: usize) -> Recording {
        Recording::File(self.task.trials[place].file.clone())
    }

    /// Whether a trial's features are kept, since it is somebody's reference.
    pub(super) fn keeps(&self, place: usize) -> bool {
        self.chosen.references.contains(self.task.trials[place].file.as_str())
    }

    /// What is heard under each condition; one entry for a network without conditions.
    pub(super) fn wanted(&self, place: usize) -> impl Iterator<Item = Wanted<'a>> {
        let (chosen, conditions) = (self.chosen, self.task.conditions);
        let none = conditions.is_empty().then_some(Wanted::Nothing);
        none.into_iter().chain(conditions.iter().map(move |&condition| chosen.wanted(place, condition)))
    }

    /// Whether a trial earlier in the same window wants the same.
    pub(super) fn wanted_earlier(&self, position: usize, take: Take<'_>) -> bool {
        self.task.batching == Batching::PerUtterance
            && self.window_before(position).any(|earlier| {
                let place = self.order[earlier];
                let tested = matches!(take, Take::Whole(file) if self.task.trials[place].file == file);
                tested || self.wanted(place).any(|wanted| wanted.takes().any(|other| other == take))
            })
    }
}

impl<'a> Wanted<'a> {
    /// The recordings, one after the other.
    pub(super) fn takes(self) -> impl Iterator<Item = Take<'a>> {
        let (pair, condition) = match self {
            Self::References(pair, condition) => (Some(pair), condition),
            Self::Nothing | Self::Zeros | Self::Own => (None, ReferenceCondition::Absent),
        };
        let other = condition == ReferenceCondition::Mismatched;
        let mismatched = pair.filter(|_| other).into_iter().flat_map(Enrolled::mismatched);
        let references = pair.filter(|_| !other).into_iter().flat_map(Enrolled::references);
        mismatched.chain(references).map(move |file| match condition {
            ReferenceCondition::Silence => Take::SilenceLike(file),
            ReferenceCondition::Noise | ReferenceCondition::Snr { .. } | ReferenceCondition::Duration { .. } => {
                Take::Twin(file, condition)
            }
            _ => Take::Whole(file),
        })
    }
}

fn pair<'a>(task: &ScoreTask<'a>, trial: &Trial) -> Result<Enrolled<'a>> {
    let missing = || Error::config("pairing", "a condition needs references", "give a pairing with --pairing");
    task.pairing.ok_or_else(missing)?.enrolled(trial)
}
