//! Score tables: one score a trial, higher = more bona fide.
//!
//! Ours carry a header and what is known of each trial; the Python reference's `file,score,label` files without header are read too.

use std::{collections::HashMap, path::Path};

use serde::{Deserialize, Serialize};

use super::file::{parse_rows, write_rows};
use crate::{
    error::{Error, Result},
    trial::Label,
};

/// The score of one trial.
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
/// let table = ScoreTable::read(&path)?;
/// assert_eq!(table.bonafide(), [0.9]);
/// assert_eq!(table.spoof(), [0.2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScoreTable {
    /// In the protocol's order.
    pub rows: Vec<ScoreRow>,
}

impl ScoreTable {
    /// Reads our own tables (with header) and the Python reference's (`file,score,label` without).
    ///
    /// # Errors
    /// Where the file is missing or empty, or a line does not fit, holds NaN, or repeats a trial.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        // Read once, so that a pipe does.
        let text = std::fs::read_to_string(path).map_err(|source| unreadable(path, source))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let first = text.lines().next().unwrap_or_default().trim().to_ascii_lowercase();
        let (header, rows) = match first.as_str() {
            first if first.starts_with(OWN_HEADER) => (1, parse_rows(path, text, "score table")?),
            "file,score,label" | "file_name,score,label" => (1, read_headerless(path, text, 1)?),
            _ => (0, read_headerless(path, text, 0)?),
        };
        let table = Self { rows };
        table.check(path, header + 1)?;
        Ok(table)
    }

    /// Writes the table with its header.
    ///
    /// # Errors
    /// Where the place is not writable.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        write_rows(path.as_ref(), &self.rows)
    }

    /// Scores of the bona fide trials, in table order.
    pub fn bonafide(&self) -> Vec<f64> {
        self.labelled(Label::Bonafide)
    }

    /// Scores of the spoof trials, in table order.
    pub fn spoof(&self) -> Vec<f64> {
        self.labelled(Label::Spoof)
    }

    fn labelled(&self, label: Label) -> Vec<f64> {
        self.rows.iter().filter(|row| row.label == Some(label)).map(|row| row.score).collect()
    }

    fn check(&self, path: &Path, first: u64) -> Result<()> {
        if self.rows.is_empty() {
            return Err(Error::parse(path, 1, "table", "no scores", "give a file with a line for each trial"));
        }
        let mut seen = HashMap::with_capacity(self.rows.len());
        for (line, row) in (first..).zip(&self.rows) {
            if !row.score.is_finite() {
                let remedy = "find out why the model gave no number for it; a score is never left out silently";
                return Err(Error::parse(path, line, "score", format!("{} for {}", row.score, row.file), remedy));
            }
            // A morph is scored once with each speaker's reference, so a trial is a file with a claimed speaker.
            if let Some(earlier) = seen.insert((&row.file, &row.speaker), line) {
                let message = format!("{} stands on line {earlier} already", row.file);
                return Err(Error::parse(path, line, "file", message, "keep one score for each trial"));
            }
        }
        Ok(())
    }
}

/// How our own tables begin.
const OWN_HEADER: &str = "file,score,label,margin";

fn unreadable(path: &Path, source: std::io::Error) -> Error {
    if source.kind() == std::io::ErrorKind::InvalidData {
        return Error::parse(path, 1, "text", "it is not UTF-8", "give a text file with file,score,label on each line");
    }
    Error::io("reading the score table", path, source)
}

/// `file,score,label`, peeled from the right since file names may hold commas and spaces.
fn read_headerless(path: &Path, text: &str, skip: usize) -> Result<Vec<ScoreRow>> {
    let lines = (1..).zip(text.lines().map(str::trim_end)).skip(skip);
    lines.filter(|(_, line)| !line.is_empty()).map(|(number, line)| headerless_row(path, number, line)).collect()
}

fn headerless_row(path: &Path, line: u64, content: &str) -> Result<ScoreRow> {
    let bad = |field: &str, message: String| {
        Error::parse(
            path,
            line,
            field,
            message,
            "a line is file,score,label with label 0 (bona fide), 1 (spoof) or nan",
        )
    };
    let mut fields = content.rsplitn(3, ',');
    let label = fields.next().unwrap_or_default().trim();
    let score = fields.next().ok_or_else(|| bad("columns", "expected 3 columns, found 1".into()))?.trim();
    let file = fields.next().ok_or_else(|| bad("columns", "expected 3 columns, found 2".into()))?;
    let label = match label {
        "0" | "0.0" | "bonafide" => Some(Label::Bonafide),
        "1" | "1.0" | "spoof" => Some(Label::Spoof),
        "nan" | "NaN" | "-" | "" => None,
        other => return Err(bad("label", format!("`{other}` is not a label"))),
    };
    let score = score.parse().map_err(|_| bad("score", format!("`{score}` is not a number")))?;
    let unknown = || "-".to_owned();
    Ok(ScoreRow {
        file: file.into(),
        score,
        label,
        margin: None,
        speaker: unknown(),
        attack: unknown(),
        codec: unknown(),
    })
}
