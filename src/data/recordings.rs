//! Finding a recording: under the name that the protocol has, with or without an ending, in any of a split's folders.
//!
//! Copies of corpora differ in endings and case (`T_1.FLAC`, `t_1.wav`): where the published name is not there, the folder is
//! listed once and looked through without regard to case.

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use super::split::Split;

/// The endings tried, in order, where a protocol gives none.
pub(super) const ENDINGS: [&str; 2] = ["flac", "wav"];
/// Endings that mark a name as one of a recording.
const AUDIO: [&str; 7] = ["flac", "wav", "ogg", "oga", "opus", "mp3", "m4a"];

/// File names of a folder by their lower-case stems.
type Listing = HashMap<String, PathBuf>;

/// Looks recordings up, and remembers the folders that it had to list.
#[derive(Clone, Default)]
pub(super) struct Recordings {
    /// The folders of each split, once some are there.
    folders: Arc<[OnceLock<Vec<PathBuf>>; 3]>,
    listed: Arc<Mutex<HashMap<PathBuf, Arc<Listing>>>>,
}

impl Recordings {
    /// A split's folders, which `there` looks for until some are there.
    pub(super) fn folders(&self, split: Split, there: impl FnOnce() -> Vec<PathBuf>) -> Option<&[PathBuf]> {
        let known = &self.folders[split as usize];
        if known.get().is_none() {
            let found = there();
            if !found.is_empty() {
                // Another thread may have found the same.
                drop(known.set(found));
            }
        }
        known.get().map(Vec::as_slice)
    }

    /// The recording's path, in the first folder that has it.
    pub(super) fn find(&self, folders: &[PathBuf], file: &str) -> Option<PathBuf> {
        let names = names(file);
        let exact = folders.iter().flat_map(|folder| names.iter().map(move |name| folder.join(name)));
        exact.into_iter().find(|path| path.is_file()).or_else(|| self.find_renamed(folders, file))
    }

    fn find_renamed(&self, folders: &[PathBuf], file: &str) -> Option<PathBuf> {
        let key = stem(file)?.to_lowercase();
        folders.iter().find_map(|folder| {
            let whole = folder.join(file);
            self.listing(whole.parent()?).get(&key).cloned()
        })
    }

    fn listing(&self, folder: &Path) -> Arc<Listing> {
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = listed.get(folder) {
            return Arc::clone(known);
        }
        let listing = Arc::new(list(folder));
        // A folder that is not there yet may come.
        if !listing.is_empty() {
            listed.insert(folder.into(), Arc::clone(&listing));
        }
        listing
    }
}

impl fmt::Debug for Recordings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recordings").finish_non_exhaustive()
    }
}

/// A folder's recordings; of two that differ in case or ending only, the first by name.
fn list(folder: &Path) -> Listing {
    let mut listing = Listing::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(stem) = stem(&name).filter(|_| ending(&name).is_some()) else { continue };
        // A link to what is not there.
        if entry.file_type().is_ok_and(|kind| kind.is_symlink()) && !path.exists() {
            continue;
        }
        let place = listing.entry(stem.to_lowercase()).or_insert_with(|| path.clone());
        if path < *place {
            *place = path;
        }
    }
    listing
}

/// The names that a recording may have: as it is called, else with each ending.
fn names(file: &str) -> Vec<String> {
    let with = |stem: &str| ENDINGS.map(|ending| format!("{stem}.{ending}"));
    match ending(file) {
        Some(ending) => [vec![file.to_owned()], with(&file[..file.len() - ending.len() - 1]).into()].concat(),
        None => [with(file).into(), vec![file.to_owned()]].concat(),
    }
}

/// The ending, where it is one of a recording: file names hold dots.
fn ending(file: &str) -> Option<&str> {
    let (_, ending) = file.rsplit_once('.')?;
    AUDIO.iter().any(|known| known.eq_ignore_ascii_case(ending)).then_some(ending)
}

/// The name without folders and ending.
fn stem(file: &str) -> Option<&str> {
    let name = file.rsplit(['/', '\\']).next()?;
    Some(ending(name).map_or(name, |ending| &name[..name.len() - ending.len() - 1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_dots_keep_them() {
        assert_eq!(names("a.b"), ["a.b.flac", "a.b.wav", "a.b"]);
        assert_eq!(names("x/0.wav"), ["x/0.wav", "x/0.flac", "x/0.wav"]);
        assert_eq!((stem("x/0.WAV"), stem("DF_E_1"), stem("v1.2/a.b")), (Some("0"), Some("DF_E_1"), Some("a.b")));
    }

    #[test]
    fn a_renamed_recording_is_found_and_a_missing_one_is_not() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folders = [folder.path().join("none"), folder.path().to_owned()];
        let recordings = Recordings::default();
        assert_eq!(recordings.find(&folders, "T_1"), None);
        for name in ["t_1.FLAC", "T_2.wav", "T_3.txt"] {
            std::fs::write(folder.path().join(name), "x").expect("writes");
        }
        let recordings = Recordings::default();
        let found = |file: &str| recordings.find(&folders, file).map(|path| path.file_name().map(ToOwned::to_owned));
        assert_eq!(found("T_1"), Some(Some("t_1.FLAC".into())));
        assert_eq!(found("T_2.flac"), Some(Some("T_2.wav".into())));
        assert_eq!(found("T_3"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_nothing_is_no_recording() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folders = [folder.path().to_owned()];
        std::os::unix::fs::symlink("nowhere.flac", folder.path().join("T_1.flac")).expect("links");
        std::os::unix::fs::symlink("t_3.FLAC", folder.path().join("t_2.FLAC")).expect("links");
        std::fs::write(folder.path().join("t_3.FLAC"), "x").expect("writes");
        let recordings = Recordings::default();
        assert_eq!(recordings.find(&folders, "T_1"), None);
        assert_eq!(recordings.find(&folders, "T_2"), Some(folder.path().join("t_2.FLAC")));
    }
}
