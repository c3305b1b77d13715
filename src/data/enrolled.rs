//! Several recordings of a speaker as the reference of a trial: those by which he is enrolled (ASVspoof 5 track 2), or some of
//! his bona fide ones.

use std::{fmt, str::FromStr};

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::{draw, pairing::PairingRow, references::ReferencePool};
use crate::{
    error::{Error, Result},
    trial::{Speaker, Trial},
};

/// How a speaker's recordings are heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Enrolment {
    /// One of them, drawn for the trial.
    #[default]
    One,
    /// All, the frames of one after those of the other: keys and values of one attention.
    Concatenate,
    /// All, each by itself: the attention's output is averaged.
    Average,
}

impl Enrolment {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::One, Self::Concatenate, Self::Average];
}

impl fmt::Display for Enrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::One => "one",
            Self::Concatenate => "concatenate",
            Self::Average => "average",
        })
    }
}

impl FromStr for Enrolment {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|mode| mode.to_string() == text).ok_or_else(|| {
            let message = format!("`{text}` is no way to hear a speaker's recordings");
            Error::config("enrolment", message, "use one, concatenate or average")
        })
    }
}

/// The recordings of a trial beside the first of each side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Further {
    pub(super) reference: Vec<String>,
    pub(super) mismatched: Vec<String>,
}

/// All recordings that a trial is held against.
#[derive(Clone, Copy, Debug)]
pub struct Enrolled<'a> {
    /// The trial with the first of each side.
    pub row: &'a PairingRow,
    pub(super) further: Option<&'a Further>,
}

impl<'a> Enrolled<'a> {
    /// Those of the claimed speaker.
    pub fn references(self) -> impl Iterator<Item = &'a str> + Clone {
        let further = self.further.map_or(&[][..], |further| &further.reference);
        std::iter::once(self.row.reference.as_str()).chain(further.iter().map(String::as_str))
    }

    /// Those of the other speaker.
    pub fn mismatched(self) -> impl Iterator<Item = &'a str> + Clone {
        let further = self.further.map_or(&[][..], |further| &further.mismatched);
        std::iter::once(self.row.mismatched.as_str()).chain(further.iter().map(String::as_str))
    }
}

impl Further {
    /// Draws them, as many as make `size` with the first ones, or takes all; in the order of their names.
    pub(super) fn draw(pool: &ReferencePool, trial: &Trial, row: &PairingRow, seed: u64, size: Option<usize>) -> Self {
        let of = |purpose: &str, speaker: &Speaker, first: &str| {
            let mut files: Vec<String> =
                pool.of(speaker).iter().filter(|file| *file != first && **file != trial.file).cloned().collect();
            let wanted = size.map_or(files.len(), |size| size.saturating_sub(1)).min(files.len());
            if wanted < files.len() {
                let (mut random, count) = (draw::stream(seed, purpose, &trial.file), files.len() as u64);
                for place in 0..wanted {
                    files.swap(place, random.random_range(place as u64..count) as usize);
                }
                files.truncate(wanted);
                files.sort_unstable();
            }
            files
        };
        Self {
            reference: of("enrolled", &trial.speaker, &row.reference),
            mismatched: of("enrolled mismatched", &row.mismatched_speaker, &row.mismatched),
        }
    }

    /// From the two fields of a pairing file.
    pub(super) fn of_fields([reference, mismatched]: [&str; 2]) -> Self {
        let list = |field: &str| match field {
            "" => vec![],
            field => field.split(SEPARATOR).map(String::from).collect(),
        };
        Self { reference: list(reference), mismatched: list(mismatched) }
    }

    /// The two fields of a pairing file.
    ///
    /// # Errors
    /// Where a name holds what parts names.
    pub(super) fn fields(&self) -> Result<[String; 2]> {
        let field = |files: &[String]| match files.iter().find(|file| file.is_empty() || file.contains(SEPARATOR)) {
            Some(file) => {
                let message = format!("`{file}` cannot stand in a list of recordings, which `{SEPARATOR}` parts");
                Err(Error::data(message, "use --enrolment one, or rename the recording"))
            }
            None => Ok(files.join(&SEPARATOR.to_string())),
        };
        Ok([field(&self.reference)?, field(&self.mismatched)?])
    }
}

/// Between names, as in the enrolment lists.
const SEPARATOR: char = ',';
