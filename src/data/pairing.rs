//! The pairing file: which reference each trial has, drawn once and written down, so that a run can be repeated and two
//! conditions differ in the condition only.

use std::{
    collections::{BTreeSet, HashMap},
    fs::File,
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::references::ReferencePool;
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
    /// A bona fide recording of that speaker.
    pub reference: String,
    /// A bona fide recording of another.
    pub mismatched: String,
    /// That other speaker.
    pub mismatched_speaker: Speaker,
}

const COLUMNS: [&str; 5] = ["file", "speaker", "reference", "mismatched", "mismatched_speaker"];
const REMEDY: &str = "mend that line, or draw the pairing again";

/// The references of all trials of a split.
#[derive(Clone, Debug, Default)]
pub struct Pairing {
    /// In the order of the protocol.
    pub rows: Vec<PairingRow>,
    index: HashMap<(String, Speaker), usize>,
}

impl PartialEq for Pairing {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
    }
}

impl Pairing {
    /// Draws references for all trials; a function of the seed and each trial's file.
    ///
    /// # Errors
    /// [`Error::Data`] that lists every speaker without a usable reference.
    pub fn draw(trials: &[Trial], seed: u64) -> Result<Self> {
        let pool = ReferencePool::new(trials);
        let mut rows = Vec::with_capacity(trials.len());
        let mut without = BTreeSet::new();
        for trial in trials {
            match pool.matched(trial, seed) {
                Ok(reference) => {
                    let (mismatched, other) = pool.mismatched(trial, seed)?;
                    rows.push(PairingRow {
                        file: trial.file.clone(),
                        speaker: trial.speaker.clone(),
                        reference: reference.into(),
                        mismatched: mismatched.into(),
                        mismatched_speaker: other.clone(),
                    });
                }
                Err(_) => drop(without.insert(trial.speaker.as_str())),
            }
        }
        if !without.is_empty() {
            return Err(without_reference(&without));
        }
        Ok(Self::from_rows(rows))
    }

    fn from_rows(rows: Vec<PairingRow>) -> Self {
        let key = |row: &PairingRow| (row.file.clone(), row.speaker.clone());
        let index = rows.iter().enumerate().map(|(at, row)| (key(row), at)).collect();
        Self { rows, index }
    }

    /// The references of a trial.
    ///
    /// # Errors
    /// [`Error::Data`] where the pairing was drawn for other trials.
    pub fn get(&self, trial: &Trial) -> Result<&PairingRow> {
        let at = self.index.get(&(trial.file.clone(), trial.speaker.clone()));
        at.and_then(|&at| self.rows.get(at)).ok_or_else(|| {
            let message = format!("the pairing has no reference for trial {} of {}", trial.file, trial.speaker);
            Error::data(message, "draw the pairing for this protocol again")
        })
    }

    /// Reads a pairing file.
    ///
    /// # Errors
    /// Where the file is missing, its header differs, or a line lacks a name, repeats a trial, or names the trial as
    /// its own reference.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|source| Error::io("reading the pairing", path, source))?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
        let header = reader.headers().map_err(|source| unreadable(path, &source))?;
        if header.iter().ne(COLUMNS) {
            let message = format!("expected the header {}", COLUMNS.join(","));
            return Err(Error::parse(path, 1, "header", message, REMEDY));
        }
        let mut rows = Vec::new();
        let mut first = HashMap::new();
        for record in reader.records() {
            let record = record.map_err(|source| unreadable(path, &source))?;
            let line = record.position().map_or(0, csv::Position::line);
            let row = row(&record).map_err(|(field, message)| Error::parse(path, line, field, message, REMEDY))?;
            if let Some(earlier) = first.insert((row.file.clone(), row.speaker.clone()), line) {
                let message = format!("trial {} stands on line {earlier} already", row.file);
                return Err(Error::parse(path, line, "file", message, REMEDY));
            }
            rows.push(row);
        }
        Ok(Self::from_rows(rows))
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

fn row(record: &csv::StringRecord) -> std::result::Result<PairingRow, (&'static str, String)> {
    let fields: Vec<&str> = record.iter().collect();
    let &[file, speaker, reference, mismatched, mismatched_speaker] = &fields[..] else {
        return Err(("columns", format!("expected 5 columns, found {}", fields.len())));
    };
    if let Some(empty) = fields.iter().position(|field| field.is_empty()) {
        return Err((COLUMNS[empty], "is empty".into()));
    }
    if reference == file {
        return Err(("reference", format!("`{file}` is its own reference")));
    }
    if mismatched_speaker == speaker {
        return Err(("mismatched_speaker", format!("`{speaker}` is the claimed speaker")));
    }
    Ok(PairingRow {
        file: file.into(),
        speaker: speaker.into(),
        reference: reference.into(),
        mismatched: mismatched.into(),
        mismatched_speaker: mismatched_speaker.into(),
    })
}

fn unreadable(path: &Path, source: &csv::Error) -> Error {
    Error::parse(path, source.position().map_or(1, csv::Position::line), "text", source.to_string(), REMEDY)
}

/// All speakers at once, so that a protocol is mended in one go.
fn without_reference(speakers: &BTreeSet<&str>) -> Error {
    const SHOWN: usize = 20;
    let names: Vec<&str> = speakers.iter().copied().take(SHOWN).collect();
    let rest = match speakers.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let noun = if speakers.len() == 1 { "speaker has" } else { "speakers have" };
    let message =
        format!("{} {noun} no usable bona fide recording as reference: {}{rest}", speakers.len(), names.join(", "));
    Error::data(
        message,
        "add bona fide recordings of these speakers (two, where one is a trial itself), or take their trials out",
    )
}
