//! The page of a run that grows while it trains: `report.html` in the run directory.

use crate::{error::Result, output::OutputFile, report::run_page, train::RunDirectory};

/// Renders the page anew from what the run directory holds now.
///
/// # Errors
/// Where a table of the run is broken, or the folder is not writable.
pub(super) fn grow(run: &RunDirectory) -> Result<()> {
    OutputFile::write_all_to(run.file("report.html"), run_page(run.path())?).map(drop)
}
