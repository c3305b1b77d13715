//! What the score tables of a folder are of, so that those of another network, corpus or split do not come among them.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::score::Args;
use crate::{
    checkpoint::fingerprint,
    data::Pairing,
    error::{Error, Result},
    output::OutputFile,
    score::ScoreTask,
    tables::ShardManifest,
    train::RunConfig,
    trial::Trial,
};

/// All that tables of one folder have in common, by the name of the option.
#[derive(Debug, PartialEq)]
pub(super) struct Origin(BTreeMap<&'static str, String>);

impl Origin {
    /// Of the arguments as they are given, paths absolute.
    pub(super) fn of(args: &Args, config: &RunConfig) -> Self {
        let absolute =
            |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone()).display().to_string();
        let optional = |path: &Option<PathBuf>| path.as_ref().map(absolute).unwrap_or_default();
        let fields = [
            ("run", absolute(&args.run)),
            ("checkpoint", optional(&args.checkpoint)),
            ("data", args.data.data.clone()),
            ("root", absolute(&args.data.root)),
            ("subset", args.data.subset.clone().unwrap_or_default()),
            ("present-only", args.data.present_only.to_string()),
            ("split", args.split.to_string()),
            ("seed", args.seed.unwrap_or(config.recipe.seed).to_string()),
            ("pairing", optional(&args.references.pairing)),
            ("allow-self-reference", args.references.allow_self_reference.to_string()),
            ("compat", args.compat.map_or(String::new(), |program| format!("{program:?}"))),
            ("precision", args.precision(config).to_string()),
            ("enrolment", args.references.enrolment.to_string()),
            ("enrolment-size", args.references.enrolment_size.map_or(String::new(), |size| size.to_string())),
            ("mismatched-per-trial", args.references.mismatched_per_trial.to_string()),
        ];
        Self(fields.into())
    }

    /// Of a run's own scores: which of its checkpoints was the best one when they were made.
    pub(super) fn of_own(checkpoint: &Path) -> Self {
        let name = checkpoint.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self([("checkpoint", name)].into())
    }

    /// The same with owned names, as a manifest holds it.
    pub(super) fn to_map(&self) -> BTreeMap<String, String> {
        self.0.iter().map(|(&key, value)| (key.to_owned(), value.clone())).collect()
    }

    /// Refuses a folder whose tables are of something else.
    pub(super) fn check(&self, folder: &Path) -> Result<()> {
        let path = folder.join(ShardManifest::ORIGIN);
        match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(source) => Err(Error::io("reading", &path, source)),
            Ok(text) => self.hold_against(folder, &text),
        }
    }

    /// Writes itself beside the tables.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let text = toml::to_string(&self.0).expect("texts serialise");
        OutputFile::write_all_to(folder.join(ShardManifest::ORIGIN), text).map(drop)
    }

    fn hold_against(&self, folder: &Path, text: &str) -> Result<()> {
        let earlier: BTreeMap<String, String> = toml::from_str(text).unwrap_or_default();
        let differs = self.0.iter().find(|(key, value)| earlier.get(**key) != Some(*value));
        let Some((key, value)) = differs else { return Ok(()) };
        let was = earlier.get(*key).map_or("unknown", String::as_str);
        let message = format!("{} holds scores of another {key} (`{was}`, now `{value}`)", folder.display());
        Err(Error::config("output", message, "name another folder, or delete that one"))
    }
}

/// What is scored and how, by content: wherever the files lie, equal maps give equal scores on one kind of device.
pub(super) fn scoring(
    args: &Args,
    config: &RunConfig,
    checkpoint: &Path,
    trials: &[Trial],
    task: &ScoreTask<'_>,
) -> Result<BTreeMap<String, String>> {
    // By its text: the same in every version of Parquet's writer.
    let pairing = |pairing: &Pairing| Ok(format!("{:x}", Sha256::digest(pairing.to_bytes("pairing.csv")?)));
    let batch = args.compat.map_or(String::new(), |program| format!("{program:?}, batches of {}", args.batch));
    let fields = [
        ("checkpoint", fingerprint(checkpoint)?),
        ("classifier", config.classifier.to_string()),
        ("encoder", config.encoder.name.clone()),
        ("data", args.data.data.clone()),
        ("split", args.split.to_string()),
        ("seed", args.seed.unwrap_or(config.recipe.seed).to_string()),
        ("list of trials", trials_sha256(trials)),
        ("set of references", task.pairing.map_or(Ok(String::new()), pairing)?),
        ("choice of conditions", task.tables().join(",")),
        ("enrolment", args.references.enrolment.to_string()),
        ("compat", batch),
        ("precision", args.precision(config).to_string()),
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
    ];
    Ok(fields.map(|(key, value)| (key.to_owned(), value)).into())
}

fn trials_sha256(trials: &[Trial]) -> String {
    let mut hash = Sha256::new();
    for Trial { file, speaker, label, attack, codec, .. } in trials {
        hash.update(format!("{file}\n{speaker}\n{label:?}\n{attack}\n{codec}\n"));
    }
    format!("{:x}", hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_holds_scores_of_one_origin() {
        let folder = tempfile::tempdir().expect("a folder");
        let of = |split: &str| Origin([("data", "asvspoof5".to_owned()), ("split", split.to_owned())].into());
        of("eval").check(folder.path()).expect("is new");
        of("eval").write(folder.path()).expect("is writable");
        of("eval").check(folder.path()).expect("is the same");
        let error = of("dev").check(folder.path()).expect_err("is another");
        assert!(error.to_string().contains("another split (`eval`, now `dev`)"), "{error}");
    }
}
