//! A split in numbers, for the record of a run.

use std::{collections::BTreeSet, fmt::Write, path::PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::split::Split;
use crate::{
    error::{Error, Result},
    trial::{Label, Trial},
};

/// One split of a corpus, counted, with its protocol's fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitSummary {
    /// `train`, `dev` or `eval`.
    pub split: String,
    /// Bona fide trials.
    pub bonafide: usize,
    /// Spoof trials.
    pub spoof: usize,
    /// Speakers.
    pub speakers: usize,
    /// Spoofing systems, sorted.
    pub attacks: Vec<String>,
    /// The protocol's file name, or the names of several.
    pub protocol: String,
    /// SHA-256 of the protocol, or of several one after the other, in hexadecimal.
    pub sha256: String,
}

impl SplitSummary {
    pub(super) fn of(split: Split, protocols: &[PathBuf], trials: &[Trial]) -> Result<Self> {
        let mut hash = Sha256::new();
        for path in protocols {
            hash.update(std::fs::read(path).map_err(|source| Error::io("reading the protocol", path, source))?);
        }
        let name = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let count = |label| trials.iter().filter(|trial| trial.label == Some(label)).count();
        let speakers: BTreeSet<_> = trials.iter().map(|trial| &trial.speaker).collect();
        let attacks: BTreeSet<_> =
            trials.iter().filter(|trial| trial.label == Some(Label::Spoof)).map(|trial| &trial.attack).collect();
        Ok(Self {
            split: split.to_string(),
            bonafide: count(Label::Bonafide),
            spoof: count(Label::Spoof),
            speakers: speakers.len(),
            attacks: attacks.into_iter().map(ToString::to_string).collect(),
            protocol: protocols.iter().filter_map(name).collect::<Vec<_>>().join(", "),
            sha256: hexadecimal(&hash.finalize()),
        })
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all text");
        text
    })
}
