//! What the score tables of a folder are of, so that those of another network, corpus or split do not come among them.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::score::Args;
use crate::{
    error::{Error, Result},
    output::OutputFile,
    train::RunConfig,
};

/// The file beside the tables.
const FILE: &str = "scored.toml";

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
            ("pairing", optional(&args.pairing)),
            ("allow-self-reference", args.allow_self_reference.to_string()),
            ("compat", args.compat.map_or(String::new(), |program| format!("{program:?}"))),
        ];
        Self(fields.into())
    }

    /// Refuses a folder whose tables are of something else.
    pub(super) fn check(&self, folder: &Path) -> Result<()> {
        let path = folder.join(FILE);
        match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(source) => Err(Error::io("reading", &path, source)),
            Ok(text) => self.hold_against(folder, &text),
        }
    }

    /// Writes itself beside the tables.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let text = toml::to_string(&self.0).expect("texts serialise");
        OutputFile::write_all_to(folder.join(FILE), text).map(drop)
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
