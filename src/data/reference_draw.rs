//! How references are drawn: a function of the seed and each trial, never of the order of the protocol.

use std::collections::BTreeSet;

use super::{
    enrolled::{Enrolment, Further},
    pairing::{Pairing, PairingRow, without_reference},
    references::{ReferencePool, SelfReference},
};
use crate::{
    error::{Error, Result},
    trial::Trial,
};

/// How references are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReferenceDraw {
    /// The seed.
    pub seed: u64,
    /// Whether a test utterance may be its own reference.
    pub own_recording: SelfReference,
    /// Whether each trial draws a mismatched reference of its own. Else trials of one reference share their mismatched one, which
    /// is then encoded for all of them at once.
    pub mismatched_per_trial: bool,
    /// How a speaker's recordings are heard.
    pub enrolment: Enrolment,
    /// Recordings a speaker, where he has more; all of an enrolment list where nothing is said.
    pub enrolment_size: Option<usize>,
}

impl Pairing {
    /// Draws references among the bona fide recordings of the trials; a function of the seed and each trial's file.
    ///
    /// # Errors
    /// [`Error::Data`] that lists every speaker without a usable reference.
    pub fn draw(trials: &[Trial], seed: u64) -> Result<Self> {
        Self::draw_from(&ReferencePool::new(trials), trials, seed, SelfReference::Never)
    }

    /// Draws references from a pool, as of enrolled recordings; a function of the seed and each trial's file.
    ///
    /// # Errors
    /// [`Error::Data`] that lists every speaker without a usable reference.
    pub fn draw_from(pool: &ReferencePool, trials: &[Trial], seed: u64, own_recording: SelfReference) -> Result<Self> {
        Self::draw_as(pool, trials, &ReferenceDraw { seed, own_recording, ..ReferenceDraw::default() })
    }

    /// Draws references from a pool, one or several a trial; a function of the seed and each trial's file.
    ///
    /// # Errors
    /// [`Error::Data`] that lists every speaker without a usable reference; [`Error::Config`] where several recordings of a speaker
    /// are to be heard who is not enrolled, and nothing says how many.
    pub fn draw_as(pool: &ReferencePool, trials: &[Trial], how: &ReferenceDraw) -> Result<Self> {
        let ReferenceDraw { seed, enrolment, enrolment_size: size, .. } = *how;
        let several = enrolment != Enrolment::One;
        if size == Some(0) || (several && size.is_none() && !pool.is_enrolled()) {
            let message = "nothing says how many recordings of a speaker are heard";
            return Err(Error::config("enrolment-size", message, "give at least 1, as --enrolment-size 3"));
        }
        let (mut rows, mut further) = (Vec::with_capacity(trials.len()), Vec::new());
        let mut without = BTreeSet::new();
        for trial in trials {
            let Ok(reference) = pool.matched_with(trial, seed, how.own_recording) else {
                without.insert(trial.speaker.as_str());
                continue;
            };
            let name = if how.mismatched_per_trial { &trial.file } else { reference };
            let (mismatched, other) = pool.mismatched_by(trial, seed, name)?;
            let row = PairingRow {
                file: trial.file.clone(),
                speaker: trial.speaker.clone(),
                reference: reference.into(),
                mismatched: mismatched.into(),
                mismatched_speaker: other.clone(),
            };
            if several {
                further.push(Further::draw(pool, trial, &row, seed, size));
            }
            rows.push(row);
        }
        if !without.is_empty() {
            return Err(without_reference(&without, pool.kind()));
        }
        let mut pairing = Self::from_rows(rows, None)?;
        (pairing.further, pairing.enrolment) = (further, enrolment);
        Ok(pairing)
    }
}
