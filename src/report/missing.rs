//! What a run's record speaks of and its folder holds no more: said on the page and to whoever renders it, and left out.

use std::path::Path;

use crate::tables::RunRecord;

/// A sentence where anything is missing: the course of training, the checkpoint that was scored, or score tables.
pub(super) fn missing(folder: &Path, record: &RunRecord) -> Option<String> {
    let mut named = Vec::new();
    if !record.stages.is_empty() {
        named.push("history.csv".to_owned());
    }
    // A run is published without its checkpoints as a whole.
    if record.selected_epoch > 0 && folder.join("checkpoints").is_dir() {
        named.push(format!("checkpoints/epoch-{:02}.bpk", record.selected_epoch));
    }
    named.extend(record.tables.iter().map(|name| format!("scores/{name}")));
    named.retain(|name| !folder.join(name).is_file());
    // Records from before tables were noted tell only that there were some.
    let scored = record.tables.is_empty() && record.phases.iter().any(|phase| phase.phase == "scoring");
    let mut entries = std::fs::read_dir(folder.join("scores")).into_iter().flatten().flatten();
    if scored && !entries.any(|entry| entry.path().extension().is_some_and(|ending| ending == "csv")) {
        named.push("scores/".into());
    }
    let (last, others) = named.split_last()?;
    let listed = if others.is_empty() { last.clone() } else { format!("{} and {last}", others.join(", ")) };
    let are = if others.is_empty() { "which is" } else { "which are" };
    Some(format!("{} speaks of {listed}, {are} not there any more.", folder.join("run.json").display()))
}
