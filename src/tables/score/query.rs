//! Asking a score table: some of its trials, or its trials group by group.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use polars::prelude::{BooleanChunked, IntoColumn, NamedFrom, StringChunked};

use super::ScoreTable;
use crate::{
    error::{Error, Result},
    trial::Label,
};

/// One trial, as [`ScoreTable::filter`] shows it.
#[derive(Clone, Copy, Debug)]
pub struct ScoredTrial<'a> {
    table: &'a Columns<'a>,
    at: usize,
}

#[derive(Debug)]
struct Columns<'a> {
    scores: &'a [f64],
    labels: Vec<Option<Label>>,
    texts: Vec<(&'a str, Vec<&'a str>)>,
}

impl<'a> ScoredTrial<'a> {
    /// Its score.
    pub fn score(&self) -> f64 {
        self.table.scores[self.at]
    }

    /// Its label, where it has one.
    pub fn label(&self) -> Option<Label> {
        self.table.labels[self.at]
    }

    /// What a column of text says of it; `-` where the table has no such column.
    pub fn text(&self, column: &str) -> &'a str {
        self.table.texts.iter().find(|(name, _)| *name == column).map_or("-", |(_, texts)| texts[self.at])
    }
}

impl ScoreTable {
    /// The trials that the question is answered with yes for, in table order.
    ///
    /// ```
    /// use rat::tables::{ScoreRow, ScoreTable};
    /// let row = |file: &str, attack: &str| ScoreRow {
    ///     file: file.into(), score: 0.5, label: None, margin: None,
    ///     speaker: "-".into(), attack: attack.into(), codec: "-".into(),
    /// };
    /// let table = ScoreTable::from_rows([row("a", "A17"), row("b", "A18"), row("c", "A17")]);
    /// assert_eq!(table.filter(|trial| trial.text("attack") == "A17")?.len(), 2);
    /// # Ok::<(), rat::Error>(())
    /// ```
    ///
    /// # Errors
    /// None with a well-formed table.
    pub fn filter(&self, keep: impl Fn(ScoredTrial<'_>) -> bool) -> Result<Self> {
        let names = self.columns().into_iter().filter(|name| *name != "label");
        let texts = names.filter_map(|name| Some((name, self.texts(name).ok()?))).collect();
        let columns = Columns { scores: self.scores(), labels: self.labels(), texts };
        let mask: Vec<bool> = (0..self.len()).map(|at| keep(ScoredTrial { table: &columns, at })).collect();
        self.masked(&mask)
    }

    /// Trials grouped by a column, in the order of the names.
    ///
    /// # Errors
    /// Where there is no such column of text.
    pub fn groups(&self, column: &str) -> Result<BTreeMap<String, Self>> {
        let texts = self.texts(column)?;
        let names: BTreeSet<&str> = texts.iter().copied().collect();
        names
            .into_iter()
            .map(|name| {
                let mask: Vec<bool> = texts.iter().map(|&text| text == name).collect();
                Ok((name.to_owned(), self.masked(&mask)?))
            })
            .collect()
    }

    /// The table with a column of text added, or put in the place of one of that name.
    ///
    /// # Errors
    /// Where there are not as many texts as trials, or the name is a column of numbers.
    pub fn with_column(&self, name: &str, texts: &[impl AsRef<str>]) -> Result<Self> {
        if texts.len() != self.len() {
            let message = format!("{} values for {} trials", texts.len(), self.len());
            return Err(Error::config("column", message, "give one value for each trial, in table order"));
        }
        if super::NUMBERS.contains(&name) {
            return Err(Error::config("column", format!("{name} is a column of numbers"), "choose another name"));
        }
        let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
        let mut frame = self.frame.clone();
        let column = StringChunked::new(name.into(), texts).into_column();
        frame.with_column(column).map_err(|source| super::misfit(&source.to_string()))?;
        Self::new(frame)
    }

    /// What names each trial, in table order: its file, with the claimed speaker where files repeat.
    pub fn keys(&self) -> Vec<(&str, &str)> {
        let files = self.texts("file").expect("checked: a column of text");
        let distinct: HashSet<&str> = files.iter().copied().collect();
        let speakers = self.texts("speaker").ok().filter(|_| distinct.len() < files.len());
        let speakers = speakers.unwrap_or_else(|| vec!["-"; self.len()]);
        files.into_iter().zip(speakers).collect()
    }

    /// The table without a column.
    pub(super) fn without(&self, name: &str) -> Result<Self> {
        Self::new(self.frame.drop(name).map_err(|source| super::misfit(&source.to_string()))?)
    }

    fn masked(&self, mask: &[bool]) -> Result<Self> {
        let mask = BooleanChunked::new("".into(), mask);
        let mut frame = self.frame.filter(&mask).map_err(|source| super::misfit(&source.to_string()))?;
        frame.rechunk_mut();
        Ok(Self { frame })
    }
}
