//! A Parquet file's columns as text; and the whole as the text of a CSV file with a header, which is read as any other, its lines
//! counting the header.

use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use polars::prelude::{Column, DataFrame, DataType, ParquetReader, SerReader};

use crate::error::{Error, Result};

const REMEDY: &str = "write the table again, as Parquet with columns of text, or as CSV";

/// Whether these are a Parquet file's first bytes.
pub(crate) fn is(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PAR1")
}

/// The table with all its columns as text, equally long.
///
/// Polars trusts what a file says of itself; where that is wrong it may panic, which is an error of the file here.
pub(crate) fn texts(path: &Path, bytes: Vec<u8>) -> Result<DataFrame> {
    let read = catch_unwind(AssertUnwindSafe(|| read_trusting(path, bytes)));
    read.unwrap_or_else(|_| Err(broken(path, "its parts contradict each other")))
}

/// The table as text. What is null is `-`.
pub(super) fn text(path: &Path, bytes: Vec<u8>) -> Result<String> {
    written(path, &texts(path, bytes)?)
}

fn read_trusting(path: &Path, bytes: Vec<u8>) -> Result<DataFrame> {
    let frame = ParquetReader::new(Cursor::new(bytes)).finish();
    let frame = frame.map_err(|source| broken(path, &source.to_string()))?;
    let columns: Vec<Column> = frame.columns().iter().map(|column| as_text(path, column)).collect::<Result<_>>()?;
    DataFrame::new(frame.height(), columns).map_err(|source| broken(path, &source.to_string()))
}

fn broken(path: &Path, message: &str) -> Error {
    Error::parse(path, 1, "table", format!("a broken Parquet file: {message}"), REMEDY)
}

fn as_text(path: &Path, column: &Column) -> Result<Column> {
    column.cast(&DataType::String).map_err(|source| {
        let message = format!("{} cannot be read as text: {source}", column.dtype());
        Error::parse(path, 1, column.name().as_str(), message, REMEDY)
    })
}

fn written(path: &Path, frame: &DataFrame) -> Result<String> {
    let mut text = String::new();
    for (at, name) in frame.get_column_names().into_iter().enumerate() {
        push(path, 1, name, at, &mut text)?;
    }
    text.push('\n');
    let columns = frame.columns().iter().filter_map(|column| column.str().ok());
    let mut values: Vec<_> = columns.map(|texts| texts.iter()).collect();
    for line in (2..).take(frame.height()) {
        for (at, values) in values.iter_mut().enumerate() {
            push(path, line, values.next().flatten().unwrap_or("-"), at, &mut text)?;
        }
        text.push('\n');
    }
    Ok(text)
}

/// A field, in quotes where it holds a comma or a quote.
fn push(path: &Path, line: u64, field: &str, at: usize, text: &mut String) -> Result<()> {
    if field.contains(['\n', '\r']) {
        return Err(Error::parse(path, line, "table", "a value holds a line break", "take the line breaks out"));
    }
    if at > 0 {
        text.push(',');
    }
    if field.contains(['"', ',']) {
        text.push('"');
        text.push_str(&field.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(field);
    }
    Ok(())
}
