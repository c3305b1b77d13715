//! Reading a tandem file: cut, understood, joined with its key, checked.

use std::{collections::HashSet, path::Path};

use super::{
    TandemOptions, TandemScoreRow, TandemTable,
    columns::{Columns, Cut},
    key::{Keys, word},
    layout,
    words::Word,
};
use crate::{
    error::{Error, Result},
    protocol::text,
};

/// As [`TandemTable::read_as`].
pub(super) fn read(path: &Path, key: Option<&Path>, options: &TandemOptions) -> Result<TandemTable> {
    let content = text::read(path, "reading the tandem file")?;
    let cut = Cut::new(path, &content)?;
    let (columns, mut note) = layout::columns(&cut, key.is_some(), options)?;
    let key_content = key.map(|key| text::read(key, "reading the key")).transpose()?;
    let keys = match (key, &key_content) {
        (Some(key), Some(content)) => Some(Keys::new(&Cut::new(key, content)?, columns.speaker.is_some())?),
        _ => None,
    };
    if keys.is_some() && columns.file.is_none() {
        let message = "its trials have no names by which to find them in the key";
        return Err(Error::parse(path, 1, "file", message, "leave --key away, or add a column `filename`"));
    }
    let columns = without_empty(&cut, columns);
    let (mut rows, mut uncounted) = (Vec::with_capacity(cut.lines.len()), 0);
    for at in 0..cut.lines.len() {
        match row(&cut, at, &columns, keys.as_ref())? {
            Some(row) => rows.push(row),
            None => uncounted += 1,
        }
    }
    refuse_repeated(&cut, &columns)?;
    if uncounted > 0 {
        note.push_str(&format!("; {uncounted} dummy trials left out"));
    }
    let scored = || rows.iter().map(|row| (row.speaker.as_str(), row.file.as_str()));
    match keys.map_or(0, |keys| keys.unscored(scored())) {
        0 => {}
        missing => note.push_str(&format!("; {missing} trials of the key have no score")),
    }
    Ok(TandemTable { rows, note })
}

/// A column of hyphens holds no scores, as the countermeasure's of a system that has none.
fn without_empty(cut: &Cut<'_>, columns: Columns) -> Columns {
    let told = |place: Option<usize>| {
        place.filter(|&at| cut.lines.iter().any(|(_, fields)| !matches!(fields[at].as_ref(), "-" | "")))
    };
    Columns { cm: told(columns.cm), asv: told(columns.asv), sasv: told(columns.sasv), ..columns }
}

/// One trial; `None` where the key says that it does not count.
fn row(cut: &Cut<'_>, at: usize, columns: &Columns, keys: Option<&Keys<'_>>) -> Result<Option<TandemScoreRow>> {
    let (line, fields) = &cut.lines[at];
    let text = |place: Option<usize>| place.map_or("-", |at| fields[at].as_ref()).to_owned();
    let score = |place: Option<usize>, name| place.map(|at| number(cut, *line, name, &fields[at])).transpose();
    let (speaker, file, mut attack) = (text(columns.speaker), text(columns.file), text(columns.attack));
    let own = match (columns.key, keys) {
        // What the key file calls it counts; the file's own column may hold anything that contradicts no word.
        (Some(at), Some(_)) => Word::of(&fields[at]),
        (Some(at), None) => Some(word(cut, *line, &fields[at])?),
        (None, _) => None,
    };
    let told = match keys {
        None => own,
        Some(keys) => {
            let Some((told, theirs)) = keys.of(cut.path, *line, &speaker, &file)? else { return Ok(None) };
            if own.is_some_and(|own| !own.agrees(*told)) {
                let message = "the key file says otherwise";
                return Err(Error::parse(cut.path, (*line).into(), "key", message, "give the key of these trials"));
            }
            attack = if attack == "-" { theirs.clone() } else { attack };
            Some(*told)
        }
    };
    let told = told.ok_or_else(|| Error::parse(cut.path, (*line).into(), "key", "none", "give the key with --key"))?;
    let attack = if attack == "bonafide" { "-".into() } else { attack };
    let (cm, asv) = (score(columns.cm, "cm score")?, score(columns.asv, "asv score")?);
    Ok(Some(TandemScoreRow {
        speaker,
        file,
        attack,
        key: told.key(),
        cm,
        asv,
        sasv: score(columns.sasv, "sasv score")?,
    }))
}

fn number(cut: &Cut<'_>, line: u32, name: &str, field: &str) -> Result<f64> {
    match field.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => {
            let remedy = "find out why the model gave no number for it; a score is never left out silently";
            Err(Error::parse(cut.path, line.into(), name, format!("`{field}` is no finite number"), remedy))
        }
    }
}

/// A trial is a speaker with a file; without files nothing names it.
fn refuse_repeated(cut: &Cut<'_>, columns: &Columns) -> Result<()> {
    let Some(file) = columns.file else { return Ok(()) };
    let mut seen = HashSet::with_capacity(cut.lines.len());
    for (line, fields) in &cut.lines {
        let speaker = columns.speaker.map_or("-", |at| fields[at].as_ref());
        if !seen.insert((speaker, fields[file].as_ref())) {
            let message = format!("{} stands there already", fields[file]);
            return Err(Error::parse(cut.path, (*line).into(), "file", message, "keep one score for each trial"));
        }
    }
    Ok(())
}
