//! How far a run is, what it shows so far, and what is not there yet.

use super::{
    super::{
        context::{Context, System},
        escape::markdown as escaped,
        progress::planned_epochs,
    },
    contribution, counted, share,
};

/// Of the one run of the page.
pub(in crate::report) fn run(context: &Context) -> Vec<String> {
    let Some(system) = context.systems.first() else { return vec!["There is no run here.".into()] };
    let mut sentences = vec![progress(system)];
    sentences.extend(course(system));
    sentences.extend(missing(context, system));
    if system.contribution.is_some() {
        sentences.extend(contribution(context));
    } else {
        sentences.extend(context.notes.iter().map(|note| escaped(note)));
    }
    sentences
}

fn progress(system: &System) -> String {
    let name = escaped(&system.name);
    let rows = system.history.as_ref().map_or(0, |history| history.rows.len());
    match (rows, planned_epochs(system)) {
        (0, Some(planned)) => format!("{name} has trained no whole epoch yet, of {planned}."),
        (0, None) => format!("{name} has trained no whole epoch yet."),
        (rows, Some(planned)) if rows >= planned => format!("{name} is trained: {}.", counted(rows, "epoch")),
        // The record is written when training is done; a stage may have ended before its last epoch.
        (rows, Some(planned)) if system.record.is_some() => {
            format!("{name} is trained: {}, of {planned} that were planned.", counted(rows, "epoch"))
        }
        (rows, Some(planned)) => format!("{name} has trained {} of {planned}.", counted(rows, "epoch")),
        (rows, None) => format!("{name} has trained {}; how many are to come is not known.", counted(rows, "epoch")),
    }
}

/// Where the error on dev stands, and whether it still falls.
fn course(system: &System) -> Option<String> {
    let history = system.history.as_ref()?;
    let (best, last) = (history.best()?, history.rows.last()?);
    if !best.dev_eer.is_finite() {
        return None;
    }
    let since = last.epoch - best.epoch;
    let since = match since {
        0 => "which is the last epoch so far".into(),
        since => format!("{} before the last, which has {}", counted(since, "epoch"), share(last.dev_eer)),
    };
    let first = history.rows.first().filter(|first| first.epoch < best.epoch);
    let from =
        first.map_or_else(String::new, |first| format!(", from {} after epoch {}", share(first.dev_eer), first.epoch));
    Some(format!(
        "The lowest equal error rate on dev is {} after epoch {}{from}; {since}.",
        share(best.dev_eer),
        best.epoch
    ))
}

fn missing(context: &Context, system: &System) -> Vec<String> {
    let mut missing = Vec::new();
    let noted = !context.notes.is_empty();
    if context.results.rows.is_empty() && !noted {
        missing.push("There are no scores yet; `rat-report score` writes them.".to_owned());
    }
    if system.contribution.is_none() && system.name.starts_with("RAT") && system.name != "RAT_baseline" {
        missing.push("The contribution of the reference is not measured yet.".to_owned());
    }
    if system.contribution.is_some() && system.layers.is_none() {
        missing.push("The contribution was not measured layer by layer; `rat-report trace` does it.".to_owned());
    }
    if system.record.is_none() {
        missing.push("The run's record is written when training is done.".to_owned());
    }
    missing
}
