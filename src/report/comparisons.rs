//! What of a page is compared: systems with each other, and a system's conditions with its first.

use serde::Serialize;

use super::{
    compare::{Pairs, compare},
    context::{condition_name, named},
    measure::MeasureSettings,
    run::Run,
};
use crate::{error::Result, tables::ComparisonTable};

/// Paired differences.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Comparisons {
    /// Each system at its first condition, each with each.
    pub systems: ComparisonTable,
    /// Why systems were not compared, where they were not.
    pub remark: Option<String>,
    /// Why a system's conditions were not compared, where they were not.
    pub conditions_remark: Option<String>,
    /// For each system of several conditions: its first against the others.
    pub conditions: Vec<ConditionComparison>,
}

/// The conditions of one system against its first.
#[derive(Clone, Debug, Serialize)]
pub struct ConditionComparison {
    /// The system.
    pub system: String,
    /// The condition that all others are compared with, as `matched`.
    pub against: String,
    /// First minus other, so below 0 the first errs less.
    pub table: ComparisonTable,
}

impl Comparisons {
    pub(super) fn of(runs: &[Run], settings: &MeasureSettings) -> Result<Self> {
        if settings.resamples == 0 {
            return Ok(Self {
                remark: Some("Without resamples there are no paired differences.".into()),
                ..Self::default()
            });
        }
        let firsts = runs.iter().filter_map(|run| Some((run, run.scored.first()?)));
        let firsts: Vec<_> = firsts.map(|(run, scored)| (named(&run.name, &scored.condition), &scored.table)).collect();
        let (systems, remark) = match firsts.len() {
            0 | 1 => (ComparisonTable::default(), Some("One system has nothing to be compared with.".into())),
            _ => match compare(&firsts, Pairs::All, settings) {
                Ok(table) => (table, None),
                Err(error) => (ComparisonTable::default(), Some(format!("The systems are not compared: {error}."))),
            },
        };
        let (mut conditions, mut conditions_remark) = (Vec::new(), None);
        for run in runs.iter().filter(|run| run.scored.len() > 1) {
            let tables: Vec<_> =
                run.scored.iter().map(|scored| (condition_name(&scored.condition).to_owned(), &scored.table)).collect();
            match compare(&tables, Pairs::WithFirst, settings) {
                Ok(table) => {
                    let against = tables[0].0.clone();
                    conditions.push(ConditionComparison { system: run.name.clone(), against, table });
                }
                Err(error) => {
                    conditions_remark = Some(format!("The conditions of {} are not compared: {error}.", run.name));
                }
            }
        }
        Ok(Self { systems, remark, conditions_remark, conditions })
    }
}
