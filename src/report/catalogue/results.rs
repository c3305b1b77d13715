//! Tables of measures: one row for each system, condition and group; columns for what there is to tell.

use super::super::{
    context::{self, condition_name},
    sheet::{Cell, Kind, Sheet, mark_lowest},
};
use crate::tables::{ResultsRow, ResultsTable};

/// What marks a cell with few errors.
pub(super) const FEW_ERRORS: &str = " \u{2020}";

/// How a column of a results table is made.
struct Measure {
    title: &'static str,
    scale: f64,
    digits: usize,
    of: fn(&ResultsRow) -> [f64; 3],
}

const MEASURES: [Measure; 6] = [
    Measure { title: "EER %, official", scale: 100.0, digits: 2, of: |row| [row.eer, row.eer_low, row.eer_high] },
    Measure {
        title: "EER %, tie-merged",
        scale: 100.0,
        digits: 2,
        of: |row| [row.eer_tie_merged, row.eer_tie_merged_low, row.eer_tie_merged_high],
    },
    Measure { title: "minDCF", scale: 1.0, digits: 4, of: |row| [row.min_dcf, row.min_dcf_low, row.min_dcf_high] },
    Measure {
        title: "actDCF",
        scale: 1.0,
        digits: 4,
        of: |row| [row.act_dcf, row.act_dcf_low, row.act_dcf_high].map(|value| value.unwrap_or(f64::NAN)),
    },
    Measure {
        title: "Cllr",
        scale: 1.0,
        digits: 4,
        of: |row| [row.cllr, row.cllr_low, row.cllr_high].map(|value| value.unwrap_or(f64::NAN)),
    },
    Measure {
        title: "minCllr",
        scale: 1.0,
        digits: 4,
        of: |row| [row.min_cllr, row.min_cllr_low, row.min_cllr_high].map(|value| value.unwrap_or(f64::NAN)),
    },
];

/// The table of a results table; columns that say nothing are left out.
pub(in crate::report) fn results_sheet(name: &str, caption: &str, table: &ResultsTable) -> Sheet {
    let rows = &table.rows;
    let any = |tells: fn(&ResultsRow) -> bool| rows.iter().any(tells);
    let with_condition = any(|row| row.condition != "-");
    let with_group = any(|row| !row.is_pooled());
    let measures: Vec<&Measure> =
        MEASURES.iter().filter(|measure| rows.iter().any(|row| (measure.of)(row)[0].is_finite())).collect();
    let mut columns = vec![("System", Kind::Name)];
    columns.extend(with_condition.then_some(("Reference", Kind::Name)));
    columns.extend(with_group.then_some(("Group", Kind::Name)));
    columns.extend(measures.iter().map(|measure| (measure.title, Kind::Number)));
    columns.extend([("Bona fide", Kind::Number), ("Spoof", Kind::Number)]);
    let mut sheet = Sheet::new(name, caption, &columns);
    for row in rows {
        let mut cells: Vec<Cell> = vec![row.system.as_str().into()];
        cells.extend(with_condition.then(|| condition_name(&row.condition).into()));
        cells.extend(with_group.then(|| row.group.as_str().into()));
        cells.extend(measures.iter().map(|measure| Cell::interval(measure.scale, measure.digits, (measure.of)(row))));
        cells.extend([row.bonafide.to_string().into(), row.spoof.to_string().into()]);
        sheet.push(cells);
    }
    let first = 1 + usize::from(with_condition) + usize::from(with_group);
    for (at, measure) in measures.iter().enumerate() {
        mark_best(&mut sheet, first + at, rows, measure);
        mark_few(&mut sheet, first + at, rows, measure);
    }
    sheet.csv = csv_of(rows);
    sheet.json = json_of(rows);
    sheet.notes = notes(rows);
    sheet
}

