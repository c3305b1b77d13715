//! From the context to the figures of the page.

use super::{
    block::Block,
    context::{Context, condition_name, named},
    escape,
    run::{NO_REFERENCE, Run, Scored},
};
use crate::{
    error::{Error, Result},
    metrics::{CostModel, DetectionScores, EerRule},
    plot::{self, Course, DetCurve, Histogram, IntervalRow},
    tables::ResultsRow,
    trial::Label,
};

/// The first condition of the first system is the main one.
pub(super) fn intervals(context: &Context) -> Result<Block> {
    let rows: Vec<_> = context
        .results
        .rows
        .iter()
        .map(|row| IntervalRow {
            system: row.system.clone(),
            condition: condition_name(&row.condition).into(),
            eer: row.eer,
            low: if row.eer_low.is_finite() { row.eer_low } else { row.eer },
            high: if row.eer_high.is_finite() { row.eer_high } else { row.eer },
            colour: context.number(&row.system),
        })
        .collect();
    if rows.is_empty() { Ok(no_scores()) } else { plot::intervals(&rows).map(figure) }
}

pub(super) fn det(context: &Context) -> Result<Block> {
    let mut curves = Vec::new();
    for (number, run) in context.runs.iter().enumerate() {
        for (index, scored) in run.scored.iter().enumerate() {
            let (system, condition) = (&run.record.system, &scored.condition);
            if let Some(row) = context.row(system, condition) {
                curves.push(curve(row, scored, colour(number, index), number > 0)?);
            }
        }
    }
    if curves.is_empty() { Ok(no_scores()) } else { plot::det(&curves).map(figure) }
}

/// A system's first condition has the system's colour; the others take what is left.
fn colour(system: usize, condition: usize) -> usize {
    if condition == 0 { system } else { condition + 1 }
}

fn curve(row: &ResultsRow, scored: &Scored, colour: usize, dashed: bool) -> Result<DetCurve> {
    let scores = DetectionScores::new(&scored.table.bonafide(), &scored.table.spoof())?;
    Ok(DetCurve {
        name: named(&row.system, &row.condition),
        points: scores.det(),
        eer: row.eer,
        min_dcf: row.min_dcf,
        min_dcf_threshold: row.min_dcf_threshold,
        colour,
        dashed,
        ..DetCurve::default()
    })
}

/// Of one system and condition; by default the first of both.
pub(super) fn histogram(context: &Context, system: Option<&str>, condition: Option<&str>) -> Result<Block> {
    let condition = condition.map(|condition| if condition == "single" { NO_REFERENCE } else { condition });
    let run = context.runs.iter().find(|run| system.is_none_or(|system| run.record.system == system));
    let scored =
        run.and_then(|run| run.scored.iter().find(|scored| condition.is_none_or(|known| scored.condition == known)));
    let (Some(run), Some(scored)) = (run, scored) else {
        let wanted = format!("{} {}", system.unwrap_or("any system"), condition.unwrap_or("any condition"));
        return Ok(Block::Remark(format!("No scores of {} are in this run.", escape::markdown(&wanted))));
    };
    drawn_histogram(run, scored, context.provenance.costs).map(figure)
}

fn drawn_histogram(run: &Run, scored: &Scored, costs: CostModel) -> Result<plot::Figure> {
    let margins = scored.table.rows.iter().all(|row| row.margin.is_some_and(f64::is_finite));
    let of = |label: Label| -> Vec<f64> {
        let rows = scored.table.rows.iter().filter(|row| row.label == Some(label));
        rows.map(|row| row.margin.filter(|_| margins).unwrap_or(row.score)).collect()
    };
    let (bonafide, spoof) = (of(Label::Bonafide), of(Label::Spoof));
    let threshold = DetectionScores::new(&bonafide, &spoof)?.eer(EerRule::Official).threshold;
    plot::histogram(&Histogram {
        title: named(&run.record.system, &scored.condition),
        quantity: if margins { "logit margin".into() } else { "score".into() },
        bonafide,
        spoof,
        threshold,
        costs: Some(costs),
        ..Histogram::default()
    })
}

/// Of one system; by default of the first that has a contribution table.
pub(super) fn decay(context: &Context, system: Option<&str>) -> Result<Block> {
    let wanted = context.systems.iter().filter(|known| system.is_none_or(|system| known.record.system == system));
    let table =
        wanted.filter_map(|known| known.contribution.as_ref().map(|table| (&known.record.system, table))).next();
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
        system.history.clone().map(|history| Course {
            system: system.record.system.clone(),
            history,
            selected_epoch: system.record.selected_epoch,
            colour: number,
        })
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
