//! Heat maps of breakdowns, and the tables behind them.

use super::{
    super::{
        block::Block,
        breakdown::{Breakdown, CellMeasure, breakdown},
        catalogue::breakdown_sheet,
        context::{Context, named},
        escape,
        measure::MeasureSettings,
        run::{Run, Scored},
    },
    figure, no_scores, scored,
};
use crate::{
    error::{Error, Result},
    plot,
};

/// What a document asks to be broken down.
#[derive(Clone, Debug)]
pub(in crate::report) struct Asked<'a> {
    pub(in crate::report) system: Option<&'a str>,
    pub(in crate::report) condition: Option<&'a str>,
    pub(in crate::report) rows: &'a str,
    pub(in crate::report) columns: &'a str,
    pub(in crate::report) measure: &'a str,
}

/// The heat map; a remark where the scores do not know the columns.
pub(in crate::report) fn heat_map(context: &Context, asked: &Asked<'_>) -> Result<Block> {
    let measure = measure_of(asked)?;
    let draw = |title: &str, found: &Breakdown| plot::heat_map(&found.heat_map(title, measure)).map(figure);
    with_breakdown(context, asked, draw)
}

/// The table.
pub(in crate::report) fn table(context: &Context, asked: &Asked<'_>) -> Result<Block> {
    let measure = measure_of(asked)?;
    with_breakdown(context, asked, |title, found| Ok(Block::Table(breakdown_sheet(title, found, measure))))
}

fn measure_of(asked: &Asked<'_>) -> Result<CellMeasure> {
    CellMeasure::named(asked.measure).ok_or_else(|| {
        Error::config("measure", format!("`{}` is no measure of a cell", asked.measure), "use eer or min_dcf")
    })
}

fn with_breakdown(
    context: &Context,
    asked: &Asked<'_>,
    make: impl Fn(&str, &Breakdown) -> Result<Block>,
) -> Result<Block> {
    let Some((run, scored)): Option<(&Run, &Scored)> = scored(context, asked.system, asked.condition)? else {
        return Ok(no_scores());
    };
    let (mut rows, mut columns) = (asked.rows, asked.columns);
    if !scored.table.knows(rows) {
        (rows, columns) = (columns, "");
    }
    if !scored.table.knows(columns) {
        columns = "";
    }
    let title = named(&run.name, &scored.condition);
    if !scored.table.knows(rows) {
        let wanted: Vec<_> = [asked.rows, asked.columns].into_iter().filter(|name| !name.is_empty()).collect();
        return Ok(Block::Remark(format!(
            "The scores of {} do not know their {}, so they are not broken down; a protocol tells it (`protocol=FILE`).",
            escape::markdown(&title),
            escape::markdown(&wanted.join(" and "))
        )));
    }
    let settings = MeasureSettings { resamples: 0, ..context.settings.clone() };
    make(&title, &breakdown(&title, &scored.table, rows, columns, &settings)?)
}
