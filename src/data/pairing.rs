//! The pairing file: which reference each trial has, drawn once and written down, so that a run can be repeated and two
//! conditions differ in the condition only.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fs::File,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::references::{ReferencePool, SelfReference};
use crate::{
    error::{Error, Result},
    output::OutputFile,
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

const COLUMNS: [&str; 5] = ["file", "speaker", "reference", "mismatched", "mismatched_speaker"];
const REMEDY: &str = "mend that line, or draw the pairing again";

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
    /// Their places in the order of file and speaker.
    order: Vec<u32>,
    /// The file that they were read from, and the line of each.
    source: Option<(PathBuf, Vec<u64>)>,
}

impl PartialEq for Pairing {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
    }
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
        let mut rows = Vec::with_capacity(trials.len());
        let mut without = BTreeSet::new();
        for trial in trials {
            let Ok(reference) = pool.matched_with(trial, seed, own_recording) else {
                without.insert(trial.speaker.as_str());
                continue;
            };
            let (mismatched, other) = pool.mismatched(trial, seed)?;
            rows.push(PairingRow {
                file: trial.file.clone(),
                speaker: trial.speaker.clone(),
                reference: reference.into(),
                mismatched: mismatched.into(),
                mismatched_speaker: other.clone(),
            });
        }
        if !without.is_empty() {
            return Err(without_reference(&without, pool.kind()));
        }
        Self::from_rows(rows, None)
    }

    fn from_rows(rows: Vec<PairingRow>, source: Option<(PathBuf, Vec<u64>)>) -> Result<Self> {
        let too_many = |_| Error::data(format!("{} trials are too many", rows.len()), "pair them in parts");
        let mut order: Vec<u32> = (0..u32::try_from(rows.len()).map_err(too_many)?).collect();
        order.sort_unstable_by_key(|&at| key(&rows[at as usize]));
        Ok(Self { rows, order, source })
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
            let place = self.source.as_ref().map_or_else(String::new, |(path, _)| format!(" {}", path.display()));
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
            for (field, file, speaker) in
                [("reference", &row.reference, &row.speaker), ("mismatched", &row.mismatched, &row.mismatched_speaker)]
            {
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
            Some((path, lines)) => Error::parse(path, lines[at], field, message, REMEDY),
            None => {
                Error::data(format!("pairing of trial {}: {message}", self.rows[at].file), "draw the pairing again")
            }
        }
    }

    /// Reads a pairing file.
    ///
    /// # Errors
    /// Where the file is missing, its header differs, or a line lacks a name, repeats a trial, or names the trial as
    /// its own reference.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Self::read_with(path, SelfReference::Never)
    }

    /// As [`read`](Self::read), where a trial may be its own reference if that is asked for.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_with(path: impl AsRef<Path>, own_recording: SelfReference) -> Result<Self> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|source| Error::io("reading the pairing", path, source))?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
        let header = reader.headers().map_err(|source| unreadable(path, &source))?;
        if header.iter().ne(COLUMNS) {
            let message = format!("expected the header {}", COLUMNS.join(","));
            return Err(Error::parse(path, 1, "header", message, REMEDY));
        }
        let (mut rows, mut lines, mut speakers) = (Vec::new(), Vec::new(), HashSet::new());
        for record in reader.records() {
            let record = record.map_err(|source| unreadable(path, &source))?;
            let line = record.position().map_or(0, csv::Position::line);
            let row = row(&record, own_recording, &mut speakers)
                .map_err(|(field, message)| Error::parse(path, line, field, message, REMEDY))?;
            rows.push(row);
            lines.push(line);
        }
        refuse_repeats(path, &rows, &lines)?;
        Self::from_rows(rows, Some((path.into(), lines)))
    }

    /// Writes the pairing file, CSV with a header.
    ///
    /// # Errors
    /// Where the place is not writable.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let failed = |cause: String| Error::io("writing the pairing", path, std::io::Error::other(cause));
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(OutputFile::create(path)?);
        writer.write_record(COLUMNS).map_err(|source| failed(source.to_string()))?;
        for row in &self.rows {
            writer.serialize(row).map_err(|source| failed(source.to_string()))?;
        }
        let output = writer.into_inner().map_err(|source| failed(source.error().to_string()))?;
        output.finish().map(drop)
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
fn key(row: &PairingRow) -> (&str, &Speaker) {
    (&row.file, &row.speaker)
}

fn refuse_repeats(path: &Path, rows: &[PairingRow], lines: &[u64]) -> Result<()> {
    let mut first = HashMap::with_capacity(rows.len());
    for (row, &line) in rows.iter().zip(lines) {
        if let Some(earlier) = first.insert(key(row), line) {
            let message = format!("trial {} stands on line {earlier} already", row.file);
            return Err(Error::parse(path, line, "file", message, REMEDY));
        }
    }
    Ok(())
}

fn row(
    record: &csv::StringRecord,
    own_recording: SelfReference,
    speakers: &mut HashSet<Speaker>,
) -> std::result::Result<PairingRow, (&'static str, String)> {
    let fields: Vec<&str> = record.iter().collect();
    let &[file, speaker, reference, mismatched, mismatched_speaker] = &fields[..] else {
        return Err(("columns", format!("expected 5 columns, found {}", fields.len())));
    };
    if let Some(empty) = fields.iter().position(|field| field.is_empty()) {
        return Err((COLUMNS[empty], "is empty".into()));
    }
    if reference == file && own_recording == SelfReference::Never {
        return Err(("reference", format!("`{file}` is its own reference, which only --allow-self-reference takes")));
    }
    if mismatched_speaker == speaker {
        return Err(("mismatched_speaker", format!("`{speaker}` is the claimed speaker")));
    }
    let mut shared = |name: &str| {
        let name = Speaker::from(name);
        let known = speakers.get(&name).cloned();
        known.unwrap_or_else(|| {
            speakers.insert(name.clone());
            name
        })
    };
    Ok(PairingRow {
        file: file.into(),
        speaker: shared(speaker),
        reference: reference.into(),
        mismatched: mismatched.into(),
        mismatched_speaker: shared(mismatched_speaker),
    })
}

fn unreadable(path: &Path, source: &csv::Error) -> Error {
    Error::parse(path, source.position().map_or(1, csv::Position::line), "text", source.to_string(), REMEDY)
}

/// All speakers at once, so that a protocol is mended in one go.
fn without_reference(speakers: &BTreeSet<&str>, kind: &str) -> Error {
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
