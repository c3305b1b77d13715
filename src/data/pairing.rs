//! The pairing: which reference each trial has, drawn once and written down, so that a run can be repeated and two conditions
//! differ in the condition only.

use std::{collections::BTreeSet, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::{
    enrolled::{Enrolled, Enrolment, Further},
    references::{ReferencePool, SelfReference},
};
use crate::{
    error::{Error, Result},
    trial::{Speaker, Trial},
};

/// The references of one trial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairingRow {
    /// The test utterance.
    pub file: String,
    /// The claimed speaker.
    pub speaker: Speaker,
    /// A bona fide or enrolled recording of that speaker.
    pub reference: String,
    /// Such a recording of another.
    pub mismatched: String,
    /// That other speaker.
    pub mismatched_speaker: Speaker,
}

/// The references of all trials of a split.
///
/// ```
/// use rat::{Label, Trial, data::Pairing};
/// let trial = |speaker, file| Trial::new(speaker, file, Some(Label::Bonafide));
/// let trials = [trial("S1", "a"), trial("S1", "b"), trial("S2", "c"), trial("S2", "d")];
/// let pairing = Pairing::draw(&trials, 1)?;
/// let row = pairing.get(&trials[0])?;
/// assert_eq!((row.reference.as_str(), row.mismatched_speaker.as_str()), ("b", "S2"));
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Pairing {
    /// In the order of the protocol.
    pub rows: Vec<PairingRow>,
    /// Beside the first ones, where a speaker is heard by several recordings; else empty.
    pub(super) further: Vec<Further>,
    pub(super) enrolment: Enrolment,
    /// Their places in the order of file and speaker.
    order: Vec<u32>,
    /// The file that they were read from.
    source: Option<PairingSource>,
}

/// Where a pairing was read.
#[derive(Clone, Debug)]
pub(super) struct PairingSource {
    pub(super) path: PathBuf,
    /// Of each trial.
    pub(super) lines: Vec<u64>,
    /// What to do about a line.
    pub(super) remedy: &'static str,
}

impl PartialEq for Pairing {
    fn eq(&self, other: &Self) -> bool {
        (&self.rows, &self.further) == (&other.rows, &other.further)
    }
}

impl Pairing {
    pub(super) fn from_rows(rows: Vec<PairingRow>, source: Option<PairingSource>) -> Result<Self> {
        let too_many = |_| Error::data(format!("{} trials are too many", rows.len()), "pair them in parts");
        let mut order: Vec<u32> = (0..u32::try_from(rows.len()).map_err(too_many)?).collect();
        order.sort_unstable_by_key(|&at| key(&rows[at as usize]));
        Ok(Self { rows, order, source, further: vec![], enrolment: Enrolment::One })
    }

    /// How a speaker's recordings are heard.
    pub fn enrolment(&self) -> Enrolment {
        self.enrolment
    }

    /// The same pairing, heard in another way.
    ///
    /// # Errors
    /// Where several recordings a trial are to be heard, and it lists one.
    pub fn heard_as(self, enrolment: Enrolment) -> Result<Self> {
        if enrolment != Enrolment::One && self.further.is_empty() {
            let message =
                format!("--enrolment {enrolment} needs several references a trial, and the pairing lists one");
            return Err(Error::config("pairing", message, "draw it again without --pairing, or use --enrolment one"));
        }
        Ok(Self { enrolment, ..self })
    }

