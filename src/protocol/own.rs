//! Own data, which nobody published and no one checked: numbers as labels mean what the user says, and two columns that mean
//! the same may not contradict each other.

use std::{borrow::Cow, path::Path};

use super::{names::standard_name, words::LabelConvention};
use crate::{
    error::{Error, Result},
    trial::Label,
};

/// Names of columns that hold a recording's place; other names of `file` may be numbers.
const PLACES: [&str; 13] = [
    "file",
    "filename",
    "file_name",
    "path",
    "filepath",
    "file_path",
    "audio",
    "audio_file",
    "audio_path",
    "audio_file_name",
    "wav",
    "wav_file",
    "flac",
];

/// The labels of a column by line: all words, or all numbers that the convention explains.
pub(super) fn labels<'a>(
    path: &Path,
    words: impl Iterator<Item = (&'a str, u32)>,
    convention: LabelConvention,
) -> Result<Vec<Option<Label>>> {
    let convention = strict(convention);
    let mut first: [Option<(&str, u32)>; 2] = [None; 2];
    let mut labels = Vec::new();
    for (word, line) in words {
        let bad = |message: String, remedy: &str| Err(Error::parse(path, line.into(), "label", message, remedy));
        let number = usize::from(is_number(word));
        let Some(label) = convention.label(word) else {
            return match number {
                1 => bad(
                    format!("`{word}` may be bona fide or spoof"),
                    "say which: --labels bonafide-is-zero or --labels bonafide-is-one; or write bonafide and spoof",
                ),
                _ => bad(
                    format!("`{word}` is neither bonafide, spoof nor `-` (unlabelled)"),
                    "mend that line: write bonafide, spoof or `-`",
                ),
            };
        };
        if label.is_some() {
            first[number].get_or_insert((word, line));
            if let Some((other, place)) = first[1 - number] {
                let message = format!("`{word}` here and `{other}` on line {place} mix words and numbers");
                return bad(message, "write all labels as words, bonafide and spoof, or all as numbers");
            }
        }
        labels.push(label);
    }
    Ok(labels)
}

fn is_number(word: &str) -> bool {
    matches!(word, "0" | "0.0" | "1" | "1.0")
}

/// Without a word from the user, numbers mean nothing.
fn strict(convention: LabelConvention) -> LabelConvention {
    if convention == LabelConvention::Auto { LabelConvention::Words } else { convention }
}

/// Columns that mean the same, by place.
pub(super) struct Twins<'a> {
    names: &'a [String],
    pairs: Vec<(usize, usize)>,
    convention: LabelConvention,
}

impl<'a> Twins<'a> {
    pub(super) fn among(names: &'a [String], convention: LabelConvention) -> Self {
        let same = |a: usize, b: usize| {
            let meaning = standard_name(&names[a]);
            let place = |at: usize| PLACES.contains(&names[at].as_str());
            meaning.is_some()
                && meaning == standard_name(&names[b])
                && (names[a] == names[b] || meaning == Some("label") || (place(a) && place(b)))
        };
        let all = (0..names.len()).flat_map(|a| (a + 1..names.len()).map(move |b| (a, b)));
        Self { names, pairs: all.filter(|&(a, b)| same(a, b)).collect(), convention: strict(convention) }
    }

    /// Refuses a line in which two of them differ.
    pub(super) fn check(&self, path: &Path, line: u32, fields: &[Cow<'_, str>]) -> Result<()> {
        for &(a, b) in &self.pairs {
            let differ = match standard_name(&self.names[a]) {
                Some("label") => self.labels_differ(&fields[a], &fields[b]),
                Some("file") => bare(&fields[a]) != bare(&fields[b]),
                _ => fields[a] != fields[b],
            };
            if differ {
                let column = |at: usize| format!("`{}` in column {} ({})", fields[at], at + 1, self.names[at]);
                let message = format!("{} contradicts {}", column(a), column(b));
                let remedy = "take one of the columns out, or give it a name that means something else";
                return Err(Error::parse(path, line.into(), self.names[a].as_str(), message, remedy));
            }
        }
        Ok(())
    }

    fn labels_differ(&self, a: &str, b: &str) -> bool {
        match (self.convention.label(a), self.convention.label(b)) {
            (Some(Some(a)), Some(Some(b))) => a != b,
            (None, None) => a != b && is_number(a) && is_number(b),
            _ => false,
        }
    }
}

/// A recording's name without folders and ending: a column may have them, another not.
fn bare(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    match name.rsplit_once('.') {
        Some((stem, ending)) if matches!(ending.len(), 3 | 4) => stem,
        _ => name,
    }
}
