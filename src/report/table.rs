//! A results table as text: aligned columns for the terminal, CSV, JSON, Markdown or LaTeX (booktabs).

use std::{fmt, str::FromStr};

use super::escape;
use crate::{
    error::Error,
    tables::{ResultsRow, ResultsTable},
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

impl FromStr for TableFormat {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Ok(match text {
            "table" => Self::Table,
            "csv" => Self::Csv,
            "json" => Self::Json,
            "markdown" => Self::Markdown,
            "latex" => Self::Latex,
            _ => {
                let message = format!("`{text}` is not a table format");
                return Err(Error::config("format", message, "use table, csv, json, markdown or latex"));
            }
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
/// ```
/// use rat::{report::{TableFormat, format_results}, tables::{ResultsRow, ResultsTable}};
/// let row = ResultsRow { system: "RAT".into(), condition: "zeroed".into(), group: "pooled".into(), eer: 0.0257, ..Default::default() };
/// let table = ResultsTable { rows: vec![row] };
/// assert!(format_results(&table, "markdown".parse()?).contains("| RAT | zeroed | pooled | 2.57"));
/// # Ok::<(), rat::Error>(())
/// ```
pub fn format_results(table: &ResultsTable, format: TableFormat) -> String {
    match format {
        TableFormat::Table => aligned(table),
        TableFormat::Csv => csv(table),
        TableFormat::Json => serde_json::to_string_pretty(&table.rows).expect("plain data serialises") + "\n",
        TableFormat::Markdown => markdown(table),
        TableFormat::Latex => latex(table),
    }
}

const HEADS: [&str; 8] =
    ["system", "condition", "group", "EER % (official)", "EER % (tie-merged)", "minDCF", "bona fide", "spoof"];
/// Columns of words; the others are numbers.
const WORDS: usize = 3;

fn cells(row: &ResultsRow) -> [String; 8] {
    let interval = |scale: f64, digits: usize, value: f64, low: f64, high: f64| {
        let set = |value: f64| format!("{:.digits$}", scale * value);
        if low.is_finite() && high.is_finite() {
            format!("{} [{}, {}]", set(value), set(low), set(high))
        } else {
            set(value)
        }
    };
    [
        row.system.clone(),
        row.condition.clone(),
        row.group.clone(),
        interval(100.0, 2, row.eer, row.eer_low, row.eer_high),
        format!("{:.2}", 100.0 * row.eer_tie_merged),
        interval(1.0, 4, row.min_dcf, row.min_dcf_low, row.min_dcf_high),
        row.bonafide.to_string(),
        row.spoof.to_string(),
    ]
}

fn aligned(table: &ResultsTable) -> String {
    let printable = |text: String| text.chars().filter(|letter| !letter.is_control()).collect::<String>();
    let rows: Vec<[String; 8]> = std::iter::once(HEADS.map(String::from))
        .chain(table.rows.iter().map(cells))
        .map(|cells| cells.map(printable))
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..HEADS.len()).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let padded = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if column < WORDS { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        text.push_str(padded.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Comma separated with a header, unrounded.
pub(super) fn csv(table: &ResultsTable) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in &table.rows {
        writer.serialize(row).expect("rows of plain data serialise into memory");
    }
    String::from_utf8(writer.into_inner().expect("memory takes all")).expect("CSV of text is text")
}

fn markdown(table: &ResultsTable) -> String {
    let mut text = format!("| {} |\n", HEADS.join(" | "));
    let rules = (0..HEADS.len()).map(|column| if column < WORDS { "---" } else { "---:" });
    text.push_str(&format!("| {} |\n", rules.collect::<Vec<_>>().join(" | ")));
    for row in &table.rows {
        let mut cells = cells(row);
        for word in &mut cells[..WORDS] {
            *word = escape::markdown(word);
        }
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    text
}

fn latex(table: &ResultsTable) -> String {
    let mut text = String::from("% \\usepackage{booktabs}\n\\begin{tabular}{lllrrrrr}\n\\toprule\n");
    let line = |cells: [String; 8]| format!("{} \\\\\n", cells.map(|cell| escape::latex(&cell)).join(" & "));
    text.push_str(&line(HEADS.map(String::from)));
    text.push_str("\\midrule\n");
    for row in &table.rows {
        text.push_str(&line(cells(row)));
    }
    text.push_str("\\bottomrule\n\\end{tabular}\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_survives_its_name_and_writes_the_row() {
        let row = ResultsRow { system: "a_b".into(), eer: 0.123_456, eer_low: f64::NAN, ..ResultsRow::default() };
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
        let row = |system: &str| ResultsRow { system: system.into(), ..ResultsRow::default() };
        let text = aligned(&ResultsTable { rows: vec![row("RAT"), row("RAT_baseline")] });
        let lengths: Vec<_> = text.lines().map(|line| line.chars().count()).collect();
        assert!(lengths.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
    }
}
