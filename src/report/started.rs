//! A run that may still be training: whatever is there so far.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{
    document::Document,
    missing::missing,
    run::{Input, Run, Scored, read_course, read_scores},
};
use crate::{
    error::{Error, Result},
    tables::RunRecord,
};

/// A line of `bad_audio.csv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct BadRecording {
    pub(super) split: String,
    pub(super) file: String,
    pub(super) reason: String,
}

/// Reads a run directory with one epoch or all, with scores or without; also gives what was left out.
///
/// # Errors
/// Where the folder holds no run, or a file in it is broken.
pub(super) fn read(folder: &Path, document: &Document) -> Result<(Vec<Run>, Vec<String>)> {
    let is_there = |name: &str| folder.join(name).is_file();
    if !["config.toml", "run.json", "history.csv"].into_iter().any(is_there) {
        let nothing =
            std::io::Error::new(std::io::ErrorKind::NotFound, "no config.toml, run.json or history.csv in it");
        return Err(Error::io("looking for a run in", folder, nothing));
    }
    let record = is_there("run.json").then(|| RunRecord::read(folder.join("run.json"))).transpose()?;
    let config = is_there("config.toml").then(|| read_config(&folder.join("config.toml"))).transpose()?;
    let bad = is_there("bad_audio.csv").then(|| read_bad(&folder.join("bad_audio.csv"))).transpose()?;
    let mut run = read_course(folder)?;
    for name in ["config.toml", "bad_audio.csv"].into_iter().filter(|name| is_there(name)) {
        run.inputs.push(Input::of(&folder.join(name))?);
    }
    let (scored, note) = scores(folder, document.count_param("most_score_mb", 0)?)?;
    let named = record.as_ref().map(|record| record.system.clone());
    let classifier = || config.as_ref()?.get("classifier")?.as_str().map(str::to_owned);
    let name = named.or_else(classifier).unwrap_or_else(|| "the run".into());
    let missing = record.as_ref().and_then(|record| missing(folder, record));
    let run = Run { name, record, config, missing, bad: bad.unwrap_or_default(), ..run.with_scores(scored)? };
    Ok((vec![run], note.into_iter().collect()))
}

/// The score tables, unless there is more of them than a page that is made after every epoch can wait for; 0 is no limit.
fn scores(folder: &Path, most_mb: u64) -> Result<(Vec<Scored>, Option<String>)> {
    let folder = folder.join("scores");
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let bytes: u64 = entries.filter_map(|entry| entry.metadata().ok()).map(|data| data.len()).sum();
    if most_mb > 0 && bytes > most_mb * 1_000_000 {
        let note = format!(
            "Score tables are there ({} MB) and are not measured on this page; `rat-report render run` does it.",
            bytes / 1_000_000
        );
        return Ok((Vec::new(), Some(note)));
    }
    Ok((read_scores(&folder)?, None))
}

fn read_config(path: &Path) -> Result<toml::Table> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::io("reading the configuration", path, source))?;
    text.parse::<toml::Table>().map_err(|source| {
        let before = source.span().map_or("", |span| text.get(..span.start).unwrap_or(""));
        let line = before.matches('\n').count() as u64 + 1;
        Error::parse(path, line, "configuration", source.message(), "mend that line, or start a new run")
    })
}

fn read_bad(path: &Path) -> Result<Vec<BadRecording>> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::io("reading the bad recordings", path, source))?;
    csv::Reader::from_reader(text.as_bytes()).deserialize().collect::<Result<_, csv::Error>>().map_err(|source| {
        let line = source.position().map_or(1, csv::Position::line);
        Error::parse(path, line, "columns", source.to_string(), "mend that line, or delete the file")
    })
}
