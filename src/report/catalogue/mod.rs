//! From the context to the tables of the page.

mod ablation;
mod audit;
mod breakdown;
mod comparison;
mod contribution;
mod results;

use super::{
    block::{Block, Card},
    context::{Context, condition_name, named},
    escape,
    pictures::no_scores,
    sheet::{Cell, Column, Kind, Sheet},
};
use crate::{
    metrics::CostModel,
    plot::percent_digits,
    tables::{ResultsRow, RunRecord, StageRecord},
};

pub(super) use ablation::{ablation, condition_attacks};
pub(super) use audit::{audit_sheet, contents_sheet};
pub(super) use breakdown::breakdown_sheet;
pub(super) use comparison::comparison_sheet;
pub use comparison::verdict;
pub(super) use contribution::contribution;
pub(super) use results::{BOLD, csv_of, json_of, results_sheet, sensitivity, single_sheet};

/// The numbers to be seen first: each system at its first condition, and the first system without its reference.
pub(super) fn headline(context: &Context) -> Block {
    let mut shown: Vec<&ResultsRow> = Vec::new();
    for row in &context.results.rows {
        let first = shown.iter().all(|known| known.system != row.system);
        let zeroed = row.condition == "zeroed" && shown.len() == 1;
        if first || zeroed {
            shown.push(row);
        }
    }
    if shown.is_empty() {
        return no_scores();
    }
    let card = |row: &ResultsRow| {
        let digits = percent_digits(row.eer);
        Card {
            name: named(&row.system, &row.condition),
            value: format!("{:.digits$}\u{a0}%", 100.0 * row.eer),
            note: if row.eer_low.is_finite() {
                format!(
                    "EER, {:.0}\u{a0}% interval {:.digits$}\u{2013}{:.digits$} \u{b7} minDCF {:.3}",
                    100.0 * row.level,
                    100.0 * row.eer_low,
                    100.0 * row.eer_high,
                    row.min_dcf
                )
            } else {
                format!("EER \u{b7} minDCF {:.3}", row.min_dcf)
            },
        }
    };
    Block::Cards(shown.into_iter().map(card).collect())
}

pub(super) fn results(context: &Context) -> Block {
    if context.results.rows.is_empty() {
        return no_scores();
    }
    let trained = context.records().next().is_some();
    let caption = if trained {
        "Error rates and detection costs on the evaluation set."
    } else {
        "Error rates and detection costs."
    };
    let mut sheet = results_sheet("results", caption, &context.results);
    sheet.notes.push(rules(context));
    Block::Table(sheet)
}

/// What the names in the head mean.
fn rules(context: &Context) -> String {
    format!(
        "official: one point for each trial, as the ASVspoof evaluation package; tie-merged: one for each distinct score, as \
         scikit-learn. DCF with {}.",
        costs_in_words(&context.settings.cost)
    )
}

/// The score files as they were understood.
pub(super) fn files(context: &Context) -> Block {
    if context.audits.is_empty() {
        return Block::Remark("The scores are tables of our own runs; their files are listed under provenance.".into());
    }
    let files = context.audits.iter().map(|record| (record.system.as_str(), record.note.as_str(), &record.audit));
    let mut sheet = contents_sheet(files);
    sheet.notes.extend(context.notes.iter().cloned());
    Block::Table(sheet)
}

/// What is odd about the score files.
pub(super) fn audit(context: &Context) -> Block {
    if context.audits.is_empty() {
        return Block::Remark("Tables of our own runs are checked when they are read, and not audited.".into());
    }
    Block::Table(audit_sheet(context.audits.iter().map(|record| (record.system.as_str(), &record.audit))))
}

/// Systems against each other.
pub(super) fn comparison(context: &Context) -> Block {
    let table = &context.comparisons.systems;
    if table.rows.is_empty() {
        return Block::Remark(systems_remark(context));
    }
    Block::Table(comparison_sheet("comparison", "Paired differences of the systems.", table))
}

/// A system's first condition against its others; by default of the first system that has several.
pub(super) fn conditions(context: &Context, system: Option<&str>) -> Block {
    let mut compared = context.comparisons.conditions.iter();
    match compared.find(|found| system.is_none_or(|system| found.system == system)) {
        Some(found) => {
            let caption = format!("Paired differences of {} under its reference conditions.", found.system);
            Block::Table(comparison_sheet("conditions", &caption, &found.table))
        }
        None => Block::Remark(conditions_remark(context)),
    }
}

/// Why no systems are compared.
pub(super) fn systems_remark(context: &Context) -> String {
    let remark = context.comparisons.remark.as_deref().map(escape::markdown);
    remark.unwrap_or_else(|| "There is nothing to compare.".into())
}

/// Why no conditions are compared.
pub(super) fn conditions_remark(context: &Context) -> String {
    let remark = context.comparisons.conditions_remark.as_deref().map(escape::markdown);
    remark.unwrap_or_else(|| "No system was scored under several reference conditions.".into())
}

