//! Reading and writing rows as CSV: places in errors, whole files or none.

use std::path::Path;

use polars::prelude::{ChunkedArray, Column, DataFrame, Float64Type, IntoColumn, NamedFrom, StringChunked};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

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
        .map_err(|failed| Error::io("writing", path, std::io::Error::from(failed.error().kind())))?;
    output.finish().map(drop)
}

/// Rows as a data frame: a column of numbers where all values are numbers or null, else text.
pub(crate) fn frame_of<Row: Serialize>(rows: &[Row]) -> Result<DataFrame> {
    let values: Vec<Value> =
        rows.iter().map(|row| serde_json::to_value(row).expect("rows of plain data serialise")).collect();
    let fields = |row: &Value| row.as_object().map_or_else(Vec::new, |fields| fields.keys().cloned().collect());
    let names: Vec<String> = values.first().map_or_else(Vec::new, fields);
    let columns = names.iter().map(|name| column(name, &values)).collect();
    DataFrame::new(rows.len(), columns)
        .map_err(|source| Error::data(format!("the rows make no data frame: {source}"), "report this with the table"))
}

fn column(name: &str, rows: &[Value]) -> Column {
    if rows.iter().all(|row| row[name].is_number() || row[name].is_null()) {
        let numbers: Vec<Option<f64>> = rows.iter().map(|row| row[name].as_f64()).collect();
        return ChunkedArray::<Float64Type>::new(name.into(), numbers).into_column();
    }
    let texts: Vec<Option<&str>> = rows.iter().map(|row| row[name].as_str()).collect();
    StringChunked::new(name.into(), texts).into_column()
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
    let source = match source.kind() {
        // With its kind, from which the remedy follows.
        csv::ErrorKind::Io(failed) => std::io::Error::from(failed.kind()),
        _ => std::io::Error::other(source.to_string()),
    };
    Error::io("writing", path, source)
}
