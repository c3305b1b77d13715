//! Score tables as Parquet, through Polars: columns by the same names as in a text file with a header.

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
pub(super) fn read(path: &Path, bytes: Vec<u8>, options: &ScoreFileOptions, strict: bool) -> Result<(Plan, Rows)> {
    let frame = frame(path, bytes)?;
    let bad = |message: String| Error::parse(path, 1, "columns", message, REMEDY);
    let names: Vec<String> = frame.get_column_names().iter().map(|name| normalised(name)).collect();
    let plan = detect::by_name(&names, Delimiter::Character(','), options);
    let plan = plan.ok_or_else(|| bad(format!("no file and score among {}", names.join(", "))))?;
    let plan = Plan { format: ScoreFormat::Parquet, note: "columns by name".into(), ..plan }.settled(options);
    let used = frame.columns().iter().zip(&plan.roles);
    let texts: Vec<Option<Column>> = used
        .map(|(column, role)| (*role != Role::Skip).then(|| texts(path, column)).transpose())
        .collect::<Result<_>>()?;
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

/// Polars trusts what a file says of itself; where that is wrong it may panic, which is an error of the file here.
fn frame(path: &Path, bytes: Vec<u8>) -> Result<DataFrame> {
    let broken = |message: String| Error::parse(path, 1, "table", format!("a broken Parquet file: {message}"), REMEDY);
    let read = catch_unwind(AssertUnwindSafe(|| ParquetReader::new(Cursor::new(bytes)).finish()));
    match read {
        Ok(frame) => frame.map_err(|source| broken(source.to_string())),
        Err(_) => Err(broken("its parts contradict each other".into())),
    }
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
