//! What the reference conditions say: which differ from matched, by how much, which way, and what cannot be told.

use std::collections::BTreeSet;

use super::{
    super::{
        catalogue::{grouped, verdict},
        comparisons::ConditionComparison,
        context::{Context, condition_name},
        escape::markdown as escaped,
    },
    counted, listed, share,
};
use crate::{
    plot::p_text,
    tables::{ComparisonRow, ResultsRow},
};

const MATCHED: &str = "matched";

/// Of all systems, in the order of the page.
pub(in crate::report) fn ablation(context: &Context) -> Vec<String> {
    let mut sentences: Vec<String> = context.notes.iter().map(|note| escaped(note)).collect();
    for comparison in &context.comparisons.conditions {
        let first = context.results.rows.iter().find(|row| row.system == comparison.system);
        sentences.extend(of_system(comparison, first));
    }
    if context.comparisons.conditions.is_empty() {
        let remark = context.comparisons.conditions_remark.as_ref().or(context.comparisons.remark.as_ref());
        let remark = remark.map(|remark| escaped(remark));
        sentences.push(remark.unwrap_or_else(|| "No system was scored under several reference conditions.".into()));
    }
    sentences.extend(missing(&context.results.rows));
    sentences.extend(systems(context));
    sentences
}

fn of_system(comparison: &ConditionComparison, first: Option<&ResultsRow>) -> Vec<String> {
    let (system, against) = (escaped(&comparison.system), escaped(&comparison.against));
    let rows = &comparison.table.rows;
    let Some(row) = rows.first() else { return Vec::new() };
    let interval = first.filter(|first| first.eer_low.is_finite()).map_or_else(String::new, |first| {
        format!(
            " ({:.0}\u{a0}% interval {:.2} to {:.2})",
            100.0 * first.level,
            100.0 * first.eer_low,
            100.0 * first.eer_high
        )
    });
    let mut sentences = vec![format!(
        "{system} under *{against}* reaches an equal error rate of {:.2}\u{a0}%{interval}, on {} trials.",
        100.0 * row.eer_first,
        grouped(row.trials)
    )];
    if comparison.against != MATCHED {
        sentences
            .push(format!("{system} was not scored under *{MATCHED}*; its conditions are held against *{against}*."));
    }
    let told = |row: &&ComparisonRow| row.eer_p_holm < 1.0 - row.level;
    sentences.extend(rows.iter().filter(told).map(|row| difference(row, &against, rows.len())));
    sentences.extend(uncorrected(rows, rows.len()));
    sentences.extend(untold(rows, &against));
    sentences.push(conclusion(&system, &against, rows));
    sentences.extend(by_min_dcf(rows, &against));
    sentences
}

/// One condition that differs.
fn difference(row: &ComparisonRow, against: &str, comparisons: usize) -> String {
    let way = if row.eer_difference < 0.0 { "more" } else { "less" };
    let ends = [row.eer_low, row.eer_high].map(f64::abs);
    let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
    let corrected = if comparisons == 1 {
        String::new()
    } else {
        format!(" after Holm's correction over {comparisons} comparisons")
    };
    format!(
        "*{}* errs {way} than *{against}*, by {:.2} points of equal error rate ({:.0}\u{a0}% interval {:.2} to {:.2}, p {}{corrected}).",
        escaped(&row.second),
        100.0 * row.eer_difference.abs(),
        100.0 * row.level,
        100.0 * low,
        100.0 * high,
        p_text(row.eer_p_holm),
    )
}

/// Whether the interval lies on one side of none.
fn beyond(row: &ComparisonRow) -> bool {
    row.eer_low > 0.0 || row.eer_high < 0.0
}

/// Intervals that lie beyond none while the corrected p value does not.
fn uncorrected(rows: &[ComparisonRow], comparisons: usize) -> Option<String> {
    let chance = rows.iter().filter(|row| beyond(row) && row.eer_p_holm >= 1.0 - row.level);
    let names: Vec<_> =
        chance.map(|row| format!("*{}* ({})", escaped(&row.second), signed(-row.eer_difference))).collect();
    (!names.is_empty()).then(|| {
        format!(
            "Alone, the interval of {} lies beyond none, but among {} that may be chance: it is not counted as a difference.",
            listed(&names),
            counted(comparisons, "comparison")
        )
    })
}

