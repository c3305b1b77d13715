//! Measures cell by cell, as attack by codec, with pooled margins first.

use serde::Serialize;

use super::{
    groups::groups,
    measure::{MeasureSettings, POOLED, measured},
};
use crate::{
    error::Result,
    plot::{HeatCell, HeatMap},
    tables::{ResultsRow, ScoreTable},
};

/// What a cell shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum CellMeasure {
    /// The equal error rate by the official rule, in percent.
    #[default]
    Eer,
    /// The normalised minimum detection cost.
    MinDcf,
}

impl CellMeasure {
    /// As `eer` or `min_dcf`; `None` for any other name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "eer" => Some(Self::Eer),
            "min_dcf" | "minDCF" => Some(Self::MinDcf),
            _ => None,
        }
    }

    /// As a reader is told it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Eer => "EER %",
            Self::MinDcf => "minDCF",
        }
    }

    /// Its value in a row; rates are fractions.
    pub fn of(self, row: &ResultsRow) -> f64 {
        match self {
            Self::Eer => row.eer,
            Self::MinDcf => row.min_dcf,
        }
    }
}

/// The cells of a breakdown; what lacks a class is `None`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Breakdown {
    /// The column of the protocol behind the rows, as `attack`.
    pub rows_by: String,
    /// That behind the columns, as `codec`; empty where there is one column, pooled.
    pub columns_by: String,
    /// Names of the rows, `pooled` first.
    pub rows: Vec<String>,
    /// Names of the columns, `pooled` first.
    pub columns: Vec<String>,
    /// By row and column.
    pub cells: Vec<Vec<Option<ResultsRow>>>,
}

/// Breaks a score table down by one or two columns of its protocol; `columns_by` may be empty.
///
/// A cell compares the bona fide trials of its values with the spoofs of its values; a column in which bona fide trials have values of their own, as
/// `attack`, leaves all of them in.
///
/// # Errors
/// Where a column is not known, or nothing is labelled.
pub fn breakdown(
    system: &str,
    table: &ScoreTable,
    rows_by: &str,
    columns_by: &str,
    settings: &MeasureSettings,
) -> Result<Breakdown> {
    let by: Vec<String> = [rows_by, columns_by].into_iter().filter(|by| !by.is_empty()).map(str::to_owned).collect();
    let two = by.len() == 2;
    let groups = groups(system, table, &MeasureSettings { by, ..settings.clone() })?;
    let (mut rows, mut columns) = (vec![POOLED.to_owned()], vec![POOLED.to_owned()]);
    let mut found = Vec::new();
    for group in &groups {
        let row = group.values.first().map_or(POOLED, String::as_str);
        let column = group.values.get(1).map_or(POOLED, String::as_str);
        for (names, name) in [(&mut rows, row), (&mut columns, column)] {
            if names.iter().all(|known| known != name) {
                names.push(name.to_owned());
            }
        }
        let names =
            ResultsRow { system: system.into(), by: group.by.clone(), group: group.name(), ..ResultsRow::default() };
        found.push((row, column, measured(names, group, settings)?));
    }
    for names in [&mut rows, &mut columns] {
        names.sort_by_key(|name| (name != POOLED, name == "-", name.clone()));
    }
    if !two {
        columns.truncate(1);
    }
    let cell = |row: &String, column: &String| {
        found.iter().find(|(r, c, _)| r == row && c == column).map(|(_, _, measures)| measures.clone())
    };
    let cells = rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect();
    Ok(Breakdown { rows_by: rows_by.into(), columns_by: columns_by.into(), rows, columns, cells })
}

impl Breakdown {
    /// The rows of all cells, for tables.
    pub fn measures(&self) -> Vec<ResultsRow> {
        self.cells.iter().flatten().flatten().cloned().collect()
    }

    /// As a picture's data.
    pub fn heat_map(&self, title: &str, measure: CellMeasure) -> HeatMap {
        let shown = |name: &String| if name == "-" { "none".to_owned() } else { name.clone() };
        let cell = |row: &ResultsRow| HeatCell { value: measure.of(row), few_errors: row.has_few_errors() };
        HeatMap {
            title: title.into(),
            measure: measure.title().into(),
            rows: self.rows.iter().map(shown).collect(),
            columns: self.columns.iter().map(shown).collect(),
            cells: self.cells.iter().map(|row| row.iter().map(|found| found.as_ref().map(cell)).collect()).collect(),
        }
    }
}
