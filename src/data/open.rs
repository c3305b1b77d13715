//! Opening a corpus: what is refused before any work starts, by name, folder, subset and split.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::{
    corpora::LAYOUTS,
    corpus::{Corpus, CorpusOptions},
    layout::Layout,
    recordings::Recordings,
    split::Split,
    whereabouts,
};
use crate::{
    error::{Error, Result},
    protocol::LabelConvention,
};

pub(super) fn open(name: &str, root: &Path, options: CorpusOptions) -> Result<Corpus> {
    let layout = LAYOUTS.into_iter().find(|layout| layout.info().name == name).ok_or_else(|| {
        let known: Vec<_> = Corpus::names().collect();
        Error::config("data", format!("`{name}` is not a known data set"), format!("use {}", known.join(", ")))
    })?;
    check_subset(layout, options.subset.as_deref())?;
    check_labels(layout, options.labels)?;
    let failed = |source| Error::io("opening the corpus", root, source);
    let takes_files = !layout.protocol_endings().is_empty();
    let (root, protocol) = match std::fs::metadata(root).map_err(failed)? {
        data if data.is_dir() => (root.to_owned(), only_protocol(layout, root)?),
        _ if takes_files => (folder_of(root), Some(root.to_owned())),
        _ => return Err(failed(ErrorKind::NotADirectory.into())),
    };
    let splits = match &protocol {
        Some(path) => splits_of(layout, path, options.labels)?,
        None => layout.info().splits.to_vec(),
    };
    Ok(Corpus { layout, root, protocol, splits: splits.into(), options, recordings: Recordings::default() })
}

fn folder_of(file: &Path) -> PathBuf {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

fn check_subset(layout: &dyn Layout, subset: Option<&str>) -> Result<()> {
    let info = layout.info();
    let Some(subset) = subset.filter(|subset| *subset != "all" && !info.subsets.contains(subset)) else {
        return Ok(());
    };
    Err(match info.subsets {
        [] => Error::config("subset", format!("{} has no subsets", info.name), "leave --subset out"),
        known => {
            let message = format!("{} has no subset `{subset}`", info.name);
            Error::config("subset", message, format!("use {} or all", known.join(", ")))
        }
    })
}

/// Only own data may have labels that need a word.
fn check_labels(layout: &dyn Layout, labels: LabelConvention) -> Result<()> {
    if layout.is_own() || matches!(labels, LabelConvention::Auto | LabelConvention::Words) {
        return Ok(());
    }
    let message = format!("the labels of {} are words", layout.info().name);
    Err(Error::config("labels", message, "leave --labels out; it is for own data, --data table"))
}

/// The file that a folder's trials stand in, for layouts without fixed names: a name that is expected, or the only one.
fn only_protocol(layout: &'static dyn Layout, root: &Path) -> Result<Option<PathBuf>> {
    let endings = layout.protocol_endings();
    if endings.is_empty() {
        return Ok(None);
    }
    if let Some(named) = layout.protocols(Split::Eval).iter().map(|name| root.join(name)).find(|path| path.is_file()) {
        return Ok(Some(named));
    }
    let failed = |source| Error::io("opening the corpus", root, source);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if path.is_file() && !hidden && endings.iter().any(|known| ending == *known) {
            found.push(path);
        }
    }
    found.sort();
    match found.as_slice() {
        [only] => Ok(Some(only.clone())),
        several => Err(no_single(layout, root, several)),
    }
}

fn no_single(layout: &'static dyn Layout, root: &Path, found: &[PathBuf]) -> Error {
    let endings = layout.protocol_endings();
    let names: Vec<_> = found.iter().filter_map(|path| path.file_name()).map(|name| name.to_string_lossy()).collect();
    let what = if names.is_empty() { "no file".to_owned() } else { format!("{} files", names.len()) };
    let listed = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
    let message = format!("{} holds {what} ending in {}{listed}", root.display(), endings.join(", "));
    let hint = whereabouts::hint(layout, root).filter(|_| found.is_empty());
    Error::data(message, hint.unwrap_or_else(|| "give the file itself with --root FILE".into()))
}

fn splits_of(layout: &dyn Layout, path: &Path, labels: LabelConvention) -> Result<Vec<Split>> {
    layout.splits_of(&layout.read(path, Split::Eval, labels)?)
}

/// The data set has other splits than the one asked for.
pub(super) fn no_split(corpus: &Corpus, split: Split) -> Error {
    let has: Vec<String> = corpus.splits().iter().map(Split::to_string).collect();
    let message = format!("{} has no {split} split, only {}", corpus.name(), has.join(" and "));
    let own = corpus.info().splits.contains(&split);
    let remedy = match split {
        _ if own => "name a split for each row in a column `split`: train, dev or eval",
        Split::Eval => "use another corpus for evaluation",
        _ => "train on another corpus, as --data asvspoof2019-la or asvspoof5, and use this one with `score`",
    };
    Error::config("split", message, remedy)
}
