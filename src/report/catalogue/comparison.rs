//! Tables of paired differences.

use super::{
    super::sheet::{Cell, Column, Kind, Sheet},
    results::{csv_of, json_of, sensitivity},
};
use crate::{
    plot::p_text,
    tables::{ComparisonRow, ComparisonTable},
};

/// The table of a comparison: both differences with their intervals and corrected p values.
pub(in crate::report) fn comparison_sheet(name: &str, caption: &str, table: &ComparisonTable) -> Sheet {
    let mut sheet = Sheet::new(name, caption, &[("First", Kind::Name), ("Second", Kind::Name)]);
    for (group, title) in
        [("EER, points", "difference"), ("EER, points", "p (Holm)"), ("minDCF", "difference"), ("minDCF", "p (Holm)")]
    {
        sheet.columns.push(Column { title: title.into(), group: group.into(), kind: Kind::Number });
    }
    for row in &table.rows {
        sheet.push([
            row.first.as_str().into(),
            row.second.as_str().into(),
            signed(100.0, 2, [row.eer_difference, row.eer_low, row.eer_high]),
            p_text(row.eer_p_holm).into(),
            signed(1.0, 4, [row.min_dcf_difference, row.min_dcf_low, row.min_dcf_high]),
            p_text(row.min_dcf_p_holm).into(),
        ]);
    }
    if let Some(row) = table.rows.first() {
        let pairs = if table.rows.len() == 1 { "one pair".to_owned() } else { format!("{} pairs", table.rows.len()) };
        sheet.notes.push(format!(
            "First minus second: below 0 the first errs less. On {} shared trials; in brackets: {}, both systems measured on each \
             resample. p: two-sided, from the same resamples, with Holm's correction over {pairs}. {}",
            row.trials,
            row.method,
            sensitivity(&row.method)
        ));
    }
    sheet.csv = csv_of(&table.rows);
    sheet.json = json_of(&table.rows);
    sheet
}

fn signed(scale: f64, digits: usize, [value, low, high]: [f64; 3]) -> Cell {
    let set = |value: f64| format!("{:+.digits$}", scale * value).replace('-', "\u{2212}");
    let note = if low.is_finite() { format!("[{}, {}]", set(low), set(high)) } else { String::new() };
    Cell { text: set(value), note, best: false }
}

/// In a sentence: which of two is better, and how sure that is.
pub fn verdict(row: &ComparisonRow) -> String {
    let size = 100.0 * row.eer_difference.abs();
    if row.eer_p_holm < 1.0 - row.level {
        let (better, worse) =
            if row.eer_difference < 0.0 { (&row.first, &row.second) } else { (&row.second, &row.first) };
        return format!("{better} errs less than {worse} by {size:.2} points of EER (p {})", p_text(row.eer_p_holm));
    }
    format!(
        "{} and {} differ by {size:.2} points of EER, which these trials do not tell from none (p {})",
        row.first,
        row.second,
        p_text(row.eer_p_holm)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_carry_their_sign_and_small_p_values_their_bound() {
        let row =
            ComparisonRow { eer_difference: -0.0123, eer_low: -0.02, eer_high: 0.001, ..ComparisonRow::default() };
        let sheet = comparison_sheet("c", "C.", &ComparisonTable { rows: vec![row] });
        assert_eq!(sheet.rows[0][2].text, "\u{2212}1.23");
        assert_eq!(sheet.rows[0][2].note, "[\u{2212}2.00, +0.10]");
        assert_eq!((p_text(0.0004), p_text(0.04)), ("<0.001".into(), "0.040".into()));
    }
}
