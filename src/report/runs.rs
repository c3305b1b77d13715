//! Several run directories on one page: read, told apart, and held against each other.

use std::{collections::BTreeSet, path::PathBuf};

use super::{
    run::{Run, read_runs},
    source::{ReadSettings, tell_apart},
};
use crate::{
    error::{Error, Result},
    tables::RunRecord,
};

/// Reads run directories and folders of such; also gives what must be said of them.
///
/// # Errors
/// Where a path holds no run, one is named twice, or two of one name cannot be told apart.
pub(super) fn read(paths: &[PathBuf], settings: &ReadSettings) -> Result<(Vec<Run>, Vec<String>)> {
    let mut runs = Vec::new();
    for path in paths {
        runs.extend(read_runs(path)?);
    }
    refuse_twice(&runs)?;
    tell_apart(&mut runs);
    let mut names = BTreeSet::new();
    if let Some(twice) = runs.iter().find(|run| !names.insert(run.name.as_str())) {
        let message = format!("two runs call their system {}, and their folders do not tell them apart", twice.name);
        return Err(Error::data(message, "rename the system in the run.json of one"));
    }
    if let Some(protocol) = &settings.protocol {
        let protocol = crate::protocol::Protocol::read(protocol)?;
        for scored in runs.iter_mut().flat_map(|run| &mut run.scored) {
            scored.table =
                scored.table.with_protocol(&protocol).map_err(|error| super::source::placed(error, &scored.path))?;
        }
    }
    let notes =
        different_sets(runs.iter().filter_map(|run| run.record.as_ref().map(|record| (run.name.as_str(), record))));
    Ok((runs, notes.into_iter().collect()))
}

/// A run that is named twice, or by its folder and that above it, would be compared with itself.
fn refuse_twice(runs: &[Run]) -> Result<()> {
    let mut seen = BTreeSet::new();
    let records = runs.iter().filter_map(|run| run.inputs.first());
    let mut places = records.map(|input| PathBuf::from(&input.path)).map(|path| path.canonicalize().unwrap_or(path));
    match places.find(|path| !seen.insert(path.clone())) {
        None => Ok(()),
        Some(path) => {
            let message = format!("the run of {} is named twice", path.display());
            Err(Error::data(message, "name each run once"))
        }
    }
}

/// Runs of different evaluation sets are not comparable with each other.
fn different_sets<'a>(records: impl Iterator<Item = (&'a str, &'a RunRecord)>) -> Option<String> {
    let set = |record: &RunRecord| {
        let eval = record.splits.iter().find(|split| split.split == "eval");
        (record.corpus.clone(), eval.map(|split| split.sha256.clone()))
    };
    let all: Vec<_> = records.map(|(name, record)| (name, set(record))).collect();
    let (first, rest) = all.split_first()?;
    rest.iter().any(|other| other.1 != first.1).then(|| {
        let listed: Vec<_> = all.iter().map(|(name, (corpus, _))| format!("{name} on {corpus}")).collect();
        format!(
            "The runs are of different evaluation sets ({}): conditions are compared within a run, systems of different sets are not.",
            listed.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::SplitRecord;

    fn record(corpus: &str, sha256: &str) -> RunRecord {
        let eval = SplitRecord { split: "eval".into(), sha256: sha256.into(), ..SplitRecord::default() };
        RunRecord { corpus: corpus.into(), splits: vec![eval], ..RunRecord::default() }
    }

    #[test]
    fn different_evaluation_sets_are_said() {
        let (one, same, other) = (record("A", "1"), record("A", "1"), record("A", "2"));
        assert_eq!(different_sets([("x", &one), ("y", &same)].into_iter()), None);
        let said = different_sets([("x", &one), ("y", &other)].into_iter()).expect("they differ");
        assert!(said.contains("x on A, y on A"), "{said}");
    }
}
