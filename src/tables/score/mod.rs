//! Score tables: one score a trial, higher = more bona fide, and whatever else is known of each trial.
//!
//! A table is a polars [`DataFrame`] with a schema: `file` (text), `score` (number), `label` (`bonafide`, `spoof` or null),
//! and, where known, `margin` (number or null), `speaker`, `attack`, `codec`, `gender` and any other column of the protocol
//! (text, `-` where unknown). What polars can do with it, it does: see [`ScoreTable::frame`].

mod join;
mod query;

mod read;
mod replace;
mod shard;
mod write;

use polars::prelude::{ChunkedArray, Column, DataFrame, DataType, Float64Type, IntoColumn, NamedFrom, StringChunked};
use serde::{Deserialize, Serialize};

pub use query::ScoredTrial;
pub(crate) use read::refuse_repeated;
pub use shard::{ShardFile, ShardManifest};

use crate::{
    error::{Error, Result},
    trial::Label,
};

/// The score of one trial, as a row of our own tables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreRow {
    /// The test utterance.
    pub file: String,
    /// Probability of bona fide (ours), or any score that grows with it.
    pub score: f64,
    /// `None` where the trial is unlabelled.
    pub label: Option<Label>,
    /// Logit of bona fide minus logit of spoof, where the model told.
    pub margin: Option<f64>,
    /// The claimed speaker, `-` where unknown.
    pub speaker: String,
    /// The spoofing system, `-` where unknown or human.
    pub attack: String,
    /// The codec, `-` where unknown or none.
    pub codec: String,
}

/// The scores of one system under one condition.
///
/// ```
/// use rat::tables::ScoreTable;
/// let folder = std::env::temp_dir().join("rat-doc-score-table");
/// std::fs::create_dir_all(&folder)?;
/// let path = folder.join("scores.csv");
/// std::fs::write(&path, "a,0.9,0\nb,0.2,1\nc,0.4,nan\n")?;
///
/// let table = ScoreTable::read(&path)?;
/// assert_eq!(table.bonafide(), [0.9]);
/// assert_eq!(table.spoof(), [0.2]);
/// let high = table.filter(|row| row.score() > 0.3)?;
/// assert_eq!(high.texts("file")?, ["a", "c"]);
/// assert_eq!(table.frame().shape(), (3, 3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ScoreTable {
    frame: DataFrame,
}

/// Columns of numbers, beside which everything is text.
const NUMBERS: [&str; 2] = ["score", "margin"];
/// What stands for text that is not known.
const UNKNOWN: &str = "-";

impl ScoreTable {
    /// A data frame as a score table: it needs `file` and `score`; other columns than `margin` become text.
    ///
    /// # Errors
    /// Where a column is missing or of another type, a score is null, NaN or infinite, or a label is neither `bonafide`, `spoof` nor null.
    pub fn new(frame: DataFrame) -> Result<Self> {
        let mut columns = Vec::with_capacity(frame.width());
        for column in frame.columns() {
            columns.push(conformed(column)?);
        }
        if columns.iter().all(|column| column.name() != "label") {
            columns.push(labels((0..frame.height()).map(|_| None)));
        }
        let mut frame = DataFrame::new(frame.height(), columns).map_err(|source| misfit(&source.to_string()))?;
        frame.rechunk_mut();
        for needed in ["file", "score"] {
            if frame.column(needed).is_err() {
                return Err(misfit(&format!("it has no column {needed}")));
            }
        }
        let table = Self { frame };
        table.check()?;
        Ok(table)
    }

    /// From rows, with all columns of our own tables.
    pub fn from_rows(rows: impl IntoIterator<Item = ScoreRow>) -> Self {
        let rows: Vec<ScoreRow> = rows.into_iter().collect();
        let text = |name: &str, pick: fn(&ScoreRow) -> &String| texts(name, rows.iter().map(pick));
        let columns = vec![
            text("file", |row| &row.file),
            number("score", rows.iter().map(|row| Some(row.score))),
            labels(rows.iter().map(|row| row.label)),
            number("margin", rows.iter().map(|row| row.margin)),
            text("speaker", |row| &row.speaker),
            text("attack", |row| &row.attack),
            text("codec", |row| &row.codec),
        ];
        Self { frame: DataFrame::new(rows.len(), columns).expect("columns of one length with different names") }
    }

    /// The table as rows; columns that it lacks are unknown.
    pub fn rows(&self) -> Vec<ScoreRow> {
        let text = |name: &str| self.texts(name).unwrap_or_else(|_| vec![UNKNOWN; self.len()]);
        let (files, speakers, attacks, codecs) = (text("file"), text("speaker"), text("attack"), text("codec"));
        let (scores, labels) = (self.scores(), self.labels());
        let margins = self.margins();
        let row = |at: usize| ScoreRow {
            file: files[at].into(),
            score: scores[at],
            label: labels[at],
            margin: margins[at],
            speaker: speakers[at].into(),
            attack: attacks[at].into(),
            codec: codecs[at].into(),
        };
        (0..self.len()).map(row).collect()
    }

    /// The data frame: select, join, group and write it with polars.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// How many trials.
    pub fn len(&self) -> usize {
        self.frame.height()
    }

