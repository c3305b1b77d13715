//! Key files: what each trial is.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use super::{
    columns::{Columns, Cut},
    words::Word,
};
use crate::error::{Error, Result};

/// What ASVspoof 5 calls a trial that does not count.
const DUMMY: &str = "dummy";

/// What a key file tells of its trials.
pub(super) struct Keys<'a> {
    path: &'a Path,
    with_speakers: bool,
    /// By speaker and file; `None` for trials that do not count.
    words: HashMap<(String, String), Option<(Word, String)>>,
}

impl<'a> Keys<'a> {
    /// Understands a key file, whose trials may be named by speaker and file or by file alone.
    ///
    /// # Errors
    /// Where its columns are in doubt, a key is no key, or a trial stands twice.
    pub(super) fn new(cut: &Cut<'a>, scores_have_speakers: bool) -> Result<Self> {
        let columns = columns(cut)?;
        let (Some(file), Some(key)) = (columns.file, columns.key) else {
            return Err(doubt(cut, "no columns of files and keys"));
        };
        let speaker = columns.speaker.filter(|_| scores_have_speakers);
        let mut keys = Self { path: cut.path, with_speakers: speaker.is_some(), words: HashMap::new() };
        for (line, fields) in &cut.lines {
            let text = |place: Option<usize>| place.map_or("-", |at| fields[at].as_ref()).to_owned();
            let counts = columns.dummy.is_none_or(|at| fields[at] != DUMMY) && fields[key] != DUMMY;
            let word = if counts { Some((word(cut, *line, &fields[key])?, text(columns.attack))) } else { None };
            let trial = (text(speaker), text(Some(file)));
            let named = format!("{} {}", trial.0, trial.1);
            if keys.words.insert(trial, word).is_some() {
                let remedy = match columns.speaker.is_some() && speaker.is_none() {
                    true => "the key has several speakers for a file: add the speaker to the scores",
                    false => "keep one line for each trial",
                };
                let message = format!("{} stands there already", named.trim_start_matches("- "));
                return Err(Error::parse(cut.path, (*line).into(), "file", message, remedy));
            }
        }
        Ok(keys)
    }

    /// What a scored trial is, with its attack; `None` for one that does not count.
    ///
    /// # Errors
    /// Where the key does not have it; place and line are those of the score.
    pub(super) fn of(&self, path: &Path, line: u32, speaker: &str, file: &str) -> Result<Option<&(Word, String)>> {
        let speaker = if self.with_speakers { speaker } else { "-" };
        self.words.get(&(speaker.to_owned(), file.to_owned())).map(Option::as_ref).ok_or_else(|| {
            let message = format!(
                "{} is not in the key {}",
                format!("{speaker} {file}").trim_start_matches("- "),
                self.path.display()
            );
            Error::parse(path, line.into(), "file", message, "give the key of these trials")
        })
    }

    /// How many trials that count have no score.
    pub(super) fn unscored<'t>(&self, scored: impl Iterator<Item = (&'t str, &'t str)>) -> usize {
        let scored: HashSet<(&str, &str)> =
            scored.map(|(speaker, file)| (if self.with_speakers { speaker } else { "-" }, file)).collect();
        let counting = self.words.iter().filter(|(_, word)| word.is_some());
        counting.filter(|((speaker, file), _)| !scored.contains(&(speaker.as_str(), file.as_str()))).count()
    }
}

/// By name, or speaker, file, whatever, and the one column of keys.
fn columns(cut: &Cut<'_>) -> Result<Columns> {
    if let Some(columns) = cut.by_name() {
        return Ok(columns);
    }
    let Some(key) = cut.key_place() else {
        return Err(doubt(cut, "no column, or more than one, holds target, nontarget and spoof on every line"));
    };
    let names: Vec<usize> = (0..cut.width).filter(|at| *at != key).collect();
    match names[..] {
        [file] => Ok(Columns { file: Some(file), key: Some(key), ..Columns::default() }),
        [speaker, file, ..] => {
            // ASVspoof writes the attack before the key; what stands between file and it are codecs and such.
            let attack = (key >= 3).then(|| key - 1).filter(|at| *at > file);
            Ok(Columns { speaker: Some(speaker), file: Some(file), attack, key: Some(key), ..Columns::default() })
        }
        [] => Err(doubt(cut, "no column names the trials")),
    }
}

/// A key's word.
///
/// # Errors
/// Where it is none.
pub(super) fn word(cut: &Cut<'_>, line: u32, field: &str) -> Result<Word> {
    Word::of(field).ok_or_else(|| {
        let message = format!("`{field}` is no key");
        Error::parse(cut.path, line.into(), "key", message, "use target, nontarget and spoof")
    })
}

fn doubt(cut: &Cut<'_>, message: &str) -> Error {
    let line = cut.lines.first().map_or(1, |line| line.0.into());
    let remedy = "give a key with a header, as spk,filename,asv-label, or lines of speaker, file and key";
    Error::parse(cut.path, line, "columns", message, remedy)
}
