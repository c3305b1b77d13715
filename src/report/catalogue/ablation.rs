//! Tables of the ablation: conditions by systems, and attacks by conditions.

use super::{
    super::{
        block::Block,
        compare::{Pairs, compare},
        context::{Context, condition_name},
        run::{NO_REFERENCE, Run},
        sheet::{Cell, Column, Kind, Sheet},
    },
    conditions_remark, csv_of, json_of, sensitivity,
};
use crate::{
    condition::ReferenceCondition,
    error::Result,
    tables::{ComparisonRow, ScoreTable},
    trial::Label,
};

/// What marks a condition that differs from the system's first.
const DIFFERS: &str = " \u{2021}";

/// Rows are conditions, columns each system's error rate and cost.
pub(in crate::report) fn ablation(context: &Context) -> Block {
    let rows = &context.results.rows;
    if rows.is_empty() {
        return super::super::pictures::no_scores();
    }
    let mut sheet = Sheet::new(
        "ablation",
        "Equal error rate (official rule) and minDCF of each system under each reference condition.",
        &[("Reference", Kind::Name)],
    );
    for system in &context.systems {
        for title in ["EER %", "minDCF"] {
            sheet.columns.push(Column { title: title.into(), group: system.name.clone(), kind: Kind::Number });
        }
    }
    for condition in conditions(context) {
        let mut cells: Vec<Cell> = vec![condition_name(&condition).into()];
        for system in &context.systems {
            cells.extend(pair(context, &system.name, &condition));
        }
        sheet.rows.push(cells);
    }
    if let Some(row) = rows.iter().find(|row| row.eer_low.is_finite()) {
        sheet.notes.push(format!("In brackets: {}. {}", row.method, sensitivity(&row.method)));
    }
    if sheet.rows.iter().flatten().any(|cell| cell.text.ends_with(DIFFERS)) {
        sheet.notes.push(
            "\u{2021} differs from the system's first condition by the paired comparison, after Holm's correction."
                .into(),
        );
    }
    sheet.csv = csv_of(rows);
    sheet.json = json_of(rows);
    Block::Table(sheet)
}

/// All that any system was scored under: the main ones first, no reference last.
fn conditions(context: &Context) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for row in &context.results.rows {
        if !all.contains(&row.condition) {
            all.push(row.condition.clone());
        }
    }
    let main = |condition: &String| ReferenceCondition::MAIN.iter().position(|main| main.to_string() == *condition);
    all.sort_by_key(|condition| (condition == NO_REFERENCE, main(condition).unwrap_or(usize::MAX)));
    all
}

fn pair(context: &Context, system: &str, condition: &str) -> [Cell; 2] {
    let Some(row) = context.row(system, condition) else { return ["\u{2013}".into(), "\u{2013}".into()] };
    let mut eer = Cell::interval(100.0, 2, [row.eer, row.eer_low, row.eer_high]);
    let mut cost = Cell::interval(1.0, 4, [row.min_dcf, row.min_dcf_low, row.min_dcf_high]);
    let compared = context.comparisons.conditions.iter().find(|found| found.system == system);
    let own = compared.and_then(|found| found.table.rows.iter().find(|row| row.second == condition_name(condition)));
    if let Some(own) = own {
        let told = |p: f64| p < 1.0 - own.level;
        eer.text.push_str(if told(own.eer_p_holm) { DIFFERS } else { "" });
        cost.text.push_str(if told(own.min_dcf_p_holm) { DIFFERS } else { "" });
    }
    [eer, cost]
}

/// Rows are attacks, columns how much more a system errs under each condition than under its first.
///
/// # Errors
/// Where there is no system of that name.
pub(in crate::report) fn condition_attacks(context: &Context, system: Option<&str>) -> Result<Block> {
    let several = |run: &&Run| run.scored.len() > 1 && system.is_none_or(|system| run.name == system);
    let Some(run) = context.runs.iter().find(several) else { return Ok(Block::Remark(conditions_remark(context))) };
    if context.settings.resamples == 0 {
        return Ok(Block::Remark("Without resamples there are no paired differences by attack.".into()));
    }
    if !run.scored.iter().all(|scored| scored.table.knows("attack")) {
        return Ok(Block::Remark("The score tables name no attacks, so there are no differences by attack.".into()));
    }
    let (mut rows, mut attacks) = (Vec::new(), Vec::new());
    for attack in attacks_of(&run.scored[0].table)? {
        if let Ok(compared) = of_attack(context, run, &attack) {
            attacks.push(attack);
            rows.push(compared);
        }
    }
    Ok(if rows.is_empty() {
        Block::Remark("No attack has enough trials for a paired comparison.".into())
    } else {
        Block::Table(attack_sheet(run, &attacks, &rows))
    })
}

fn attacks_of(table: &ScoreTable) -> Result<Vec<String>> {
    let labelled = table.texts("attack")?.into_iter().zip(table.labels());
    let mut attacks: Vec<String> =
        labelled.filter(|(_, label)| *label == Some(Label::Spoof)).map(|(attack, _)| attack.to_owned()).collect();
    attacks.sort_unstable();
    attacks.dedup();
    Ok(attacks)
}

