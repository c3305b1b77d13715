//! A table of the page: heads, cells and notes, before it is HTML, Markdown or LaTeX.

use serde::Serialize;

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// Left.
    Text,
    /// Left, on one line.
    Name,
    /// Right, in figures of equal width.
    Number,
    /// Left, in a typeface of equal width.
    Code,
}

/// A column's head; neighbours of one group share a head above.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Column {
    pub(super) title: String,
    pub(super) group: String,
    pub(super) kind: Kind,
}

/// A cell: its text, and something smaller beside it, as an interval.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) note: String,
    pub(super) best: bool,
}

/// A table with its words.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Sheet {
    /// The anchor.
    pub(super) name: String,
    /// Plain text.
    pub(super) caption: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// Plain text below the table.
    pub(super) notes: Vec<String>,
    /// The data behind, unrounded, for download; where empty, [`Sheet::csv_twin`] takes what is shown.
    pub(super) csv: String,
    /// The same as JSON; where empty, [`Sheet::json_twin`] makes it of the CSV.
    pub(super) json: String,
    /// Shown only when asked for.
    pub(super) folded: bool,
}

impl Sheet {
    pub(super) fn new(name: &str, caption: impl Into<String>, columns: &[(&str, Kind)]) -> Self {
        let column = |&(title, kind): &(&str, Kind)| Column { title: title.into(), group: String::new(), kind };
        Self {
            name: name.into(),
            caption: caption.into(),
            columns: columns.iter().map(column).collect(),
            ..Self::default()
        }
    }

    pub(super) fn push<T: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// Heads above the heads: each with the number of columns that it spans; empty where no column has a group.
    pub(super) fn groups(&self) -> Vec<(String, usize)> {
        if self.columns.iter().all(|column| column.group.is_empty()) {
            return Vec::new();
        }
        let mut groups: Vec<(String, usize)> = Vec::new();
        for column in &self.columns {
            match groups.last_mut() {
                Some((name, span)) if *name == column.group => *span += 1,
                _ => groups.push((column.group.clone(), 1)),
            }
        }
        groups
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl Cell {
    /// A value with its interval; without one where its ends are no numbers.
    pub(super) fn interval(scale: f64, digits: usize, [value, low, high]: [f64; 3]) -> Self {
        let set = |value: f64| format!("{:.digits$}", scale * value);
        let note =
            if low.is_finite() && high.is_finite() { format!("[{}, {}]", set(low), set(high)) } else { String::new() };
        Self { text: set(value), note, best: false }
    }
}

/// Sets the best mark on the lowest values of a column, if there are several rows to choose from.
pub(super) fn mark_lowest(rows: &mut [Vec<Cell>], column: usize, values: &[f64]) {
    let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
    if values.len() < 2 {
        return;
    }
    for (row, _) in rows.iter_mut().zip(values).filter(|(_, value)| **value == lowest) {
        row[column].best = true;
    }
}
