//! How far a run is: cards, its settings, and the recordings that it could not use.

use super::{
    block::{Block, Card},
    context::{Context, System},
    sheet::{Kind, Sheet},
};

/// Bad recordings that are listed; the rest stands in the run's `bad_audio.csv`.
const LISTED: usize = 50;

/// The epochs of both stages, as far as the configuration or the record tells.
pub(super) fn planned_epochs(system: &System) -> Option<usize> {
    let of_config = || {
        let recipe = system.config.as_ref()?.get("recipe")?;
        let epochs = |stage: &str| {
            recipe.get(stage)?.get("epochs")?.as_integer().and_then(|epochs| usize::try_from(epochs).ok())
        };
        Some(epochs("train")? + epochs("finetune")?)
    };
    let of_record = || system.record.as_ref().map(|record| record.stages.iter().map(|stage| stage.epochs).sum());
    of_config().or_else(of_record)
}

/// Where training stands.
pub(super) fn cards(context: &Context) -> Block {
    let Some((system, last)) =
        context.systems.iter().find_map(|system| Some((system, system.history.as_ref()?.rows.last()?)))
    else {
        return Block::Remark("No epoch is trained yet; this page grows with each.".into());
    };
    let card = |name: &str, value: String, note: String| Card { name: name.into(), value, note };
    let stage = if last.stage == "finetune" { "stage 2, encoder trained too" } else { "stage 1, encoder frozen" };
    let of = planned_epochs(system).map_or_else(String::new, |planned| format!(" of {planned}"));
    let mut cards = vec![
        card("Epoch", format!("{}{of}", last.epoch), stage.into()),
        card("Training loss", format!("{:.3}", last.train_loss), "cross-entropy, nats".into()),
    ];
    if last.dev_eer.is_finite() {
        let best = system.history.as_ref().and_then(|history| history.best());
        let note = best.map_or_else(String::new, |best| {
            format!("lowest {:.2}\u{a0}% after epoch {}", 100.0 * best.dev_eer, best.epoch)
        });
        cards.push(card("EER on dev", format!("{:.2}\u{a0}%", 100.0 * last.dev_eer), note));
    }
    let traced = system.contribution.iter().flat_map(|table| &table.rows);
    if let Some(row) = traced.rev().find(|row| row.degradation == "silence" && row.delta_margin_normalised.is_finite())
    {
        let value = format!("{:.1}\u{a0}%", 100.0 * row.delta_margin_normalised);
        cards.push(card("Margin moved by silence", value, format!("of its size, after epoch {}", row.epoch)));
    }
    Block::Cards(cards)
}

/// The settings of a run as they stand in its configuration, one a line.
pub(super) fn configuration(context: &Context) -> Block {
    let Some(config) = context.systems.iter().find_map(|system| system.config.as_ref()) else {
        return Block::Remark("The run left no configuration.".into());
    };
    let mut sheet = Sheet::new(
        "configuration",
        "The settings of the run, config.toml.",
        &[("Setting", Kind::Code), ("Value", Kind::Code)],
    );
    flatten("", &toml::Value::Table(config.clone()), &mut sheet);
    sheet.folded = true;
    Block::Table(sheet)
}

fn flatten(prefix: &str, value: &toml::Value, sheet: &mut Sheet) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                flatten(&key, value, sheet);
            }
        }
        toml::Value::String(text) => sheet.push([prefix.to_owned(), text.clone()]),
        other => sheet.push([prefix.to_owned(), other.to_string()]),
    }
}

/// The recordings that could not be used so far.
pub(super) fn bad_audio(context: &Context) -> Block {
    let bad: Vec<_> = context.runs.iter().flat_map(|run| &run.bad).collect();
    if bad.is_empty() {
        return Block::Remark("Every recording that was needed so far could be used.".into());
    }
    let columns = [("Split", Kind::Name), ("Recording", Kind::Code), ("Reason", Kind::Text)];
    let caption = format!("Recordings that could not be used ({}); their trials have no score.", bad.len());
    let mut sheet = Sheet::new("bad-audio", caption, &columns);
    for row in bad.iter().take(LISTED) {
        sheet.push([row.split.as_str(), row.file.as_str(), row.reason.as_str()]);
    }
    if bad.len() > LISTED {
        sheet.notes.push(format!("The first {LISTED}; all stand in bad_audio.csv of the run."));
    }
    sheet.csv = super::catalogue::csv_of(&bad);
    sheet.json = super::catalogue::json_of(&bad);
    Block::Table(sheet)
}