    /// Whether there is no trial.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names of the columns.
    pub fn columns(&self) -> Vec<&str> {
        self.frame.get_column_names().into_iter().map(|name| name.as_str()).collect()
    }

    /// Scores in table order.
    pub fn scores(&self) -> &[f64] {
        self.numbers("score").and_then(|column| column.cont_slice().ok()).expect("checked: one chunk without nulls")
    }

    /// Labels in table order; `None` where the trial is unlabelled.
    pub fn labels(&self) -> Vec<Option<Label>> {
        let labels = self.frame.column("label").and_then(Column::str).expect("checked: a column of text");
        labels
            .iter()
            .map(|label| label.map(|name| if name == "spoof" { Label::Spoof } else { Label::Bonafide }))
            .collect()
    }

    /// Logit margins in table order, where the model told them.
    pub fn margins(&self) -> Vec<Option<f64>> {
        self.numbers("margin").map_or_else(|| vec![None; self.len()], |column| column.iter().collect())
    }

    /// A column of text in table order; what is not known is `-`.
    ///
    /// # Errors
    /// Where there is no such column, or it holds numbers.
    pub fn texts(&self, column: &str) -> Result<Vec<&str>> {
        let known = || {
            format!("this table has: {}; a protocol adds speaker, attack, codec and others", self.columns().join(", "))
        };
        let missing = || Error::config("column", format!("the scores have no column {column}"), known());
        let texts = self.frame.column(column).map_err(|_| missing())?;
        let texts = texts.str().map_err(|_| Error::config("column", format!("{column} holds numbers"), known()))?;
        Ok(texts.iter().map(|text| text.unwrap_or(UNKNOWN)).collect())
    }

    /// Whether there is a column of that name that tells anything.
    pub fn knows(&self, column: &str) -> bool {
        self.texts(column).is_ok_and(|texts| texts.iter().any(|&text| text != UNKNOWN))
    }

    /// Score and label of the labelled trials, in table order.
    pub fn labelled(&self) -> Vec<(f64, Label)> {
        let both = self.scores().iter().zip(self.labels());
        both.filter_map(|(&score, label)| Some((score, label?))).collect()
    }

    /// Scores of the bona fide trials, in table order.
    pub fn bonafide(&self) -> Vec<f64> {
        self.of(Label::Bonafide)
    }

    /// Scores of the spoof trials, in table order.
    pub fn spoof(&self) -> Vec<f64> {
        self.of(Label::Spoof)
    }

    fn of(&self, wanted: Label) -> Vec<f64> {
        self.labelled().into_iter().filter(|&(_, label)| label == wanted).map(|(score, _)| score).collect()
    }

    fn numbers(&self, column: &str) -> Option<&ChunkedArray<Float64Type>> {
        self.frame.column(column).ok()?.f64().ok()
    }

    fn check(&self) -> Result<()> {
        let score = self.numbers("score").ok_or_else(|| misfit("score is not a column of numbers"))?;
        if let Some(row) = score.iter().position(|score| !score.is_some_and(f64::is_finite)) {
            return Err(misfit(&format!("the score of row {} is not a finite number", row + 1)));
        }
        let label =
            self.frame.column("label").and_then(Column::str).map_err(|_| misfit("label is not a column of text"))?;
        match label.iter().flatten().find(|label| !["bonafide", "spoof"].contains(label)) {
            Some(other) => Err(misfit(&format!("`{other}` is not a label"))),
            None => Ok(()),
        }
    }
}

/// A table without trials.
impl Default for ScoreTable {
    fn default() -> Self {
        Self::from_rows([])
    }
}

/// Tables are equal when their columns are, nulls too.
impl PartialEq for ScoreTable {
    fn eq(&self, other: &Self) -> bool {
        self.frame.equals_missing(&other.frame)
    }
}

/// A column in the schema's type.
fn conformed(column: &Column) -> Result<Column> {
    let wanted = if NUMBERS.contains(&column.name().as_str()) { DataType::Float64 } else { DataType::String };
    column.cast(&wanted).map_err(|source| misfit(&format!("column {}: {source}", column.name())))
}

fn misfit(message: &str) -> Error {
    let remedy = "give columns file (text), score (a finite number for each trial) and label (bonafide, spoof or null)";
    Error::data(format!("the data frame is no score table: {message}"), remedy)
}

fn texts<'a>(name: &str, values: impl Iterator<Item = &'a String>) -> Column {
    let values: Vec<&str> = values.map(String::as_str).collect();
    StringChunked::new(name.into(), values).into_column()
}

fn number(name: &str, values: impl Iterator<Item = Option<f64>>) -> Column {
    let values: Vec<Option<f64>> = values.collect();
    ChunkedArray::<Float64Type>::new(name.into(), values).into_column()
}

fn labels(values: impl Iterator<Item = Option<Label>>) -> Column {
    let name = |label: Label| if label == Label::Spoof { "spoof" } else { "bonafide" };
    let values: Vec<Option<&str>> = values.map(|label| label.map(name)).collect();
    StringChunked::new("label".into(), values).into_column()
}
