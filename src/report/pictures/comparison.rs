//! Figures of paired differences.

use super::{
    super::{
        block::Block,
        catalogue::{conditions_remark, systems_remark},
        context::Context,
    },
    figure,
};
use crate::{
    error::Result,
    plot::{self, DifferenceRow, Differences},
    tables::ComparisonRow,
};

/// Differences of the systems, each with each.
pub(in crate::report) fn differences(context: &Context) -> Result<Block> {
    let rows = &context.comparisons.systems.rows;
    if rows.is_empty() {
        return Ok(Block::Remark(systems_remark(context)));
    }
    let system = |name: &str| name.split(", ").next().unwrap_or(name).to_owned();
    drawn(rows, |row| context.number(&system(&row.first)), |row| row.first.clone())
}

/// Differences of one system's conditions from its first; by default of the first system that has several.
pub(in crate::report) fn condition_differences(context: &Context, system: Option<&str>) -> Result<Block> {
    let mut compared = context.comparisons.conditions.iter();
    let Some(found) = compared.find(|found| system.is_none_or(|system| found.system == system)) else {
        return Ok(Block::Remark(conditions_remark(context)));
    };
    let colour = context.number(&found.system);
    let against = format!("{}, {}", found.system, found.against);
    drawn(&found.table.rows, |_| colour, |_| against.clone())
}

fn drawn(
    rows: &[ComparisonRow],
    colour: impl Fn(&ComparisonRow) -> usize,
    first: impl Fn(&ComparisonRow) -> String,
) -> Result<Block> {
    let row = |row: &ComparisonRow| DifferenceRow {
        system: first(row),
        against: row.second.clone(),
        difference: row.eer_difference,
        low: row.eer_low,
        high: row.eer_high,
        p_value: Some(row.eer_p_holm),
        colour: colour(row),
    };
    let data = Differences { measure: "EER %".into(), rows: rows.iter().map(row).collect() };
    plot::differences(&data).map(figure)
}
