//! Score files without header: what stands in the columns, counted from the right, tells the form.

use std::borrow::Cow;

use super::{LabelConvention, ScoreFormat, plan::Plan};
use crate::protocol::{
    fields::{Delimiter, split, split_into},
    text,
};

const OUTPUT: &str = "Output,";

/// The form that fits most of the lines.
pub(super) fn plan(lines: &[&str]) -> Option<Plan> {
    if lines.iter().any(|line| line.starts_with(OUTPUT)) {
        return of_output(lines.iter().copied());
    }
    let delimiters = [',', '\t', ';'].map(Delimiter::Character).into_iter().chain([Delimiter::Whitespace]);
    delimiters.into_iter().find_map(|delimiter| delimited(lines, delimiter))
}

/// A form that was asked for.
pub(super) fn of(format: ScoreFormat, lines: &[&str]) -> Option<Plan> {
    let tab_or_space = match lines[0].contains('\t') {
        true => Delimiter::Character('\t'),
        false => Delimiter::Whitespace,
    };
    let (delimiter, columns): (_, &[&str]) = match format {
        ScoreFormat::Reference => (Delimiter::Character(','), &["file", "score", "label"]),
        ScoreFormat::Asvspoof2019 => (tab_or_space, &["file", "attack", "label", "score"]),
        ScoreFormat::AsdSuperb => (tab_or_space, &["file", "_", "label", "score"]),
        ScoreFormat::Asvspoof2021 | ScoreFormat::Asvspoof5 => (tab_or_space, &["file", "score"]),
        _ => return None,
    };
    Some(Plan::placed(format, delimiter, columns, &described(columns, delimiter)))
}

fn described(columns: &[&str], delimiter: Delimiter) -> String {
    format!("{} by {}, without header", columns.join(" "), delimiter.name())
}

fn delimited(lines: &[&str], delimiter: Delimiter) -> Option<Plan> {
    let comma = delimiter == Delimiter::Character(',');
    let space = delimiter == Delimiter::Whitespace;
    let fits = |columns: &[&str]| most(lines, delimiter, columns);
    let placed = |format, columns: &[&str], more: &str| {
        let spaced = space && lines.iter().any(|line| line.split_ascii_whitespace().count() > columns.len());
        let names = if spaced { "; names hold spaces" } else { "" };
        Some(Plan::placed(format, delimiter, columns, &(described(columns, delimiter) + names + more)))
    };
    if !comma && fits(&["file", "attack", "word", "score"]) {
        let more = " (AASIST and ASD-SUPERB write the same)";
        return placed(ScoreFormat::Asvspoof2019, &["file", "attack", "label", "score"], more);
    }
    let (score_first, label_first) = (fits(&["file", "score", "label"]), fits(&["file", "label", "score"]));
    let format = if comma { ScoreFormat::Reference } else { ScoreFormat::Named };
    match (score_first, label_first) {
        (true, true) => {
            let more = "; file label score fits too: name the columns if that is meant";
            placed(format, &["file", "score", "label"], more)
        }
        (true, false) => placed(format, &["file", "score", "label"], ""),
        (false, true) => placed(ScoreFormat::Named, &["file", "label", "score"], ""),
        // Two columns only where there are no more: else a number of another meaning would pass for the score.
        _ if (space || exactly(lines, delimiter, 2)) && fits(&["file", "score"]) => {
            let format = if comma { ScoreFormat::Named } else { ScoreFormat::Asvspoof2021 };
            placed(format, &["file", "score"], "")
        }
        _ => None,
    }
}

/// Whether at least half of the lines hold in their last columns what is named.
fn most<'a>(lines: &[&'a str], delimiter: Delimiter, columns: &[&str]) -> bool {
    let mut fields: Vec<Cow<'a, str>> = Vec::new();
    let fit = |line: &'a str| {
        let split = split_into(line, delimiter, columns.len(), true, &mut fields);
        split.is_ok() && fields.iter().zip(columns).all(|(field, column)| holds(field, column))
    };
    2 * lines.iter().copied().map(fit).filter(|fits| *fits).count() >= lines.len()
}

fn exactly(lines: &[&str], delimiter: Delimiter, count: usize) -> bool {
    let fit = lines.iter().filter(|line| split(line, delimiter).is_ok_and(|fields| fields.len() == count));
    2 * fit.count() >= lines.len()
}

fn holds(field: &str, column: &str) -> bool {
    match column {
        "score" => field.parse::<f64>().is_ok(),
        "label" => LabelConvention::Auto.label(field).is_some(),
        "word" => LabelConvention::Words.label(field).is_some(),
        _ => !field.is_empty(),
    }
}

/// The lines `Output, utt, label, score` of a log, wherever they begin.
pub(super) fn project_nn(text: &str) -> Option<Plan> {
    of_output(text::lines(text).map(|(_, line)| line))
}

fn of_output<'a>(mut lines: impl Iterator<Item = &'a str>) -> Option<Plan> {
    let first = lines.find_map(|line| line.strip_prefix(OUTPUT))?;
    let count = first.split(',').count().max(3);
    let mut columns = vec!["file", "label", "score"];
    columns.resize(count, "_");
    let more = if count > 3 { ", the first number behind the label" } else { "" };
    let note = format!("the lines `Output, utt, label, score` of a log{more}");
    let plan = Plan::placed(ScoreFormat::ProjectNn, Delimiter::Character(','), &columns, &note);
    Some(Plan { prefix: Some(OUTPUT), ..plan })
}