    /// All recordings that a trial is held against; the first of each side, where [`Enrolment::One`] is heard.
    ///
    /// # Errors
    /// [`Error::Data`] where the pairing was drawn for other trials.
    pub fn enrolled(&self, trial: &Trial) -> Result<Enrolled<'_>> {
        let at = self.place(trial)?;
        let further = self.further.get(at).filter(|_| self.enrolment != Enrolment::One);
        Ok(Enrolled { row: &self.rows[at], further })
    }

    /// The references of a trial.
    ///
    /// # Errors
    /// [`Error::Data`] where the pairing was drawn for other trials.
    pub fn get(&self, trial: &Trial) -> Result<&PairingRow> {
        self.place(trial).map(|at| &self.rows[at])
    }

    fn place(&self, trial: &Trial) -> Result<usize> {
        let wanted = (trial.file.as_str(), &trial.speaker);
        let row = |at: u32| self.rows.get(at as usize).map(key);
        let found = self.order.binary_search_by(|&at| row(at).cmp(&Some(wanted)));
        found.map(|at| self.order[at] as usize).map_err(|_| {
            let place = self.source.as_ref().map_or_else(String::new, |source| format!(" {}", source.path.display()));
            let message = format!("the pairing{place} has no reference for trial {} of {}", trial.file, trial.speaker);
            Error::data(message, "draw the pairing for this protocol again")
        })
    }

    /// Checks that every trial has its references, and that these are the claimed speaker's and the other's in the pool.
    ///
    /// # Errors
    /// Where a trial is not covered, a recording is none of that speaker's, or the other speaker is known to be in the trial's
    /// recording; a pairing that was read names the line.
    pub fn check(&self, trials: &[Trial], pool: &ReferencePool) -> Result<()> {
        for trial in trials {
            let at = self.place(trial)?;
            let row = &self.rows[at];
            let all = Enrolled { row, further: self.further.get(at) };
            let references = all.references().map(|file| ("reference", file, &row.speaker));
            let mismatched = all.mismatched().map(|file| ("mismatched", file, &row.mismatched_speaker));
            for (field, file, speaker) in references.chain(mismatched) {
                if !pool.holds(speaker, file) {
                    let message =
                        format!("`{file}` is no {} recording of speaker {speaker} in this split", pool.kind());
                    return Err(self.complaint(at, field, message));
                }
            }
            if pool.hears(&row.file, &row.mismatched_speaker) {
                let message = format!("`{}` is known to be in `{}` as well", row.mismatched_speaker, row.file);
                return Err(self.complaint(at, "mismatched_speaker", message));
            }
        }
        Ok(())
    }

    fn complaint(&self, at: usize, field: &str, message: String) -> Error {
        match &self.source {
            Some(source) => Error::parse(&source.path, source.lines[at], field, message, source.remedy),
            None => {
                Error::data(format!("pairing of trial {}: {message}", self.rows[at].file), "draw the pairing again")
            }
        }
    }
}

impl ReferencePool {
    /// Checks that every trial has a reference.
    ///
    /// # Errors
    /// [`Error::Data`] that lists every speaker without a usable one.
    pub fn check(&self, trials: &[Trial], own_recording: SelfReference) -> Result<()> {
        let without = trials.iter().filter(|trial| self.matched_with(trial, 0, own_recording).is_err());
        let without: BTreeSet<&str> = without.map(|trial| trial.speaker.as_str()).collect();
        if without.is_empty() { Ok(()) } else { Err(without_reference(&without, self.kind())) }
    }
}

/// What names a trial.
pub(super) fn key(row: &PairingRow) -> (&str, &Speaker) {
    (&row.file, &row.speaker)
}

/// All speakers at once, so that a protocol is mended in one go.
pub(super) fn without_reference(speakers: &BTreeSet<&str>, kind: &str) -> Error {
    const SHOWN: usize = 20;
    let names: Vec<&str> = speakers.iter().copied().take(SHOWN).collect();
    let rest = match speakers.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let noun = if speakers.len() == 1 { "speaker has" } else { "speakers have" };
    let message =
        format!("{} {noun} no usable {kind} recording as reference: {}{rest}", speakers.len(), names.join(", "));
    Error::data(
        message,
        format!(
            "add {kind} recordings of these speakers (two, where one is a trial itself), take their trials out, or let a \
             lone recording be its own reference with --allow-self-reference"
        ),
    )
}
