//! Score tables as Parquet, through Polars: columns by the same names as in a text file with a header.
//!
//! A truncated file and nearly every damaged one is an error. One limit is Polars' own (0.55): damage inside a page can make it
//! ask for more memory than there is, which ends the process.

use std::{
    borrow::Cow,
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use polars::prelude::*;

use super::{
    ScoreFileOptions, ScoreFormat, detect,
    plan::{Plan, Role},
    row::Rows,
};
use crate::{
    error::{Error, Result},
    protocol::{fields::Delimiter, normalised},
};

/// What a Parquet file begins and ends with.
pub(super) const MAGIC: &[u8] = b"PAR1";

const REMEDY: &str = "write the table again, with columns `file` and `score`, or name its columns";

/// The plan and rows of a Parquet file's bytes.
///
/// Polars trusts what a file says of itself; where that is wrong it may panic, which is an error of the file here.
pub(super) fn read(path: &Path, bytes: Vec<u8>, options: &ScoreFileOptions, strict: bool) -> Result<(Plan, Rows)> {
    let read = catch_unwind(AssertUnwindSafe(|| read_trusting(path, bytes, options, strict)));
    read.unwrap_or_else(|_| Err(broken(path, "its parts contradict each other")))
}

fn broken(path: &Path, message: &str) -> Error {
    Error::parse(path, 1, "table", format!("a broken Parquet file: {message}"), REMEDY)
}

fn read_trusting(path: &Path, bytes: Vec<u8>, options: &ScoreFileOptions, strict: bool) -> Result<(Plan, Rows)> {
    let frame = ParquetReader::new(Cursor::new(bytes)).finish();
    let frame = frame.map_err(|source| broken(path, &source.to_string()))?;
    let names: Vec<String> = frame.get_column_names().iter().map(|name| normalised(name)).collect();
    let plan = detect::by_name(&names, Delimiter::Character(','), options).ok_or_else(|| {
        Error::parse(path, 1, "columns", format!("no file and score among {}", names.join(", ")), REMEDY)
    })?;
    let plan = Plan { format: ScoreFormat::Parquet, note: "columns by name".into(), ..plan }.settled(options);
    let used = frame.columns().iter().zip(&plan.roles);
    let texts: Vec<Option<Column>> = used
        .map(|(column, role)| (*role != Role::Skip).then(|| texts(path, column)).transpose())
        .collect::<Result<_>>()?;
    if texts.iter().flatten().any(|column| column.len() != frame.height()) {
        return Err(broken(path, "its columns are not equally long"));
    }
    let rows = rows(path, &plan, &texts, frame.height(), strict);
    Ok((plan, rows))
}

fn rows(path: &Path, plan: &Plan, texts: &[Option<Column>], height: usize, strict: bool) -> Rows {
    let columns: Vec<Option<&StringChunked>> =
        texts.iter().map(|column| column.as_ref().and_then(|column| column.str().ok())).collect();
    let mut rows = Rows::new(plan);
    let mut fields = Vec::with_capacity(columns.len());
    for (line, row) in (1..).zip(0..height) {
        fields.clear();
        fields.extend(columns.iter().map(|column| Cow::Borrowed(column.and_then(|c| c.get(row)).unwrap_or_default())));
        if let Err(complaint) = rows.push_fields(plan, &fields, line, strict) {
            rows.complain(path, line, complaint);
            if strict {
                break;
            }
        }
    }
    rows
}

/// A column as text; scores keep all their digits.
fn texts(path: &Path, column: &Column) -> Result<Column> {
    let wanted = match column.dtype() {
        DataType::Float32 => column.cast(&DataType::Float64).and_then(|wide| wide.cast(&DataType::String)),
        _ => column.cast(&DataType::String),
    };
    wanted.map_err(|source| {
        let message = format!("{} cannot be read as text: {source}", column.dtype());
        Error::parse(path, 1, column.name().as_str(), message, REMEDY)
    })
}
