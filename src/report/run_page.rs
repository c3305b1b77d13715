//! The page of one run, which grows while it trains.

use std::{path::Path, sync::Arc};

use super::{block::numbered, context::Context, document::Document, functions, html};
use crate::error::Result;

/// More scores than this, in megabytes, are not measured after every epoch.
const MOST_SCORES_MB: &str = "8";

/// The document `run` of a run directory as one HTML file, fast enough to be made after every epoch: without intervals, and
/// without large score tables.
///
/// # Errors
/// Where the folder holds no run, or a table in it is broken.
pub fn run_page(run: &Path) -> Result<String> {
    let mut document = Document::built_in("run")?;
    document.set("run", &run.to_string_lossy())?;
    document.set("resamples", "0")?;
    document.set("most_score_mb", MOST_SCORES_MB)?;
    let command = ["rat-report", "render", "run", "--param"].map(String::from);
    let command: Vec<String> = command.into_iter().chain([format!("run={}", run.display())]).collect();
    let context = Arc::new(Context::gather(&document, &command)?);
    let text = functions::answer(&document, &context)?;
    html::page(&text.markdown, &numbered(text.blocks), &context)
}
