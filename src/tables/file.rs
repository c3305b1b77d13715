//! Reading and writing rows as CSV: places in errors, whole files or none.

use std::path::Path;

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    error::{Error, Result},
    output::OutputFile,
};

/// Reads a CSV file with a header whose names are the fields of `Row`.
pub(super) fn read_rows<Row: DeserializeOwned>(path: &Path, table: &str) -> Result<Vec<Row>> {
    let text = std::fs::read_to_string(path);
    parse_rows(path, &text.map_err(|source| Error::io(format!("reading the {table}"), path, source))?, table)
}

/// The same from the file's text.
pub(super) fn parse_rows<Row: DeserializeOwned>(path: &Path, text: &str, table: &str) -> Result<Vec<Row>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|source| csv_error(path, table, &source))?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|source| csv_error(path, table, &source))?;
        rows.push(record.deserialize(Some(&headers)).map_err(|source| csv_error(path, table, &source))?);
    }
    Ok(rows)
}

/// Writes rows with a header, whole or not at all.
pub(super) fn write_rows<Row: Serialize>(path: &Path, rows: &[Row]) -> Result<()> {
    let mut writer = csv::Writer::from_writer(OutputFile::create(path)?);
    for row in rows {
        writer.serialize(row).map_err(|source| write_error(path, &source))?;
    }
    let output = writer
        .into_inner()
        .map_err(|failed| Error::io("writing", path, std::io::Error::other(failed.error().to_string())))?;
    output.finish().map(drop)
}

/// A malformed line, with its number and, where known, its field.
pub(super) fn csv_error(path: &Path, table: &str, source: &csv::Error) -> Error {
    let line = source.position().map_or(1, csv::Position::line);
    let (field, message) = match source.kind() {
        csv::ErrorKind::Deserialize { err, .. } => {
            let field = err.field().map_or_else(|| "columns".into(), |index| format!("column {}", index + 1));
            (field, err.kind().to_string())
        }
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            ("columns".into(), format!("expected {expected_len} columns, found {len}"))
        }
        _ => ("text".into(), source.to_string()),
    };
    Error::parse(path, line, field, message, format!("mend that line, or write the {table} again"))
}

fn write_error(path: &Path, source: &csv::Error) -> Error {
    Error::io("writing", path, std::io::Error::other(source.to_string()))
}
