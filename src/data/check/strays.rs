//! Recordings that lie in a corpus's folders though no protocol names them: renamed ones, or those of another release; and
//! missing ones that lie in another folder than they should.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{SplitCheck, recordings};
use crate::{
    audio::AudioFault,
    data::{
        corpus::{Corpus, CorpusOptions},
        split::Split,
    },
    protocol::Protocol,
};

/// Recordings that no protocol names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strays {
    /// How many.
    pub count: usize,
    /// The first of them, relative to the corpus's root.
    pub first: Vec<PathBuf>,
}

/// So many are named.
const NAMED: usize = 1_000;
/// Folders within folders are gone into so far.
const DEPTH: usize = 8;
/// Endings that recordings have.
const ENDINGS: [&str; 7] = ["flac", "wav", "ogg", "oga", "opus", "mp3", "m4a"];

impl Strays {
    /// Looks through the folders of the splits that were checked; `found` are the recordings that were.
    pub(super) fn of(corpus: &Corpus, splits: &[Split], found: &HashSet<PathBuf>) -> Self {
        let known = known_stems(corpus);
        let folders: BTreeSet<PathBuf> =
            splits.iter().flat_map(|&split| corpus.audio_folders(split).into_owned()).collect();
        let mut strays = BTreeSet::new();
        for folder in folders {
            walk(&folder, DEPTH, &mut |path| {
                if !found.contains(&path) && stem(&path).is_none_or(|stem| !known.contains(&stem)) {
                    strays.insert(path);
                }
            });
        }
        let relative = |path: &PathBuf| path.strip_prefix(corpus.root()).unwrap_or(path).to_path_buf();
        Self { count: strays.len(), first: strays.iter().take(NAMED).map(relative).collect() }
    }
}

/// Looks for missing recordings in the folders of all splits, and notes where a file of their name lies that belongs to
/// no other recording.
pub(super) fn find_elsewhere(corpus: &Corpus, splits: &mut [SplitCheck], found: &HashSet<PathBuf>) {
    let bad = splits.iter_mut().flat_map(|split| &mut split.audio.bad);
    let missing: Vec<_> = bad.filter(|bad| bad.fault == AudioFault::Missing).collect();
    let mut places: HashMap<String, Option<PathBuf>> =
        missing.iter().filter_map(|bad| Some((named_stem(&bad.file)?, None))).collect();
    if places.is_empty() {
        return;
    }
    let folders: BTreeSet<PathBuf> =
        corpus.splits().iter().flat_map(|&split| corpus.audio_folders(split).into_owned()).collect();
    for folder in folders {
        walk(&folder, DEPTH, &mut |path| {
            let place = stem(&path).and_then(|stem| places.get_mut(&stem));
            if let Some(place) = place.filter(|_| !found.contains(&path) && path.is_file()) {
                // Of several the first by name.
                *place = Some(place.take().map_or(path.clone(), |earlier| earlier.min(path)));
            }
        });
    }
    for bad in missing {
        if let Some(Some(path)) = named_stem(&bad.file).and_then(|stem| places.get(&stem)) {
            let path = path.strip_prefix(corpus.root()).unwrap_or(path);
            bad.reason += &format!("; a file of that name is {}", path.display());
            bad.elsewhere = Some(path.to_path_buf());
        }
    }
}

/// The names in all protocols, of splits and rows that were not checked too, without folders, endings and case.
fn known_stems(corpus: &Corpus) -> HashSet<String> {
    let subset = (!corpus.info().subsets.is_empty()).then(|| "all".to_owned());
    let mut whole = corpus.clone();
    whole.options = CorpusOptions { subset, present_only: false, ..whole.options };
    let files = whole.splits().to_vec().into_iter().flat_map(|split| {
        let trials = whole.trials(split).unwrap_or_default().into_iter().map(|trial| trial.file);
        let rows = whole.protocol_paths(split).into_iter().flat_map(move |path| all_rows(corpus, split, &path));
        trials.chain(rows).chain(recordings::enrolled(&whole, split).unwrap_or_default())
    });
    files.filter_map(|file| named_stem(&file)).collect()
}

/// The files of a protocol as they stand in it, those of rows that are no trials too; none where it cannot be read.
fn all_rows(corpus: &Corpus, split: Split, path: &Path) -> Vec<String> {
    let protocol = match corpus.layout().protocol_format(split) {
        Some(format) => Protocol::read_as(path, format),
        None => Protocol::read(path),
    };
    protocol.iter().flat_map(|protocol| protocol.column("file").into_iter().flatten()).map(str::to_owned).collect()
}

/// The stem of a name in a protocol.
fn named_stem(file: &str) -> Option<String> {
    stem(Path::new(&file.replace('\\', "/")))
}

fn stem(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let ending = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)?.strip_suffix('.'));
    Some(ending.unwrap_or(&name).to_owned())
}

/// Calls `visit` for every recording below a folder; what cannot be listed, and hidden folders, are passed over.
fn walk(folder: &Path, depth: usize, visit: &mut dyn FnMut(PathBuf)) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth > 0 && !hidden => walk(&path, depth - 1, visit),
            Ok(kind) if !kind.is_dir() && !hidden && is_recording(&path) => visit(path),
            _ => {}
        }
    }
}

fn is_recording(path: &Path) -> bool {
    path.extension().is_some_and(|own| ENDINGS.iter().any(|ending| own.eq_ignore_ascii_case(ending)))
}
