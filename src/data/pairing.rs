//! The pairing file: which reference each trial has, drawn once and written down, so that a run can be repeated and two
//! conditions differ in the condition only.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fs::File,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    enrolled::{Enrolled, Enrolment, Further},
    references::{ReferencePool, SelfReference},
};
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
/// What a pairing of several recordings a speaker has too.
const FURTHER: [&str; 2] = ["further_references", "further_mismatched"];
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
    /// Beside the first ones, where a speaker is heard by several recordings; else empty.
    pub(super) further: Vec<Further>,
    pub(super) enrolment: Enrolment,
    /// Their places in the order of file and speaker.
    order: Vec<u32>,
    /// The file that they were read from, and the line of each.
    source: Option<(PathBuf, Vec<u64>)>,
}

impl PartialEq for Pairing {
    fn eq(&self, other: &Self) -> bool {
        (&self.rows, &self.further) == (&other.rows, &other.further)
    }
}

impl Pairing {
    pub(super) fn from_rows(rows: Vec<PairingRow>, source: Option<(PathBuf, Vec<u64>)>) -> Result<Self> {
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
        let several = header.iter().eq(COLUMNS.into_iter().chain(FURTHER));
        if header.iter().ne(COLUMNS) && !several {
            let message = format!("expected the header {}", COLUMNS.join(","));
            return Err(Error::parse(path, 1, "header", message, REMEDY));
        }
        let (mut rows, mut lines, mut speakers) = (Vec::new(), Vec::new(), HashSet::new());
        let mut further = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|source| unreadable(path, &source))?;
            let line = record.position().map_or(0, csv::Position::line);
            let bad = |(field, message)| Error::parse(path, line, field, message, REMEDY);
            let first = if several {
                further.push(further_of(&record).map_err(bad)?);
                record.iter().take(COLUMNS.len()).collect()
            } else {
                record
            };
            rows.push(row(&first, own_recording, &mut speakers).map_err(bad)?);
            lines.push(line);
        }
        refuse_repeats(path, &rows, &lines)?;
        Ok(Self { further, ..Self::from_rows(rows, Some((path.into(), lines)))? })
    }

    /// Writes the pairing file, CSV with a header.
    ///
    /// # Errors
    /// Where the place is not writable, or a name cannot stand in a list of several.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        OutputFile::write_all_to(path, self.to_bytes()?).map(drop)
    }

    /// What [`write`](Self::write) writes.
    ///
    /// # Errors
    /// Where a name cannot stand in a list of several.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let failed = |source: csv::Error| Error::data(format!("the pairing cannot be written: {source}"), "report it");
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
        let further = if self.further.is_empty() { &[][..] } else { &FURTHER };
        writer.write_record(COLUMNS.iter().chain(further)).map_err(failed)?;
        for (at, row) in self.rows.iter().enumerate() {
            let written = match self.further.get(at) {
                Some(further) => writer.serialize((row, further.fields()?)),
                None => writer.serialize(row),
            };
            written.map_err(failed)?;
        }
        writer.into_inner().map_err(|source| failed(source.into_error().into()))
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

/// The two fields of further recordings.
fn further_of(record: &csv::StringRecord) -> std::result::Result<Further, (&'static str, String)> {
    match (record.get(COLUMNS.len()), record.get(COLUMNS.len() + 1), record.len()) {
        (Some(reference), Some(mismatched), 7) => {
            let further = Further::of_fields([reference, mismatched]);
            let taken = [&record[0], &record[2]];
            match further.reference.iter().find(|file| taken.contains(&file.as_str())) {
                Some(file) => Err((FURTHER[0], format!("`{file}` is the trial itself, or its reference already"))),
                None => Ok(further),
            }
        }
        _ => Err(("columns", format!("expected 7 columns, found {}", record.len()))),
    }
}

fn unreadable(path: &Path, source: &csv::Error) -> Error {
    Error::parse(path, source.position().map_or(1, csv::Position::line), "text", source.to_string(), REMEDY)
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
