//! Reading score tables: ours and the Python reference's.

use std::{collections::HashMap, path::Path};

use super::{ScoreRow, ScoreTable};
use crate::{
    error::{Error, Result},
    tables::file::parse_rows,
    trial::Label,
};

impl ScoreTable {
    /// Reads a score table.
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
        check(&rows, path, header + 1)?;
        Ok(Self::from_rows(rows))
    }
}

fn check(rows: &[ScoreRow], path: &Path, first: u64) -> Result<()> {
    if rows.is_empty() {
        return Err(Error::parse(path, 1, "table", "no scores", "give a file with a line for each trial"));
    }
    let mut seen = HashMap::with_capacity(rows.len());
    for (line, row) in (first..).zip(rows) {
        if !row.score.is_finite() {
            let remedy = "find out why the model gave no number for it; a score is never left out silently";
            return Err(Error::parse(path, line, "score", format!("{} for {}", row.score, row.file), remedy));
        }
        if let Some(earlier) = seen.insert((&row.file, &row.speaker), line) {
            let message = format!("{} stands on line {earlier} already", row.file);
            return Err(Error::parse(path, line, "file", message, "keep one score for each trial"));
        }
    }
    Ok(())
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