/// One row of measures set upright: a line for each, with its threshold.
pub(in crate::report) fn single_sheet(row: &ResultsRow) -> Sheet {
    let name = context::named(&row.system, &row.condition);
    let columns =
        [(name.as_str(), Kind::Name), ("value", Kind::Number), ("interval", Kind::Number), ("threshold", Kind::Number)];
    let mut sheet = Sheet::new("measures", "All measures.", &columns);
    let of_hull = |row: &ResultsRow| [row.eer_convex_hull, f64::NAN, f64::NAN];
    let hull = Measure { title: "EER %, convex hull", scale: 100.0, digits: 4, of: of_hull };
    let thresholds = [
        Some(row.eer_threshold),
        Some(row.eer_tie_merged_threshold),
        Some(row.min_dcf_threshold),
        row.act_dcf_threshold,
        None,
        None,
    ];
    let mut line = |measure: &Measure, threshold: Option<f64>| {
        let values = (measure.of)(row);
        if values[0].is_finite() {
            let set = |value: f64| format!("{:.6}", measure.scale * value);
            let interval =
                if values[1].is_finite() { format!("[{}, {}]", set(values[1]), set(values[2])) } else { String::new() };
            let threshold = threshold.map_or_else(String::new, |threshold| threshold.to_string());
            sheet.push([measure.title.to_owned(), set(values[0]), interval, threshold]);
        }
    };
    for (at, (measure, threshold)) in MEASURES.iter().zip(thresholds).enumerate() {
        line(measure, threshold);
        if at == 1 {
            line(&hull, None);
        }
    }
    if let Some(loss) = row.calibration_loss {
        sheet.push(["calibration loss".to_owned(), format!("{loss:.6}"), String::new(), String::new()]);
    }
    for (name, trials) in [("trials", row.bonafide + row.spoof), ("  bona fide", row.bonafide), ("  spoof", row.spoof)]
    {
        sheet.push([name.to_owned(), trials.to_string(), String::new(), String::new()]);
    }
    if row.eer_low.is_finite() {
        sheet.notes.push(row.method.clone());
    }
    sheet
}

/// The lowest of a measure among the rows of a group; groups are other tasks, not other systems.
fn mark_best(sheet: &mut Sheet, column: usize, rows: &[ResultsRow], measure: &Measure) {
    let pooled: Vec<usize> = (0..rows.len()).filter(|&at| rows[at].is_pooled()).collect();
    let mut cells: Vec<Vec<Cell>> = pooled.iter().map(|&at| vec![sheet.rows[at][column].clone()]).collect();
    let values: Vec<f64> = pooled.iter().map(|&at| (measure.of)(&rows[at])[0]).collect();
    mark_lowest(&mut cells, 0, &values);
    for (&at, cell) in pooled.iter().zip(cells) {
        sheet.rows[at][column] = cell.into_iter().next().expect("each has one");
    }
}

/// A dagger at equal error rates of few errors.
fn mark_few(sheet: &mut Sheet, column: usize, rows: &[ResultsRow], measure: &Measure) {
    if !measure.title.starts_with("EER %, official") {
        return;
    }
    for (cells, row) in sheet.rows.iter_mut().zip(rows).filter(|(_, row)| row.has_few_errors()) {
        cells[column].text.push_str(if row.is_pooled() { "" } else { FEW_ERRORS });
    }
}

fn notes(rows: &[ResultsRow]) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(row) = rows.iter().find(|row| row.eer_low.is_finite()) {
        notes.push(format!("In brackets: {}. {}", row.method, sensitivity(&row.method)));
    }
    if rows.iter().filter(|row| row.is_pooled()).count() > 1 {
        notes.push(BOLD.into());
    }
    if rows.iter().any(|row| !row.is_pooled() && row.has_few_errors()) {
        notes.push("\u{2020} fewer than 30 misses or fewer than 30 false alarms stand behind the rate.".into());
    }
    notes
}

/// What bold type means; a terminal has none.
pub(in crate::report) const BOLD: &str =
    "Bold: lowest of the column, which need not mean that it differs from the others.";

/// What intervals made so tell of, and what not.
pub(in crate::report) fn sensitivity(method: &str) -> &'static str {
    if method.contains("speaker") {
        "Intervals describe how the numbers move with the sample of speakers and their trials, not with other attacks or training runs."
    } else {
        "Intervals describe how the numbers move with the sample of trials, not with other speakers, attacks or training runs."
    }
}

/// Rows as CSV with a header, unrounded.
pub(in crate::report) fn csv_of(rows: &[impl serde::Serialize]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row).expect("rows of plain data serialise into memory");
    }
    String::from_utf8(writer.into_inner().expect("memory takes all")).expect("CSV of text is text")
}

/// Rows as a list of objects, unrounded; what is no number is null.
pub(in crate::report) fn json_of(rows: &[impl serde::Serialize]) -> String {
    serde_json::to_string_pretty(rows).expect("plain data serialises") + "\n"
}
