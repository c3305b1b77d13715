//! What a run's record speaks of and its folder holds no more, and scores of an epoch that is not the best any more: said on the
//! page and to whoever renders it.

use std::path::Path;

use crate::tables::{RunRecord, ShardManifest};

/// Sentences where anything is missing or out of date.
pub(super) fn missing(folder: &Path, record: &RunRecord) -> Option<String> {
    let sentences: Vec<String> = gone(folder, record).into_iter().chain(outdated(folder, record)).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// Scores that were made before the training had ended.
fn outdated(folder: &Path, record: &RunRecord) -> Option<String> {
    let scored = std::fs::read_to_string(folder.join("scores").join(ShardManifest::ORIGIN)).ok()?;
    let origin: toml::Table = scored.parse().ok()?;
    let checkpoint = origin.get("checkpoint")?.as_str()?;
    let best = format!("epoch-{:02}.bpk", record.selected_epoch);
    let scores = folder.join("scores");
    (record.selected_epoch > 0 && checkpoint != best).then(|| {
        format!("{} are of {checkpoint}, and the best network is {best}: score the run again.", scores.display())
    })
}

/// The course of training, the checkpoint that was scored, or score tables.
fn gone(folder: &Path, record: &RunRecord) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_of_an_earlier_best_epoch_are_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let scores = folder.path().join("scores");
        std::fs::create_dir(&scores).expect("makes");
        let record = |selected_epoch| RunRecord { selected_epoch, ..RunRecord::default() };
        assert_eq!(missing(folder.path(), &record(2)), None);
        std::fs::write(scores.join("scored.toml"), "checkpoint = \"epoch-01.bpk\"\n").expect("writes");
        assert_eq!(missing(folder.path(), &record(1)), None);
        let told = missing(folder.path(), &record(2)).expect("is told");
        assert!(told.contains("are of epoch-01.bpk, and the best network is epoch-02.bpk"), "{told}");
    }
}
