//! The file of a pairing: Parquet as runs hold it, or CSV; one row a trial, read back and checked row by row.

use std::{
    collections::{HashMap, HashSet},
    io::Cursor,
    path::Path,
};

use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, ParquetWriter, StringChunked};

use super::{
    enrolled::Further,
    pairing::{Pairing, PairingRow, PairingSource, key},
    references::SelfReference,
};
use crate::{
    error::{Error, Result},
    output::OutputFile,
    protocol::parquet,
    trial::Speaker,
};

const COLUMNS: [&str; 5] = ["file", "speaker", "reference", "mismatched", "mismatched_speaker"];
/// What a pairing of several recordings a speaker has too.
const FURTHER: [&str; 2] = ["further_references", "further_mismatched"];
const REMEDY: &str = "mend that line, or draw the pairing again";
const PARQUET_REMEDY: &str = "mend that row of the table, counted from 1, or draw the pairing again";

impl Pairing {
    /// Reads a pairing file, CSV or Parquet, which its first bytes tell.
    ///
    /// # Errors
    /// Where the file is missing or broken, its columns differ, or a line lacks a name, repeats a trial, or names the trial as
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
        let bytes = std::fs::read(path).map_err(|source| Error::io("reading the pairing", path, source))?;
        if parquet::is(&bytes) { of_parquet(path, bytes, own_recording) } else { of_csv(path, &bytes, own_recording) }
    }

    /// Writes the pairing file: as Parquet where the name ends in `.parquet`, else as CSV with a header.
    ///
    /// # Errors
    /// Where the place is not writable, or a name cannot stand in a list of several.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        OutputFile::write_all_to(path, self.to_bytes(path)?).map(drop)
    }

    /// What [`write`](Self::write) would write to a file of that name: the same bytes for the same pairing.
    ///
    /// # Errors
    /// Where a name cannot stand in a list of several.
    pub fn to_bytes(&self, path: impl AsRef<Path>) -> Result<Vec<u8>> {
        if path.as_ref().extension().is_some_and(|ending| ending == "parquet") {
            self.to_parquet()
        } else {
            self.to_csv()
        }
    }

    fn to_parquet(&self) -> Result<Vec<u8>> {
        let fields: [fn(&PairingRow) -> &str; 5] = [
            |row| &row.file,
            |row| row.speaker.as_str(),
            |row| &row.reference,
            |row| &row.mismatched,
            |row| row.mismatched_speaker.as_str(),
        ];
        let text = |name: &str, values: Vec<&str>| StringChunked::new(name.into(), values).into_column();
        let rows = |field: fn(&PairingRow) -> &str| self.rows.iter().map(field).collect();
        let mut columns: Vec<Column> = COLUMNS.into_iter().zip(fields).map(|(name, of)| text(name, rows(of))).collect();
        if !self.further.is_empty() {
            let further = self.further.iter().map(Further::fields).collect::<Result<Vec<_>>>()?;
            let lists = |at: usize| further.iter().map(|lists| lists[at].as_str()).collect();
            columns.extend(FURTHER.into_iter().enumerate().map(|(at, name)| text(name, lists(at))));
        }
        let mut bytes = Vec::new();
        let frame = DataFrame::new(self.rows.len(), columns);
        let written = frame.and_then(|mut frame| ParquetWriter::new(&mut bytes).finish(&mut frame));
        written.map_err(|source| unwritten(&source))?;
        Ok(bytes)
    }

    fn to_csv(&self) -> Result<Vec<u8>> {
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
        let further = if self.further.is_empty() { &[][..] } else { &FURTHER };
        writer.write_record(COLUMNS.iter().chain(further)).map_err(|source| unwritten(&source))?;
        for (at, row) in self.rows.iter().enumerate() {
            let written = match self.further.get(at) {
                Some(further) => writer.serialize((row, further.fields()?)),
                None => writer.serialize(row),
            };
            written.map_err(|source| unwritten(&source))?;
        }
        writer.into_inner().map_err(|source| unwritten(source.error()))
    }
}

fn unwritten(source: &dyn std::error::Error) -> Error {
    Error::data(format!("the pairing cannot be written: {source}"), "report it")
}

fn of_csv(path: &Path, bytes: &[u8], own_recording: SelfReference) -> Result<Pairing> {
    let unreadable = |source: csv::Error| {
        let line = source.position().map_or(1, csv::Position::line);
        Error::parse(path, line, "text", source.to_string(), REMEDY)
    };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(Cursor::new(bytes));
    let header: Vec<String> = reader.headers().map_err(unreadable)?.iter().map(String::from).collect();
    let mut reading = Reading::new(path, REMEDY, own_recording, &header)?;
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        let line = record.position().map_or(0, csv::Position::line);
        reading.push(line, &record.iter().collect::<Vec<_>>())?;
    }
    reading.finish()
}

