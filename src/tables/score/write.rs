//! Writing score tables: CSV with unrounded numbers, or Parquet.

use std::{io::Write, path::Path};

use polars::prelude::{Column, ParquetWriter};
use serde::Serialize;

use super::ScoreTable;
use crate::{
    error::{Error, Result},
    output::OutputFile,
};

/// A field of a CSV file; what is null is empty.
#[derive(Serialize)]
#[serde(untagged)]
enum Field<'a> {
    Text(Option<&'a str>),
    Number(Option<f64>),
}

impl ScoreTable {
    /// Writes the table with its header: as Parquet where the name ends in `.parquet`, else as CSV.
    ///
    /// # Errors
    /// Where the place is not writable.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        self.written_to(OutputFile::create(path)?, path)?.finish().map(drop)
    }

    /// What [`write`](Self::write) would write to a file of that name.
    ///
    /// # Errors
    /// None with a well-formed table.
    pub fn to_bytes(&self, path: impl AsRef<Path>) -> Result<Vec<u8>> {
        self.written_to(Vec::new(), path.as_ref())
    }

    fn written_to<Output: Write>(&self, mut output: Output, path: &Path) -> Result<Output> {
        if path.extension().is_some_and(|ending| ending == "parquet") {
            let written = ParquetWriter::new(&mut output).finish(&mut self.frame.clone());
            written.map_err(|source| Error::io("writing", path, std::io::Error::other(source.to_string())))?;
            return Ok(output);
        }
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(output);
        let failed = |source: csv::Error| Error::io("writing", path, std::io::Error::other(source.to_string()));
        writer.write_record(self.columns()).map_err(failed)?;
        let columns: Vec<Vec<Field<'_>>> = self.frame.columns().iter().map(fields).collect();
        let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
        for _ in 0..self.len() {
            let record: Vec<Field<'_>> = columns.iter_mut().filter_map(Iterator::next).collect();
            writer.serialize(record).map_err(failed)?;
        }
        writer
            .into_inner()
            .map_err(|failed| Error::io("writing", path, std::io::Error::other(failed.error().to_string())))
    }
}

fn fields(column: &Column) -> Vec<Field<'_>> {
    match (column.f64(), column.str()) {
        (Ok(numbers), _) => numbers.iter().map(Field::Number).collect(),
        (_, Ok(texts)) => texts.iter().map(Field::Text).collect(),
        _ => unreachable!("checked when the table was made: numbers or text"),
    }
}
