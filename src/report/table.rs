//! Tables as text: aligned columns for the terminal, CSV, JSON, Markdown or LaTeX (booktabs).

use std::{fmt, str::FromStr};

use super::{
    catalogue::{BOLD, comparison_sheet, results_sheet, single_sheet},
    latex_table, markdown,
    sheet::{Kind, Sheet},
};
use crate::{
    error::Error,
    tables::{ComparisonTable, ResultsTable},
};

/// How a table is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TableFormat {
    /// Aligned columns for the terminal.
    #[default]
    Table,
    /// Comma separated, unrounded.
    Csv,
    /// A list of objects, unrounded; what is no number is null.
    Json,
    /// A table of GitHub's Markdown.
    Markdown,
    /// A `tabular` for the LaTeX package booktabs.
    Latex,
}

impl TableFormat {
    /// All of them, in the order of the help.
    pub const ALL: [Self; 5] = [Self::Table, Self::Csv, Self::Json, Self::Markdown, Self::Latex];
}

impl FromStr for TableFormat {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|format| format.to_string() == text).ok_or_else(|| {
            let message = format!("`{text}` is not a table format");
            Error::config("format", message, "use table, csv, json, markdown or latex")
        })
    }
}

impl fmt::Display for TableFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Latex => "latex",
        })
    }
}

/// Writes a results table; rounded for readers, unrounded in CSV and JSON. Ends with a line break.
///
/// A single row on the terminal becomes a line for each measure, with its threshold and all digits that matter.
///
/// ```
/// use rat::{report::{TableFormat, format_results}, tables::{ResultsRow, ResultsTable}};
/// let row = ResultsRow { system: "RAT".into(), condition: "zeroed".into(), group: "pooled".into(), eer: 0.0257, ..Default::default() };
/// let table = ResultsTable { rows: vec![row] };
/// assert!(format_results(&table, "markdown".parse()?).contains("| RAT | zeroed | 2.57"));
/// # Ok::<(), rat::Error>(())
/// ```
pub fn format_results(table: &ResultsTable, format: TableFormat) -> String {
    if let (TableFormat::Table, [row]) = (format, table.rows.as_slice()) {
        return aligned(&single_sheet(row));
    }
    format_sheet(&results_sheet("results", "Error rates and detection costs.", table), format)
}

/// Writes a comparison table; rounded for readers, unrounded in CSV and JSON. Ends with a line break.
pub fn format_comparison(table: &ComparisonTable, format: TableFormat) -> String {
    format_sheet(&comparison_sheet("comparison", "Paired differences.", table), format)
}

pub(super) fn format_sheet(sheet: &Sheet, format: TableFormat) -> String {
    match format {
        TableFormat::Table => aligned(sheet),
        TableFormat::Csv => sheet.csv_twin(),
        TableFormat::Json => sheet.json_twin(),
        TableFormat::Markdown => markdown::rows(sheet),
        TableFormat::Latex => latex_table::alone(sheet),
    }
}

/// Columns padded to one width, notes below; what a terminal would obey is left out.
fn aligned(sheet: &Sheet) -> String {
    let printable = |text: String| text.chars().filter(|letter| !letter.is_control()).collect::<String>();
    let head = sheet.columns.iter().map(|column| match column.group.as_str() {
        "" => column.title.clone(),
        group => format!("{group}, {}", column.title),
    });
    let cells = sheet.rows.iter().map(|row| {
        let cell = |cell: &super::sheet::Cell| {
            if cell.note.is_empty() { cell.text.clone() } else { format!("{} {}", cell.text, cell.note) }
        };
        row.iter().map(cell).map(printable).collect()
    });
    let rows: Vec<Vec<String>> = std::iter::once(head.map(printable).collect()).chain(cells).collect();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..sheet.columns.len()).map(|column| width(column).unwrap_or_default()).collect();
    let mut text = String::new();
    for row in &rows {
        let padded = row.iter().zip(&widths).zip(&sheet.columns).map(|((cell, &width), column)| {
            if column.kind == Kind::Number { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        text.push_str(padded.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    for note in sheet.notes.iter().filter(|note| *note != BOLD) {
        text.push_str(&format!("{}\n", printable(note.clone())));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::ResultsRow;

    fn row(system: &str) -> ResultsRow {
        ResultsRow {
            system: system.into(),
            condition: "-".into(),
            group: "pooled".into(),
            eer_low: f64::NAN,
            ..ResultsRow::default()
        }
    }

    #[test]
    fn every_format_survives_its_name_and_writes_the_row() {
        let row = ResultsRow { eer: 0.123_456, ..row("a_b") };
        let table = ResultsTable { rows: vec![row] };
        for (name, part) in [
            ("table", "a_b"),
            ("csv", "0.123456"),
            ("json", "\"eer_low\": null"),
            ("markdown", "| a\\_b |"),
            ("latex", "a\\_b & "),
        ] {
            let format: TableFormat = name.parse().expect("a format");
            assert_eq!(format.to_string(), name);
            let text = format_results(&table, format);
            assert!(text.contains(part) && text.ends_with('\n'), "{name}: {text}");
        }
        assert!("html".parse::<TableFormat>().is_err());
    }

    #[test]
    fn columns_are_aligned() {
        let text = format_results(&ResultsTable { rows: vec![row("RAT"), row("RAT_baseline")] }, TableFormat::Table);
        let lengths: Vec<_> = text.lines().take(3).map(|line| line.chars().count()).collect();
        assert!(lengths.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
    }
}