fn costs_in_words(costs: &CostModel) -> String {
    format!("P(spoof) {}, a miss {}, a false alarm {}", costs.p_spoof(), costs.c_miss(), costs.c_fa())
}

fn no_runs() -> Block {
    Block::Remark(
        "These are score files without the record of a run, so there is nothing to tell of how they were made.".into(),
    )
}

/// Rows are attacks, columns systems and conditions.
pub(super) fn attacks(context: &Context) -> Block {
    let rows = &context.attacks.rows;
    if rows.is_empty() {
        return Block::Remark("The score tables name no attacks, so there is no table of them.".into());
    }
    let caption =
        "Equal error rate (%, official rule) of each attack: all bona fide trials against the spoofs of that attack.";
    let mut sheet = Sheet::new("attacks", caption, &[("Attack", Kind::Name), ("Spoofs", Kind::Number)]);
    for row in &context.results.rows {
        let (title, group) = match context.has_conditions() {
            true => (condition_name(&row.condition).to_owned(), row.system.clone()),
            false => (row.system.clone(), String::new()),
        };
        sheet.columns.push(Column { title, group, kind: Kind::Number });
    }
    let mut groups: Vec<&str> = rows.iter().map(|row| row.group.as_str()).collect();
    groups.sort_unstable();
    groups.dedup();
    sheet.rows.push(attack_row(context, &context.results.rows, super::POOLED));
    for group in groups {
        sheet.rows.push(attack_row(context, rows, group));
    }
    if !context.unseen_attacks.is_empty() {
        sheet.notes.push("\u{2020} not in the training set.".into());
    }
    sheet.notes.push(
        "Bold: lowest of the row. Attacks with few spoofs move much with a single trial; intervals stand in the CSV."
            .into(),
    );
    sheet.csv = csv_of(rows);
    sheet.json = json_of(rows);
    Block::Table(sheet)
}

fn attack_row(context: &Context, rows: &[ResultsRow], group: &str) -> Vec<Cell> {
    let all = || rows.iter().filter(|row| row.group == group);
    let of =
        |column: &ResultsRow| all().find(|row| (&row.system, &row.condition) == (&column.system, &column.condition));
    let found: Vec<_> = context.results.rows.iter().map(of).collect();
    let lowest = found.iter().flatten().map(|row| row.eer).fold(f64::INFINITY, f64::min);
    let mark = if context.unseen_attacks.contains(group) { " \u{2020}" } else { "" };
    let spoofs = all().map(|row| row.spoof).max().unwrap_or_default();
    let mut cells: Vec<Cell> = vec![format!("{group}{mark}").into(), spoofs.to_string().into()];
    cells.extend(found.iter().map(|row| match row {
        Some(row) => Cell { best: found.len() > 1 && row.eer == lowest, ..format!("{:.1}", 100.0 * row.eer).into() },
        None => "\u{2013}".into(),
    }));
    cells
}

pub(super) fn corpus(context: &Context) -> Block {
    let Some(record) = context.records().next() else { return no_runs() };
    let columns = [
        ("Split", Kind::Name),
        ("Bona fide", Kind::Number),
        ("Spoof", Kind::Number),
        ("Speakers", Kind::Number),
        ("Attacks", Kind::Text),
        ("Protocol", Kind::Text),
    ];
    let mut sheet = Sheet::new("corpus", format!("The corpus, {}.", record.corpus), &columns);
    for split in &record.splits {
        sheet.push([
            split.split.clone(),
            split.bonafide.to_string(),
            split.spoof.to_string(),
            split.speakers.to_string(),
            split.attacks.join(" "),
            file_name(&split.protocol),
        ]);
    }
    let differing = context.records().any(|other| other.splits != record.splits);
    if differing {
        sheet
            .notes
            .push(format!("The systems were not all run on the same splits; shown are those of {}.", record.system));
    }
    Block::Table(sheet)
}

fn file_name(path: &str) -> String {
    std::path::Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}