/// What these trials cannot tell, and how large a difference they leave room for.
fn untold(rows: &[ComparisonRow], against: &str) -> Option<String> {
    let rows: Vec<_> = rows.iter().filter(|row| row.eer_p_holm >= 1.0 - row.level).collect();
    let names: Vec<_> =
        rows.iter().map(|row| format!("*{}* ({})", escaped(&row.second), signed(-row.eer_difference))).collect();
    let room = rows.iter().flat_map(|row| [row.eer_low.abs(), row.eer_high.abs()]).filter(|end| end.is_finite());
    let room = 100.0 * room.fold(0.0, f64::max);
    (!names.is_empty()).then(|| {
        format!(
            "Not told from *{against}*: {}, in points more or less; the intervals leave room for differences of up to {room:.2} points.",
            listed(&names)
        )
    })
}

fn signed(difference: f64) -> String {
    match format!("{:+.2}", 100.0 * difference) {
        zero if zero.trim_start_matches(['+', '-']) == "0.00" => "0.00".into(),
        text => text.replace('-', "\u{2212}"),
    }
}

fn conclusion(system: &str, against: &str, rows: &[ComparisonRow]) -> String {
    let told = |worse: bool| {
        let own =
            rows.iter().filter(move |row| row.eer_p_holm < 1.0 - row.level && (row.eer_difference < 0.0) == worse);
        own.map(|row| format!("*{}*", escaped(&row.second))).collect::<Vec<_>>()
    };
    match (told(true), told(false)) {
        (worse, better) if worse.is_empty() && better.is_empty() => format!(
            "So these trials do not show that {system} uses its reference at inference: no other condition is told from *{against}*."
        ),
        (worse, better) if better.is_empty() => {
            format!("So {system} still uses its reference at inference: it loses under {}.", listed(&worse))
        }
        (worse, better) if worse.is_empty() => format!(
            "So {system} gains where its reference is not the right one: under {} it errs less than under *{against}*.",
            listed(&better)
        ),
        (worse, better) => format!(
            "So what {system} is given at inference matters, though not one way: it loses under {} and gains under {}.",
            listed(&worse),
            listed(&better)
        ),
    }
}

fn by_min_dcf(rows: &[ComparisonRow], against: &str) -> Option<String> {
    let told: Vec<_> = rows.iter().filter(|row| row.min_dcf_p_holm < 1.0 - row.level).collect();
    let name = |row: &&ComparisonRow| {
        let more = format!("{:+.4}", -row.min_dcf_difference).replace('-', "\u{2212}");
        format!("*{}* ({more})", escaped(&row.second))
    };
    Some(match told.as_slice() {
        [] => format!("By minDCF no condition is told from *{against}*."),
        told => format!("By minDCF, told from *{against}*: {}.", listed(&told.iter().map(name).collect::<Vec<_>>())),
    })
}

/// Conditions that one system was scored under and another, which takes references too, was not.
fn missing(rows: &[ResultsRow]) -> Vec<String> {
    let with = |system: &str| -> Vec<&str> {
        rows.iter()
            .filter(|row| row.system == system && row.condition != "-")
            .map(|row| row.condition.as_str())
            .collect()
    };
    let mut systems: Vec<&str> = rows.iter().map(|row| row.system.as_str()).collect();
    systems.dedup();
    let all: BTreeSet<&str> = systems.iter().flat_map(|system| with(system)).collect();
    let lacking = |system: &&str| {
        let own = with(system);
        let lacks: Vec<_> = all
            .iter()
            .filter(|known| !own.contains(known))
            .map(|name| format!("*{}*", escaped(condition_name(name))))
            .collect();
        (!own.is_empty() && !lacks.is_empty())
            .then(|| format!("{} was not scored under {}.", escaped(system), listed(&lacks)))
    };
    systems.iter().filter_map(lacking).collect()
}

