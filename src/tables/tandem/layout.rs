//! Which column of a score file is what, by its header or by what all lines hold.

use super::{
    TandemOptions, TandemScoreKind,
    columns::{Columns, Cut},
};
use crate::error::{Error, Result};

const REMEDY: &str = "give the file a header, as spk,filename,cm-score,asv-score,sasv-score,key";

/// The columns of a score file, and what to say of them.
///
/// # Errors
/// Where the columns are in doubt.
pub(super) fn columns(cut: &Cut<'_>, with_key_file: bool, options: &TandemOptions) -> Result<(Columns, String)> {
    let (mut columns, form) = match cut.by_name() {
        Some(columns) => (columns, "columns by name"),
        None => (by_content(cut, with_key_file)?, "columns by what they hold"),
    };
    let mut said = Vec::new();
    if let Some(place) = columns.score.filter(|_| [columns.cm, columns.asv, columns.sasv] == [None; 3]) {
        let kind = options.scores.unwrap_or_else(|| meant(cut, &columns, place, with_key_file));
        *match kind {
            TandemScoreKind::Cm => &mut columns.cm,
            TandemScoreKind::Asv => &mut columns.asv,
            TandemScoreKind::Sasv => &mut columns.sasv,
        } = Some(place);
        if options.scores.is_none() {
            said.push(format!("scores taken for {} scores, --scores says otherwise", kind.name()));
        }
    }
    if [columns.cm, columns.asv, columns.sasv] == [None; 3] {
        return Err(doubt(cut, "it has no column of scores"));
    }
    if columns.key.is_none() && !with_key_file {
        let remedy = "give the key file with --key, or add a column `key` of target, nontarget and spoof";
        return Err(Error::parse(cut.path, first_line(cut), "key", "it does not tell what its trials are", remedy));
    }
    let names = [
        ("speaker", columns.speaker),
        ("file", columns.file),
        ("attack", columns.attack),
        ("key", columns.key),
        ("cm score", columns.cm),
        ("asv score", columns.asv),
        ("sasv score", columns.sasv),
    ];
    let named = names.iter().filter_map(|(name, place)| Some(format!("{name} {}", (*place)? + 1)));
    said.insert(0, format!("{form}: {}", named.collect::<Vec<_>>().join(", ")));
    Ok((columns, said.join("; ")))
}

/// Without a header: one column of numbers, one of keys, and names.
fn by_content(cut: &Cut<'_>, with_key_file: bool) -> Result<Columns> {
    let numbers = cut.places(|field| field.parse::<f64>().is_ok());
    let [score] = numbers[..] else {
        return Err(doubt(cut, &format!("{} columns hold numbers, not one", numbers.len())));
    };
    let key = cut.key_place();
    if key.is_none() && !with_key_file {
        return Err(doubt(cut, "no column, or more than one, holds target, nontarget and spoof on every line"));
    }
    let names: Vec<usize> = (0..cut.width).filter(|at| *at != score && Some(*at) != key).collect();
    let mut columns = Columns { key, score: Some(score), ..Columns::default() };
    let key_before = key.is_some_and(|key| key < score);
    let tells_targets = tells_targets(cut, key);
    match (names[..].as_ref(), key_before && tells_targets, key_before) {
        ([attack], true, _) => columns.attack = Some(*attack),
        ([speaker, attack], true, _) => (columns.speaker, columns.attack) = (Some(*speaker), Some(*attack)),
        ([file, attack], _, true) => (columns.file, columns.attack) = (Some(*file), Some(*attack)),
        ([file], _, _) => columns.file = Some(*file),
        ([speaker, file], _, _) => (columns.speaker, columns.file) = (Some(*speaker), Some(*file)),
        ([speaker, file, attack], _, _) => {
            (columns.speaker, columns.file, columns.attack) = (Some(*speaker), Some(*file), Some(*attack));
        }
        _ => return Err(doubt(cut, &format!("it is not told what its {} columns are", cut.width))),
    }
    Ok(columns)
}

/// What a score without a telling name is, by where and how ASVspoof's packages write it.
fn meant(cut: &Cut<'_>, columns: &Columns, score: usize, with_key_file: bool) -> TandemScoreKind {
    match columns.key {
        Some(key) if !tells_targets(cut, Some(key)) => TandemScoreKind::Cm,
        Some(key) if cut.names.is_none() && key < score => TandemScoreKind::Asv,
        Some(_) => TandemScoreKind::Sasv,
        None if with_key_file && columns.speaker.is_some() => TandemScoreKind::Asv,
        None => TandemScoreKind::Cm,
    }
}

fn tells_targets(cut: &Cut<'_>, key: Option<usize>) -> bool {
    let Some(key) = key else { return false };
    let words = cut.lines.iter().filter_map(|(_, fields)| super::words::Word::of(&fields[key]));
    words.filter_map(super::words::Word::key).any(|key| key != crate::metrics::TandemKey::Spoof)
}

fn first_line(cut: &Cut<'_>) -> u64 {
    cut.lines.first().map_or(1, |line| line.0.into())
}

fn doubt(cut: &Cut<'_>, message: &str) -> Error {
    Error::parse(cut.path, first_line(cut), "columns", message, REMEDY)
}
