//! From the context to the figures of the page.

mod breakdown;
mod calibration;
mod comparison;
mod det;
mod histogram;
mod layers;

pub(super) use breakdown::{Asked, heat_map, table as breakdown_table};
pub(super) use calibration::calibration;
pub(super) use comparison::{condition_differences, differences};
pub(super) use det::det;
pub(super) use histogram::histogram;
pub(super) use layers::{layer_lines, layer_map};

use super::{
    block::Block,
    context::{Context, condition_name},
    run::{NO_REFERENCE, Run, Scored},
};
use crate::{
    error::{Error, Result},
    plot::{self, Course, IntervalRow},
};

/// The first condition of the first system is the main one.
pub(super) fn intervals(context: &Context) -> Result<Block> {
    let rows: Vec<_> = context
        .results
        .rows
        .iter()
        .map(|row| IntervalRow {
            system: row.system.clone(),
            condition: if context.has_conditions() { condition_name(&row.condition).into() } else { String::new() },
            eer: row.eer,
            low: row.eer_low,
            high: row.eer_high,
            colour: context.number(&row.system),
        })
        .collect();
    if rows.is_empty() { Ok(no_scores()) } else { plot::intervals(&rows).map(figure) }
}

/// The scores of a system and condition, by default the first of both; `None` where there are no scores at all.
///
/// # Errors
/// Where there are scores, but not of that name.
fn scored<'a>(
    context: &'a Context,
    system: Option<&str>,
    condition: Option<&str>,
) -> Result<Option<(&'a Run, &'a Scored)>> {
    let condition = condition.map(|condition| if condition == "single" { NO_REFERENCE } else { condition });
    let all = || context.runs.iter().flat_map(|run| run.scored.iter().map(move |scored| (run, scored)));
    let fits = |(run, scored): &(&Run, &Scored)| {
        system.is_none_or(|system| run.name == system) && condition.is_none_or(|known| scored.condition == known)
    };
    match (all().find(fits), all().next()) {
        (Some(found), _) => Ok(Some(found)),
        (None, None) => Ok(None),
        (None, Some(_)) => {
            Err(unknown_row(context, system.unwrap_or("any system"), condition.unwrap_or("any condition")))
        }
    }
}

/// Of one system; by default of the first that has a contribution table.
pub(super) fn decay(context: &Context, system: Option<&str>) -> Result<Block> {
    let wanted = context.systems.iter().filter(|known| system.is_none_or(|system| known.name == system));
    let table = wanted.filter_map(|known| known.contribution.as_ref().map(|table| (&known.name, table))).next();
    match table {
        Some((system, table)) => plot::decay(system, table).map(figure),
        None => Ok(Block::Remark(
            "No contribution table is in this run: the systems take no reference, or the trace was left out. \
             `rat-report trace` makes it from saved checkpoints."
                .into(),
        )),
    }
}

pub(super) fn training(context: &Context) -> Result<Block> {
    let course = |(number, system): (usize, &super::context::System)| {
        let history = system.history.clone()?;
        // A run that is still training has no record; its best epoch so far would be kept.
        let best = || history.best().map(|row| row.epoch);
        let selected_epoch = system.record.as_ref().map(|record| record.selected_epoch).or_else(best)?;
        Some(Course { system: system.name.clone(), history, selected_epoch, colour: number })
    };
    let courses: Vec<_> = context.systems.iter().enumerate().filter_map(course).collect();
    if courses.is_empty() {
        return Ok(Block::Remark("No training history is in this run.".into()));
    }
    plot::training(&courses).map(figure)
}

pub(super) fn no_scores() -> Block {
    Block::Remark("No score table is in this run; `rat-report score` writes them.".into())
}

fn figure(figure: plot::Figure) -> Block {
    Block::Figure(Box::new(figure))
}

/// What is there, for errors about what is not.
pub(super) fn unknown_row(context: &Context, system: &str, condition: &str) -> Error {
    let known: Vec<_> = context.results.rows.iter().map(|row| format!("{} {}", row.system, row.condition)).collect();
    let message = format!("there are no results of {system} {condition}");
    let remedy = if known.is_empty() {
        "there are no results at all".into()
    } else {
        format!("there are: {}", known.join(", "))
    };
    Error::data(message, remedy)
}
