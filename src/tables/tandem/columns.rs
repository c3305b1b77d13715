//! A text table cut into fields, and which of them is what.

use std::{borrow::Cow, path::Path};

use super::words::{Meaning, Word, meaning};
use crate::{
    error::{Error, Result},
    protocol::{
        fields::{Delimiter, split},
        normalised, text,
    },
};

/// A table's lines, cut.
pub(super) struct Cut<'a> {
    pub(super) path: &'a Path,
    /// The header's normalised names, where it has one.
    pub(super) names: Option<Vec<String>>,
    /// Each line with its number and fields, all equally many.
    pub(super) lines: Vec<(u32, Vec<Cow<'a, str>>)>,
    /// How many fields.
    pub(super) width: usize,
}

/// The columns of a table by their places.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Columns {
    pub(super) speaker: Option<usize>,
    pub(super) file: Option<usize>,
    pub(super) attack: Option<usize>,
    pub(super) key: Option<usize>,
    pub(super) dummy: Option<usize>,
    pub(super) cm: Option<usize>,
    pub(super) asv: Option<usize>,
    pub(super) sasv: Option<usize>,
    /// A score of which the name does not tell more.
    pub(super) score: Option<usize>,
}

impl<'a> Cut<'a> {
    /// Cuts a text; its first line is a header if it names scores or a key.
    ///
    /// # Errors
    /// Where there is no line, or lines have different numbers of fields.
    pub(super) fn new(path: &'a Path, content: &'a str) -> Result<Self> {
        let mut lines = text::lines(content).peekable();
        let Some(&(number, first)) = lines.peek() else {
            return Err(Error::parse(path, 1, "table", "it holds no trial", "give a file with a line for each trial"));
        };
        let (delimiter, names) = header(first);
        if names.is_some() {
            lines.next();
        }
        let bad = |line: u32, message: String| {
            Error::parse(path, line.into(), "columns", message, "mend that line, or write the file again")
        };
        let width = match &names {
            Some(names) => names.len(),
            None => split(first, delimiter).map_err(|message| bad(number, message))?.len(),
        };
        let mut cut = Self { path, names, lines: Vec::new(), width };
        for (number, line) in lines {
            let fields = split(line, delimiter).map_err(|message| bad(number, message))?;
            if fields.len() != width {
                return Err(bad(number, format!("expected {width} columns, found {}", fields.len())));
            }
            cut.lines.push((number, fields));
        }
        if cut.lines.is_empty() {
            return Err(bad(number, "there is nothing below the header".into()));
        }
        Ok(cut)
    }

    /// The columns by the header's names.
    pub(super) fn by_name(&self) -> Option<Columns> {
        let names = self.names.as_ref()?;
        let meanings: Vec<Option<Meaning>> = names.iter().map(|name| meaning(name)).collect();
        let place = |wanted: Meaning| meanings.iter().position(|meaning| *meaning == Some(wanted));
        let key = (0..=4).find_map(|rank| place(Meaning::Key(rank)));
        Some(Columns {
            speaker: place(Meaning::Speaker),
            file: place(Meaning::File),
            attack: place(Meaning::Attack),
            key,
            dummy: place(Meaning::Dummy),
            cm: place(Meaning::Cm),
            asv: place(Meaning::Asv),
            sasv: place(Meaning::Sasv),
            score: place(Meaning::Score),
        })
    }

    /// Places at which every line holds what is asked for.
    pub(super) fn places(&self, holds: impl Fn(&str) -> bool) -> Vec<usize> {
        (0..self.width).filter(|&at| self.lines.iter().all(|(_, fields)| holds(&fields[at]))).collect()
    }

    /// The place of the keys where there is no header: words that tell targets from nontargets before others.
    pub(super) fn key_place(&self) -> Option<usize> {
        let words = self.places(|field| Word::of(field).is_some());
        let tells = |at: &usize| {
            self.lines.iter().any(|(_, fields)| {
                let word = Word::of(&fields[*at]);
                word.and_then(Word::key).is_some_and(|key| key != crate::metrics::TandemKey::Spoof)
            })
        };
        let telling: Vec<usize> = words.iter().copied().filter(tells).collect();
        match (&telling[..], &words[..]) {
            ([at], _) | ([], [at]) => Some(*at),
            _ => None,
        }
    }
}

/// The delimiter of a first line, and its normalised names if it is a header.
fn header(first: &str) -> (Delimiter, Option<Vec<String>>) {
    let candidates = [',', '\t', ';'].map(Delimiter::Character).into_iter().chain([Delimiter::Whitespace]);
    let named = candidates.filter_map(|delimiter| {
        let names: Vec<String> = split(first, delimiter).ok()?.iter().map(|name| normalised(name)).collect();
        let meanings: Vec<Meaning> = names.iter().filter_map(|name| meaning(name)).collect();
        let is = |wanted: fn(&Meaning) -> bool| meanings.iter().any(wanted);
        let scores = is(|it| matches!(it, Meaning::Cm | Meaning::Asv | Meaning::Sasv | Meaning::Score));
        let keys = is(|it| matches!(it, Meaning::Key(_))) && is(|it| matches!(it, Meaning::File));
        (names.len() > 1 && (scores || keys)).then_some((delimiter, names))
    });
    match named.into_iter().next() {
        Some((delimiter, names)) => (delimiter, Some(names)),
        None => (Delimiter::of(first), None),
    }
}
