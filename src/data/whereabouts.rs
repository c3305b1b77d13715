//! Where a protocol lies that is not where it should be: one folder too high or too low, or of another data set.

use std::path::{Path, PathBuf};

use super::{corpora::LAYOUTS, corpus::Corpus, layout::Layout, split::Split};
use crate::{
    error::{Error, Result},
    protocol::Protocol,
};

/// Subfolders that are looked into.
const LOOKED_INTO: usize = 200;

/// A protocol that is not there: the names looked for, and where this or another known data set lies instead.
pub(super) fn missing(corpus: &Corpus, split: Split, path: &Path) -> Error {
    let root = corpus.root();
    let names = corpus.layout().protocols(split);
    let looked = format!("looked for {} in {}", names.join(", "), root.display());
    let hint = hint(corpus.layout(), root).unwrap_or_else(|| "check the path, or unpack the protocols there".into());
    let source = std::io::Error::new(std::io::ErrorKind::NotFound, format!("no such file; {looked}"));
    Error::Io { doing: "reading the protocol".into(), path: path.into(), source, remedy: hint }
}

/// A protocol that is of another form than this data set's.
pub(super) fn of_other_form(layout: &dyn Layout, path: &Path, split: Split, failed: Error) -> Error {
    let Some(wanted) = layout.protocol_format(split) else { return failed };
    let Some(form) = Protocol::published_form(path).filter(|form| *form != wanted) else { return failed };
    let of = |layout: &&&dyn Layout| layout.protocol_format(Split::Eval) == Some(form);
    let Some(info) = LAYOUTS.iter().find(of).map(|layout| layout.info()) else { return failed };
    let message =
        format!("{} is in the form of {}, not of {}", path.display(), form.description(), wanted.description());
    Error::data(message, format!("this is {}: --data {}", info.title, info.name))
}

/// What to do where a folder is another than the one meant; `None` where nothing known is near.
pub(super) fn hint(layout: &'static dyn Layout, root: &Path) -> Option<String> {
    if holds(layout, root) {
        return None;
    }
    let near = near(root);
    if let Some(place) = near.iter().find(|folder| holds(layout, folder)) {
        return Some(format!("it lies in {}: --root {}", place.display(), place.display()));
    }
    let others = || LAYOUTS.into_iter().filter(|other| other.info().name != layout.info().name && !other.is_own());
    if let Some(other) = others().find(|other| holds(*other, root)) {
        return Some(format!("this is {}: --data {}", other.info().title, other.info().name));
    }
    let elsewhere = near.iter().find_map(|folder| Some((folder, others().find(|other| holds(*other, folder))?)));
    elsewhere.map(|(folder, other)| {
        let info = other.info();
        format!("{} lies in {}: --data {} --root {}", info.title, folder.display(), info.name, folder.display())
    })
}

/// Whether a folder has one of the data set's protocols, in its form where several data sets share the name.
fn holds(layout: &dyn Layout, folder: &Path) -> bool {
    let bases = || std::iter::once(folder.to_owned()).chain(layout.archives().iter().map(|name| folder.join(name)));
    layout.info().splits.iter().any(|&split| {
        let names = layout.protocols(split);
        let mut paths = bases().flat_map(|base| names.iter().map(move |name| base.join(name)));
        paths.any(|path| path.is_file() && is_of(layout, &path, split).unwrap_or(true))
    })
}

/// `None` for forms that are not told from a line.
fn is_of(layout: &dyn Layout, path: &Path, split: Split) -> Option<bool> {
    Protocol::published_form(path).zip(layout.protocol_format(split)).map(|(form, wanted)| form == wanted)
}

/// The folder above, and those below.
fn near(root: &Path) -> Vec<PathBuf> {
    let whole = root.canonicalize();
    let above = whole.ok().and_then(|whole| whole.parent().map(Path::to_owned));
    let below = std::fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut below: Vec<PathBuf> = below.filter(|path| path.is_dir()).take(LOOKED_INTO).collect();
    below.sort();
    above.into_iter().chain(below).collect()
}

/// Reads a protocol of a split; where it fails, says what it is instead.
pub(super) fn read(corpus: &Corpus, split: Split, path: &Path) -> Result<Protocol> {
    let layout = corpus.layout();
    if !path.exists() {
        return Err(missing(corpus, split, path));
    }
    let read = layout.read(path, split, corpus.options.labels);
    read.map_err(|failed| of_other_form(layout, path, split, failed))
}