/// What is null is empty.
fn of_parquet(path: &Path, bytes: Vec<u8>, own_recording: SelfReference) -> Result<Pairing> {
    let frame = parquet::texts(path, bytes)?;
    let header: Vec<String> = frame.get_column_names().iter().map(|name| name.to_string()).collect();
    let mut reading = Reading::new(path, PARQUET_REMEDY, own_recording, &header)?;
    let mut columns: Vec<_> =
        frame.columns().iter().filter_map(|column| column.str().ok()).map(|texts| texts.iter()).collect();
    let mut fields = Vec::with_capacity(columns.len());
    for row in (1..).take(frame.height()) {
        fields.clear();
        fields.extend(columns.iter_mut().filter_map(Iterator::next).map(Option::unwrap_or_default));
        reading.push(row, &fields)?;
    }
    reading.finish()
}

/// A fault of a row: the field, and what is wrong with it.
type Fault = (&'static str, String);

/// The rows of a file so far.
struct Reading {
    source: PairingSource,
    own_recording: SelfReference,
    /// Columns of the file.
    width: usize,
    /// Where in it [`COLUMNS`] are, and [`FURTHER`] if it has them.
    places: Vec<usize>,
    rows: Vec<PairingRow>,
    further: Vec<Further>,
    /// Each name held once.
    speakers: HashSet<Speaker>,
}

impl Reading {
    fn new(path: &Path, remedy: &'static str, own_recording: SelfReference, header: &[String]) -> Result<Self> {
        let place = |name: &str| header.iter().position(|column| column == name);
        let wanted: Vec<&str> = match FURTHER.iter().any(|name| place(name).is_some()) {
            true => COLUMNS.into_iter().chain(FURTHER).collect(),
            false => COLUMNS.into(),
        };
        let places: Vec<usize> = wanted.iter().filter_map(|name| place(name)).collect();
        if places.len() < wanted.len() || header.len() > wanted.len() {
            let message = format!("expected the columns {} in any order, found {}", wanted.join(","), header.join(","));
            let mut surplus = header.iter().filter(|name| !wanted.contains(&name.as_str()));
            let remedy = match surplus.next() {
                Some(name) if places.len() == wanted.len() => {
                    format!("leave out the column `{name}`, which pandas does with index=False")
                }
                _ => "name the columns so, or draw the pairing again".into(),
            };
            return Err(Error::parse(path, 1, "header", message, remedy));
        }
        let source = PairingSource { path: path.into(), lines: vec![], remedy };
        let width = header.len();
        Ok(Self { source, own_recording, width, places, rows: vec![], further: vec![], speakers: HashSet::new() })
    }

    fn push(&mut self, line: u64, fields: &[&str]) -> Result<()> {
        self.source.lines.push(line);
        let pushed = self.push_fields(fields);
        pushed.map_err(|(field, message)| Error::parse(&self.source.path, line, field, message, self.source.remedy))
    }

    fn push_fields(&mut self, fields: &[&str]) -> Result<(), Fault> {
        if fields.len() != self.width {
            return Err(("columns", format!("expected {} columns, found {}", self.width, fields.len())));
        }
        let fields: Vec<&str> = self.places.iter().map(|&at| fields[at]).collect();
        let (first, further) = fields.split_at(COLUMNS.len());
        if let &[reference, mismatched] = further {
            let further = Further::of_fields([reference, mismatched]);
            let taken = [first[0], first[2]];
            if let Some(file) = further.reference.iter().find(|file| taken.contains(&file.as_str())) {
                return Err((FURTHER[0], format!("`{file}` is the trial itself, or its reference already")));
            }
            self.further.push(further);
        }
        let row = self.row(first)?;
        self.rows.push(row);
        Ok(())
    }

    fn row(&mut self, fields: &[&str]) -> Result<PairingRow, Fault> {
        let &[file, speaker, reference, mismatched, mismatched_speaker] = fields else {
            return Err(("columns", format!("expected 5 columns, found {}", fields.len())));
        };
        if let Some(empty) = fields.iter().position(|field| field.is_empty()) {
            return Err((COLUMNS[empty], "is empty".into()));
        }
        if reference == file && self.own_recording == SelfReference::Never {
            let message = format!("`{file}` is its own reference, which only --allow-self-reference takes");
            return Err(("reference", message));
        }
        if mismatched_speaker == speaker {
            return Err(("mismatched_speaker", format!("`{speaker}` is the claimed speaker")));
        }
        Ok(PairingRow {
            file: file.into(),
            speaker: self.shared(speaker),
            reference: reference.into(),
            mismatched: mismatched.into(),
            mismatched_speaker: self.shared(mismatched_speaker),
        })
    }

    fn shared(&mut self, name: &str) -> Speaker {
        let name = Speaker::from(name);
        if let Some(known) = self.speakers.get(&name) {
            return known.clone();
        }
        self.speakers.insert(name.clone());
        name
    }

    fn finish(self) -> Result<Pairing> {
        let PairingSource { path, lines, remedy } = &self.source;
        let mut first = HashMap::with_capacity(self.rows.len());
        for (row, &line) in self.rows.iter().zip(lines) {
            if let Some(earlier) = first.insert(key(row), line) {
                let message = format!("trial {} stands on line {earlier} already", row.file);
                return Err(Error::parse(path, line, "file", message, *remedy));
            }
        }
        drop(first);
        let mut pairing = Pairing::from_rows(self.rows, Some(self.source))?;
        pairing.further = self.further;
        Ok(pairing)
    }
}
