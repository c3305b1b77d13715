//! Reading a score file: its form is found out, then its lines are read in parts on all cores.

use std::path::Path;

use rayon::prelude::*;

use super::{RawScores, ScoreFileOptions, ScoreFormat, detect, parquet, plan::Plan, row::Rows};
use crate::{
    error::{Error, Result},
    protocol::text,
};

/// How much text one core reads at a time, in bytes.
const PART: usize = 1 << 20;

/// What could be read of a file, and what could not.
#[derive(Debug)]
pub struct LenientScores {
    /// The lines that could be read; scores may be NaN or infinite.
    pub scores: RawScores,
    /// The problems of the others, at most 1,000 of them, each with its line.
    pub problems: Vec<Error>,
    /// How many lines could not be read.
    pub problem_count: usize,
}

/// Reads a score file of any form.
///
/// ```
/// use rat::tables::formats::{ScoreFileOptions, ScoreFormat, read_scores};
/// let folder = std::env::temp_dir().join("rat-doc-score-formats");
/// std::fs::create_dir_all(&folder)?;
/// let path = folder.join("aasist.txt");
/// std::fs::write(&path, "LA_E_1 A07 spoof -3.5\nLA_E_2 - bonafide 2.25\n")?;
/// let scores = read_scores(&path, &ScoreFileOptions::default())?;
/// assert_eq!(scores.format, ScoreFormat::Asvspoof2019);
/// assert_eq!(scores.scores, [-3.5, 2.25]);
/// assert_eq!(scores.column("attack").map(|attacks| attacks[0].as_str()), Some("A07"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where the file cannot be read, is empty or of no known form, or a line does not fit or holds no finite score; the error names
/// line and column.
pub fn read_scores(path: impl AsRef<Path>, options: &ScoreFileOptions) -> Result<RawScores> {
    let mut read = read_any(path.as_ref(), options, true)?;
    match read.problems.is_empty() {
        true => Ok(read.scores),
        false => Err(read.problems.swap_remove(0)),
    }
}

/// Reads what can be read, for an audit: bad lines are collected, and scores that are not finite stay.
///
/// # Errors
/// Where the file cannot be read at all, is empty or of no known form.
pub fn read_scores_lenient(path: impl AsRef<Path>, options: &ScoreFileOptions) -> Result<LenientScores> {
    read_any(path.as_ref(), options, false)
}

fn read_any(path: &Path, options: &ScoreFileOptions, strict: bool) -> Result<LenientScores> {
    let bytes = std::fs::read(path).map_err(|source| Error::io("reading the scores", path, source))?;
    let (plan, rows) = if bytes.starts_with(parquet::MAGIC) {
        parquet::read(path, bytes, options, strict)?
    } else {
        let text = text::decode(path, bytes)?;
        let plan = detect::plan(path, &text, options)?;
        let rows = read_text(path, &text, &plan, strict);
        (plan, rows)
    };
    if rows.files.is_empty() && rows.problems.is_empty() {
        return Err(Error::parse(path, 1, "table", "no scores", "give a file with a line for each trial"));
    }
    Ok(finished(plan, rows))
}

fn read_text(path: &Path, text: &str, plan: &Plan, strict: bool) -> Rows {
    let (first, body) = body_of(text, plan.header);
    let parts = parts_of(body);
    let counts: Vec<u32> = parts.par_iter().map(|part| newlines(part)).collect();
    let starts = counts.iter().scan(first, |line, count| {
        let start = *line;
        *line = line.saturating_add(*count);
        Some(start)
    });
    let numbered: Vec<_> = parts.into_iter().zip(starts).collect();
    let read: Vec<Rows> =
        numbered.into_par_iter().map(|(part, line)| Rows::new(plan).read(path, plan, part, line, strict)).collect();
    let mut all = Rows::new(plan);
    for rows in read {
        all.append(rows);
    }
    all
}

/// The text from its first trial on, with that line's number: comments and the header are passed over.
fn body_of(text: &str, header: bool) -> (u32, &str) {
    let mut lines = text::lines(text);
    let begin = if header { lines.nth(1) } else { lines.next() };
    begin.map_or((1, ""), |(number, line)| (number, &text[line.as_ptr().addr() - text.as_ptr().addr()..]))
}

/// Cuts the text behind line ends.
fn parts_of(mut text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    while text.len() > PART {
        let Some(end) = text.as_bytes()[PART..].iter().position(|&byte| byte == b'\n') else { break };
        let (part, rest) = text.split_at(PART + end + 1);
        parts.push(part);
        text = rest;
    }
    parts.push(text);
    parts
}

fn newlines(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|&byte| byte == b'\n').count()).unwrap_or(u32::MAX)
}

/// Columns that tell nothing go.
fn finished(plan: Plan, rows: Rows) -> LenientScores {
    let labelled = rows.labels.iter().any(Option::is_some);
    let tells = |column: &(String, Vec<String>)| column.1.iter().any(|value| !matches!(value.as_str(), "" | "-"));
    let scores = RawScores {
        format: plan.format,
        note: plan.note,
        files: rows.files,
        scores: rows.scores,
        labels: labelled.then_some(rows.labels),
        extra: plan.extra.into_iter().zip(rows.extra).filter(tells).collect(),
        lines: rows.lines,
    };
    debug_assert!(scores.format != ScoreFormat::Parquet || scores.lines.len() == scores.len());
    LenientScores { scores, problems: rows.problems, problem_count: rows.problem_count }
}
