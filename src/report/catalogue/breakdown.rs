//! Tables of breakdowns: a row for each value of one column, a column for each value of another.

use super::{
    super::{
        breakdown::{Breakdown, CellMeasure},
        latex::label,
        sheet::{Cell, Kind, Sheet},
    },
    results::{FEW_ERRORS, csv_of, json_of},
};
use crate::tables::ResultsRow;

/// The table of a breakdown.
pub(in crate::report) fn breakdown_sheet(system: &str, found: &Breakdown, measure: CellMeasure) -> Sheet {
    let by = if found.columns_by.is_empty() {
        found.rows_by.clone()
    } else {
        format!("{} and {}", found.rows_by, found.columns_by)
    };
    let caption = format!("{} of {system} by {by}.", measure.title());
    let mut columns = vec![(found.rows_by.as_str(), Kind::Name)];
    columns.extend(found.columns.iter().map(|name| (shown(name), Kind::Number)));
    let mut sheet = Sheet::new(&format!("breakdown-{}", label(&found.rows_by)), caption, &columns);
    for (name, cells) in found.rows.iter().zip(&found.cells) {
        let values =
            cells.iter().map(|found| found.as_ref().map_or_else(|| "\u{2013}".into(), |row| cell(row, measure)));
        sheet.push(std::iter::once(Cell::from(shown(name))).chain(values));
    }
    let rows = found.measures();
    if rows.iter().any(ResultsRow::has_few_errors) {
        sheet.notes.push("\u{2020} fewer than 30 misses or fewer than 30 false alarms stand behind the rate.".into());
    }
    sheet.csv = csv_of(&rows);
    sheet.json = json_of(&rows);
    sheet
}

fn shown(name: &str) -> &str {
    if name == "-" { "none" } else { name }
}

fn cell(row: &ResultsRow, measure: CellMeasure) -> Cell {
    let mark = if row.has_few_errors() { FEW_ERRORS } else { "" };
    match measure {
        CellMeasure::Eer => format!("{:.2}{mark}", 100.0 * measure.of(row)).into(),
        CellMeasure::MinDcf => format!("{:.4}{mark}", measure.of(row)).into(),
    }
}