/// The first system against the others, each at its first condition.
fn systems(context: &Context) -> Vec<String> {
    let Some(first) = context.results.rows.first() else { return Vec::new() };
    let mut sentences = Vec::new();
    let pairs = context.comparisons.systems.rows.iter();
    for row in pairs.filter(|row| row.first == super::super::context::named(&first.system, &first.condition)) {
        let rates = format!("{} against {}", share(row.eer_first), share(row.eer_second));
        sentences.push(format!("Systems: {} ({rates}).", escaped(&verdict(row))));
    }
    let one = context.systems.len() < 2;
    let remark =
        context.comparisons.remark.as_ref().filter(|_| !one && sentences.is_empty() && context.settings.resamples > 0);
    sentences.extend(remark.map(|remark| escaped(remark)));
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::ComparisonTable;

    /// A condition: how much more it errs than matched, half the width of the interval, the corrected p value.
    fn row(condition: &str, more: f64, half: f64, p: f64) -> ComparisonRow {
        ComparisonRow {
            first: MATCHED.into(),
            second: condition.into(),
            trials: 1_000,
            eer_first: 0.05,
            eer_second: 0.05 + more,
            eer_difference: -more,
            eer_low: -more - half,
            eer_high: -more + half,
            eer_p_holm: p,
            min_dcf_difference: -more,
            min_dcf_p_holm: p,
            level: 0.95,
            ..ComparisonRow::default()
        }
    }

    fn said(rows: Vec<ComparisonRow>) -> String {
        let comparison =
            ConditionComparison { system: "RAT".into(), against: MATCHED.into(), table: ComparisonTable { rows } };
        of_system(&comparison, None).join("\n")
    }

    #[test]
    fn worse_under_mismatched() {
        let text = said(vec![row("mismatched", 0.021, 0.008, 0.003), row("zeroed", 0.001, 0.004, 0.9)]);
        assert!(text.contains("*mismatched* errs more than *matched*, by 2.10 points"), "{text}");
        assert!(text.contains("interval 1.30 to 2.90, p 0.003 after Holm's correction over 2 comparisons"), "{text}");
        assert!(text.contains("Not told from *matched*: *zeroed* (+0.10), in points more or less; the intervals leave room for differences of up to 0.50 points"), "{text}");
        assert!(text.contains("still uses its reference at inference: it loses under *mismatched*."), "{text}");
        assert!(text.contains("By minDCF, told from *matched*: *mismatched* (+0.0210)."), "{text}");
    }

    #[test]
    fn no_difference() {
        let text = said(vec![row("mismatched", 0.001, 0.004, 0.9), row("silence", -0.002, 0.005, 0.7)]);
        assert!(text.contains("do not show that RAT uses its reference"), "{text}");
        assert!(text.contains("*mismatched* (+0.10) and *silence* (\u{2212}0.20)"), "{text}");
        assert!(!text.contains("errs"), "{text}");
        assert!(text.contains("By minDCF no condition is told from *matched*."), "{text}");
    }

    #[test]
    fn better_without_and_chance_among_many() {
        let text = said(vec![row("zeroed", -0.02, 0.01, 0.01), row("noise", 0.01, 0.009, 0.08)]);
        assert!(text.contains("*zeroed* errs less than *matched*, by 2.00 points"), "{text}");
        assert!(text.contains("RAT gains where its reference is not the right one: under *zeroed*"), "{text}");
        assert!(
            text.contains("Alone, the interval of *noise* (+1.00) lies beyond none, but among 2 comparisons"),
            "{text}"
        );
    }

    #[test]
    fn names_are_escaped_and_gaps_are_said() {
        let comparison = ConditionComparison {
            system: "a*b_<c>".into(),
            against: "zeroed".into(),
            table: ComparisonTable { rows: vec![row("noise", 0.0, 0.01, 1.0)] },
        };
        let text = of_system(&comparison, None).join("\n");
        assert!(text.contains("a\\*b\\_") && !text.contains("<c>"), "{text}");
        assert!(text.contains("was not scored under *matched*"), "{text}");
        let result = |system: &str, condition: &str| ResultsRow {
            system: system.into(),
            condition: condition.into(),
            ..ResultsRow::default()
        };
        let rows = [result("A", "matched"), result("A", "noise"), result("B", "matched"), result("C", "-")];
        assert_eq!(missing(&rows), ["B was not scored under *noise*."]);
    }
}
