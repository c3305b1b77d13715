//! Reading score tables of any known form; the forms are in [`formats`](crate::tables::formats).

use std::path::Path;

use polars::prelude::{Column, DataFrame};

use super::{NUMBERS, ScoreTable, labels, misfit, number, texts};
use crate::{
    error::{Error, Result},
    tables::formats::{RawScores, ScoreFileOptions, first_duplicate, read_scores},
};

impl ScoreTable {
    /// Reads a score table of whatever form.
    ///
    /// # Errors
    /// Where the file is missing, empty or of no known form, or a line does not fit, holds NaN, or repeats a trial.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Self::read_as(path, &ScoreFileOptions::default())
    }

    /// Reads a score table whose form, columns, labels or polarity are told.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_as(path: impl AsRef<Path>, options: &ScoreFileOptions) -> Result<Self> {
        let path = path.as_ref();
        let raw = read_scores(path, options)?;
        refuse_repeated(path, &raw)?;
        Self::from_raw(&raw)
    }

    /// The columns of a score file as a table.
    ///
    /// # Errors
    /// Where a score is no finite number, or a margin is no number.
    pub fn from_raw(raw: &RawScores) -> Result<Self> {
        let mut columns = vec![
            texts("file", raw.files.iter()),
            number("score", raw.scores.iter().copied().map(Some)),
            match &raw.labels {
                Some(known) => labels(known.iter().copied()),
                None => labels(raw.files.iter().map(|_| None)),
            },
        ];
        for (name, values) in raw.extra.iter().filter(|(name, _)| !["file", "score", "label"].contains(&name.as_str()))
        {
            columns.push(if NUMBERS.contains(&name.as_str()) {
                numbers(name, values, raw)?
            } else {
                texts(name, values.iter())
            });
        }
        let frame = DataFrame::new(raw.files.len(), columns).map_err(|source| misfit(&source.to_string()))?;
        Self::new(frame)
    }
}

/// Refuses a file that scores a trial twice.
///
/// # Errors
/// With the line of the repetition.
pub(crate) fn refuse_repeated(path: &Path, raw: &RawScores) -> Result<()> {
    let Some((first, again)) = first_duplicate(raw) else { return Ok(()) };
    let message = format!("{} stands on line {} already", raw.files[again], raw.lines[first]);
    let remedy = "keep one score for each trial; `rat-report audit` lists all that repeat";
    Err(Error::parse(path, u64::from(raw.lines[again]), "file", message, remedy))
}

fn numbers(name: &str, values: &[String], raw: &RawScores) -> Result<Column> {
    let parsed = values.iter().zip(&raw.lines).map(|(value, line)| match value.trim() {
        "" | "-" | "nan" | "NaN" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            let message = format!("line {line}, {name}: `{text}` is not a number");
            Error::data(message, "write a number, or nothing where it is not known")
        }),
    });
    Ok(number(name, parsed.collect::<Result<Vec<Option<f64>>>>()?.into_iter()))
}
