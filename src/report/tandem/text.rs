//! Tandem measures as a table for readers or programs.

use super::TandemRow;
use crate::report::{
    catalogue::{csv_of, json_of},
    sheet::{Cell, Kind, Sheet},
    table::{TableFormat, format_sheet},
};

/// What stands where there is no value.
const NONE: &str = "\u{2013}";

/// Writes tandem measures of one or several systems; rounded for readers, unrounded in CSV and JSON. Ends with a line break.
pub fn format_tandem(rows: &[TandemRow], format: TableFormat) -> String {
    let columns = [
        ("System", Kind::Name),
        ("Measure", Kind::Name),
        ("Value", Kind::Number),
        ("Scores", Kind::Name),
        ("Thresholds", Kind::Text),
        ("Target", Kind::Number),
        ("Nontarget", Kind::Number),
        ("Bona fide", Kind::Number),
        ("Spoof", Kind::Number),
        ("Note", Kind::Text),
    ];
    let mut sheet = Sheet::new("tandem", "Tandem measures.", &columns);
    rows.iter().for_each(|row| sheet.push(cells(row)));
    if let Some(method) = rows.iter().map(|row| &row.method).find(|method| !method.is_empty()) {
        sheet.notes.push(format!("In brackets: {method}. What is above the thresholds passes."));
    }
    sheet.csv = csv_of(rows);
    sheet.json = json_of(rows);
    format_sheet(&sheet, format)
}

fn cells(row: &TandemRow) -> Vec<Cell> {
    let (name, scale, digits) = match row.measure.as_str() {
        "a_dcf" => ("a-DCF", 1.0, 4),
        "min_tdcf" => ("min t-DCF", 1.0, 4),
        _ => ("t-EER %", 100.0, 2),
    };
    let value = row.value.map_or_else(
        || NONE.into(),
        |value| Cell::interval(scale, digits, [value, row.low.unwrap_or(f64::NAN), row.high.unwrap_or(f64::NAN)]),
    );
    let thresholds = [("cm", row.cm_threshold), ("asv", row.asv_threshold), ("sasv", row.sasv_threshold)];
    let thresholds: Vec<String> =
        thresholds.iter().filter_map(|(name, at)| Some(format!("{name} {:.4}", (*at)?))).collect();
    let counts = [row.target, row.nontarget, row.bonafide, row.spoof].map(|count| count.to_string().into());
    let mut cells: Vec<Cell> =
        vec![row.system.as_str().into(), name.into(), value, row.columns.as_str().into(), thresholds.join(", ").into()];
    cells.extend(counts);
    cells.push(row.note.as_str().into());
    cells
}