/// All conditions against the first on the bona fide trials and this attack's spoofs.
fn of_attack(context: &Context, run: &Run, attack: &str) -> Result<Vec<ComparisonRow>> {
    let kept = |table: &ScoreTable| {
        table.filter(|trial| trial.label() == Some(Label::Bonafide) || trial.text("attack") == attack)
    };
    let tables = run.scored.iter().map(|scored| Ok((scored.condition.clone(), kept(&scored.table)?)));
    let tables = tables.collect::<Result<Vec<_>>>()?;
    let named: Vec<_> = tables.iter().map(|(condition, table)| (condition.clone(), table)).collect();
    Ok(compare(&named, Pairs::WithFirst, &context.settings)?.rows)
}

#[derive(serde::Serialize)]
struct AttackDifference<'a> {
    system: &'a str,
    attack: &'a str,
    condition: &'a str,
    against: &'a str,
    trials: usize,
    eer: f64,
    eer_against: f64,
    difference: f64,
    low: f64,
    high: f64,
    level: f64,
    method: &'a str,
}

fn attack_sheet(run: &Run, attacks: &[String], compared: &[Vec<ComparisonRow>]) -> Sheet {
    let against = condition_name(&run.scored[0].condition);
    let caption = format!(
        "How much more {} errs under each condition than under {against}, attack by attack: points of equal error rate.",
        run.name
    );
    let mut sheet = Sheet::new("condition-attacks", caption, &[("Attack", Kind::Name), ("EER %", Kind::Number)]);
    sheet.columns[1].group = against.into();
    for row in &compared[0] {
        sheet.columns.push(Column { title: row.second.clone(), group: String::new(), kind: Kind::Number });
    }
    let mut data = Vec::new();
    for (attack, rows) in attacks.iter().zip(compared) {
        let mut cells: Vec<Cell> = vec![attack.as_str().into(), format!("{:.1}", 100.0 * rows[0].eer_first).into()];
        cells.extend(rows.iter().map(more));
        sheet.rows.push(cells);
        data.extend(rows.iter().map(|row| AttackDifference {
            system: &run.name,
            attack,
            condition: &row.second,
            against: &row.first,
            trials: row.trials,
            eer: row.eer_second,
            eer_against: row.eer_first,
            difference: -row.eer_difference,
            low: -row.eer_high,
            high: -row.eer_low,
            level: row.level,
            method: &row.method,
        }));
    }
    sheet.notes.extend(attack_notes(compared));
    sheet.csv = csv_of(&data);
    sheet.json = json_of(&data);
    sheet
}

/// Whether the interval lies on one side of none.
fn beyond(row: &ComparisonRow) -> bool {
    row.eer_low > 0.0 || row.eer_high < 0.0
}

fn more(row: &ComparisonRow) -> Cell {
    let set = |value: f64| match format!("{:+.1}", 100.0 * value) {
        zero if zero.trim_start_matches(['+', '-']) == "0.0" => "0.0".to_owned(),
        text => text.replace('-', "\u{2212}"),
    };
    let note = format!("[{}, {}]", set(-row.eer_high), set(-row.eer_low));
    Cell { text: set(-row.eer_difference), note, best: beyond(row) }
}

/// How many intervals lie beyond none, and how many would by chance.
fn attack_notes(compared: &[Vec<ComparisonRow>]) -> Vec<String> {
    let all = || compared.iter().flatten();
    let Some(row) = all().next() else { return Vec::new() };
    let (count, found) = (all().count(), all().filter(|row| beyond(row)).count());
    let chance = (1.0 - row.level) * count as f64;
    vec![
        format!("In brackets: {}, both conditions measured on each resample.", row.method),
        format!(
            "Bold: the interval lies beyond none. So do {found} of {count}; without any difference about {chance:.1} would, since no \
             correction is made for so many. Take them for hints of where to look."
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_errors_bear_a_plus() {
        let row = ComparisonRow { eer_difference: -0.02, eer_low: -0.03, eer_high: -0.01, ..ComparisonRow::default() };
        let cell = more(&row);
        assert_eq!((cell.text.as_str(), cell.note.as_str(), cell.best), ("+2.0", "[+1.0, +3.0]", true));
        let tiny = more(&ComparisonRow { eer_difference: 0.0001, ..row.clone() });
        assert_eq!(tiny.text, "0.0");
        assert!(!more(&ComparisonRow { eer_high: 0.01, ..row }).best);
    }

    #[test]
    fn chance_is_counted() {
        let row = |low: f64| ComparisonRow { eer_low: low, eer_high: 0.1, level: 0.95, ..ComparisonRow::default() };
        let notes = attack_notes(&[vec![row(0.01), row(-0.01)], vec![row(-0.02), row(-0.03)]]);
        assert!(notes[1].contains("So do 1 of 4") && notes[1].contains("about 0.2 would"), "{notes:?}");
    }
}