/// What was trained, a column a system.
pub(super) fn recipe(context: &Context) -> Block {
    if context.records().next().is_none() {
        return no_runs();
    }
    let mut columns = vec![("", Kind::Name)];
    columns.extend(context.records().map(|record| (record.system.as_str(), Kind::Text)));
    let mut sheet = Sheet::new("recipe", "What was trained, and how.", &columns);
    let mut line = |name: &str, of: &dyn Fn(&RunRecord) -> String| {
        let cells = context.records().map(of);
        sheet.push(std::iter::once(name.to_owned()).chain(cells));
    };
    line("Encoder", &|run| format!("{}, weights: {}", run.encoder, file_name(&run.weights)));
    line("Parameters", &|run| {
        format!("{} in the encoder, {} outside", grouped(run.encoder_parameters), grouped(run.other_parameters))
    });
    for stage in ["train", "finetune"] {
        let name = if stage == "train" { "Stage 1, encoder frozen" } else { "Stage 2, encoder trained" };
        if context.records().any(|record| record.stages.iter().any(|known| known.stage == stage)) {
            line(name, &|run| stage_words(run, stage));
        }
    }
    line("Epoch scored", &|run| match run.selected_on.as_str() {
        "" | "dev" => format!("{} (lowest dev EER)", run.selected_epoch),
        other => format!("{} (forced: lowest EER on {other}, so its result is no estimate)", run.selected_epoch),
    });
    line("Seed", &|run| run.seed.to_string());
    line("Device", &|run| run.device.clone());
    line("Time", &|run| {
        let phases = run.phases.iter().map(|phase| format!("{} {}", phase.phase, duration(phase.secs)));
        phases.collect::<Vec<_>>().join(", ")
    });
    Block::Table(sheet)
}

fn stage_words(run: &RunRecord, stage: &str) -> String {
    let words = |known: &&StageRecord| {
        let (epochs, rate, draws) = (known.epochs, known.learning_rate, known.draws);
        format!("{epochs} epochs of {draws} draws, Adam at {rate:e}, {}", batch_words(known))
    };
    run.stages.iter().find(|known| known.stage == stage).as_ref().map_or_else(|| "\u{2013}".into(), words)
}

/// The trials of a step, and how they come together where they are not one batch.
fn batch_words(stage: &StageRecord) -> String {
    let (accumulate, devices) = (stage.accumulate.max(1), stage.devices.max(1));
    let batch = stage.batch / (accumulate * devices);
    match (accumulate, devices) {
        (1, 1) => format!("batch {batch}"),
        (_, 1) => format!("batch {batch} × {accumulate} accumulated = {} a step", stage.batch),
        (1, _) => format!("batch {batch} × {devices} devices = {} a step", stage.batch),
        _ => format!("batch {batch} × {accumulate} accumulated × {devices} devices = {} a step", stage.batch),
    }
}

/// Where every number came from.
pub(super) fn provenance(context: &Context) -> Vec<Block> {
    let Some(provenance) = &context.provenance else { return Vec::new() };
    let mut sheet = Sheet::new("provenance", "How this page came about.", &[("", Kind::Name), ("", Kind::Code)]);
    sheet.push([
        "Rendered by".to_owned(),
        format!("rat {} ({}): {}", provenance.version, provenance.revision, command(&provenance.command)),
    ]);
    sheet.push(["Document".to_owned(), provenance.document.clone()]);
    let scores: Vec<_> = provenance.scores.iter().map(|path| path.to_string_lossy()).collect();
    sheet.push(["Scores".to_owned(), scores.join(" ")]);
    for run in context.records() {
        let made = format!("rat {} ({}), seed {}: {}", run.version, run.revision, run.seed, command(&run.command));
        sheet.push([format!("{} made by", run.system), made]);
    }
    sheet.push(["EER rules".to_owned(), provenance.eer_rules.join(" and ")]);
    sheet.push(["Intervals".to_owned(), provenance.intervals.clone()]);
    sheet.push(["Costs".to_owned(), costs_in_words(&provenance.costs)]);
    sheet.push(["Likelihood ratios".to_owned(), provenance.llr.clone()]);
    let mut inputs = Sheet::new(
        "inputs",
        "The files that were read.",
        &[("File", Kind::Code), ("Bytes", Kind::Number), ("SHA-256", Kind::Code)],
    );
    for input in &provenance.inputs {
        inputs.push([
            input.path.clone(),
            grouped(usize::try_from(input.bytes).unwrap_or(usize::MAX)),
            input.sha256.clone(),
        ]);
    }
    for split in context.records().take(1).flat_map(|record| &record.splits) {
        inputs.push([split.protocol.clone(), "\u{2013}".into(), split.sha256.clone()]);
    }
    inputs.notes.push(
        "Protocols carry the hash that the run noted; all others were hashed when this page was rendered.".into(),
    );
    inputs.folded = true;
    vec![Block::Table(sheet), Block::Table(inputs)]
}

/// As one would type it.
fn command(words: &[String]) -> String {
    let quoted = |word: &String| {
        if word.is_empty() || word.contains(char::is_whitespace) { format!("'{word}'") } else { word.clone() }
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

fn duration(secs: f64) -> String {
    let whole = secs.round().max(0.0) as u64;
    if whole < 60 { format!("{secs:.1} s") } else { format!("{} min {:02} s", whole / 60, whole % 60) }
}

/// Thousands apart, as 13,254,402.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!([0, 12, 999, 1_000].map(grouped), ["0", "12", "999", "1,000"]);
        assert_eq!(duration(3.21), "3.2 s");
        assert_eq!(duration(125.0), "2 min 05 s");
    }
}
