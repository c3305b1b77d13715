//! Runs a document's cells in order, and hands each its outcome.

use super::{Cell, CellOutcome, CellRunner, CellShown, CellState};
use crate::{
    error::{Error, Result},
    report::block::Block,
};

const AFTER_FAILURE: &str = "This cell was not run, since one before it failed.";

/// What came of a document's cells.
#[derive(Debug, Default)]
pub(in crate::report) struct Outcomes {
    /// By cell; none for those that were not run.
    pub(in crate::report) outcomes: Vec<Option<CellOutcome>>,
    /// Of cells that may not fail.
    pub(in crate::report) failures: Vec<Error>,
}

/// Runs all cells that are to be run, up to the first that fails and may not.
///
/// # Errors
/// Where the runner has no session.
pub(in crate::report) fn run_cells(
    path: &std::path::Path,
    cells: &[Cell],
    runner: &mut dyn CellRunner,
) -> Result<Outcomes> {
    let mut found = Outcomes::default();
    for cell in cells {
        if !cell.options.eval || !found.failures.is_empty() {
            found.outcomes.push(None);
            continue;
        }
        let outcome = runner.run(cell)?;
        if let Some(failure) = outcome.failure.as_ref().filter(|_| !cell.options.error) {
            let line = cell.line as u64 + failure.line.unwrap_or(1) - 1;
            let of_cell = || format!("cell {} that begins there, {}", cell.number, failure.by);
            let by = if failure.line.is_some() { failure.by.clone() } else { of_cell() };
            found.failures.push(Error::parse(path, line, by, failure.message.clone(), failure.remedy.clone()));
        }
        found.outcomes.push(Some(outcome));
    }
    Ok(found)
}

/// Puts outcomes into the cells' places.
pub(in crate::report) fn place(blocks: &mut [Block], outcomes: &[Option<CellOutcome>]) {
    for block in blocks {
        let Block::Cell(shown) = block else { continue };
        let CellShown { cell, state } = shown.as_mut();
        match outcomes.get(cell.number - 1) {
            Some(Some(outcome)) => *state = CellState::Ran(outcome.clone()),
            _ if cell.options.eval => *state = CellState::NotRun(AFTER_FAILURE),
            _ => {}
        }
    }
}
