//! Building the sample corpus: packages, voices, spoofs, protocols; then the stamp, then the folder gets its name.
//!
//! Work happens in a folder beside, `NAME.unfinished`, under a lock. So the corpus is there whole or not at all; an
//! interrupted build goes on with the packages it has, and two builds at once wait for each other.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::Instant,
};

use rayon::prelude::*;

use super::{
    cast::Cast,
    espeak::Espeak,
    manifest::{self, Voice},
    notes,
    packages::Apt,
    partition,
    systems::System,
};
use crate::{
    data::{Corpus, Split},
    error::{Error, Result},
    output::OutputFile,
};

/// Raised with every change of what is made.
const FORMAT: &str = "rat sample corpus, format 1\n";
const STAMP: &str = "sample-corpus.stamp";

/// `$XDG_CACHE_HOME/rat/sample-corpus`, else `~/.cache/rat/sample-corpus`, else below the folder for temporary files.
pub fn default_folder() -> PathBuf {
    crate::output::cache_folder().join("sample-corpus")
}

/// The sample corpus in `folder`: opened where it is finished, else built, which takes a network and about a minute.
///
/// `progress` is told what is being done, a line at a time.
///
/// # Errors
/// [`Error::Unavailable`] without `apt-get`, `dpkg-deb` or network; [`Error::Config`] where the folder holds something
/// else.
pub fn build(folder: &Path, progress: &mut dyn FnMut(&str)) -> Result<Corpus> {
    if is_finished(folder)? {
        return Corpus::open("asvspoof5", folder);
    }
    let work = unfinished(folder)?;
    fs::create_dir_all(&work).map_err(|source| Error::io("making the folder", &work, source))?;
    let lock_path = work.join("lock");
    let lock = File::create(&lock_path).map_err(|source| Error::io("opening", &lock_path, source))?;
    if lock.try_lock().is_err() {
        progress("another build of the sample corpus is running: waiting for it");
        lock.lock().map_err(|source| Error::io("locking", &lock_path, source))?;
    }
    // The other build may have finished meanwhile.
    if !is_finished(folder)? {
        make(folder, &work, progress)?;
    }
    remove(&work)?;
    Corpus::open("asvspoof5", folder)
}

/// Whether a corpus of this format is there; an older one of ours is none, anything else is not touched.
fn is_finished(folder: &Path) -> Result<bool> {
    match fs::read_to_string(folder.join(STAMP)) {
        Ok(stamp) => Ok(stamp == FORMAT),
        Err(_) => match fs::read_dir(folder).map(|mut entries| entries.next().is_some()) {
            Ok(true) => Err(Error::config(
                "corpus",
                format!("{} holds something else than the sample corpus", folder.display()),
                "name an empty or new folder for it; a corpus of your own is given by `--corpus DIR`",
            )),
            Err(source) if source.kind() == std::io::ErrorKind::NotADirectory => {
                Err(Error::io("opening the sample corpus", folder, source))
            }
            _ => Ok(false),
        },
    }
}

fn unfinished(folder: &Path) -> Result<PathBuf> {
    let name = folder.file_name().ok_or_else(|| {
        Error::config("corpus", format!("{} is no place for the sample corpus", folder.display()), "name a folder")
    })?;
    let absolute = std::path::absolute(folder).map_err(|source| Error::io("finding", folder, source))?;
    Ok(absolute.with_file_name(format!("{}.unfinished", name.to_string_lossy())))
}

fn make(folder: &Path, work: &Path, progress: &mut dyn FnMut(&str)) -> Result<()> {
    let (unpacked, scratch, corpus) = (work.join("packages"), work.join("scratch"), work.join("corpus"));
    let espeak_root = work.join("espeak");
    let espeak = Espeak::installed(&scratch);
    fetch(work, &unpacked, espeak.is_none().then_some(espeak_root.as_path()), progress)?;
    let espeak = espeak.map_or_else(|| Espeak::unpacked(&espeak_root, &scratch), Ok)?;
    for fresh in [&scratch, &corpus] {
        remove(fresh)?;
        fs::create_dir_all(fresh).map_err(|source| Error::io("making the folder", fresh, source))?;
    }
    let started = Instant::now();
    let speakers = make_partitions(&corpus, &unpacked, &espeak, progress)?;
    notes::write(&corpus, &unpacked, &speakers)?;
    OutputFile::write_all_to(corpus.join(STAMP), FORMAT)?;
    remove(folder)?;
    fs::rename(&corpus, folder).map_err(|source| Error::io("naming the corpus", folder, source))?;
    progress(&format!("sample corpus finished in {:.0} s: {}", started.elapsed().as_secs_f64(), folder.display()));
    Ok(())
}

/// Fetches what is not there yet.
fn fetch(work: &Path, voices: &Path, espeak: Option<&Path>, progress: &mut dyn FnMut(&str)) -> Result<()> {
    let espeak = espeak.filter(|root| !root.exists());
    if voices.exists() && espeak.is_none() {
        return Ok(());
    }
    progress("asking apt for its lists of packages, in a folder of its own");
    let apt = Apt::open(work)?;
    if !voices.exists() {
        let packages: Vec<String> = manifest::packages().iter().map(ToString::to_string).collect();
        progress(&format!("fetching {}, about 90 MB", packages.join(" and ")));
        apt.unpack(&packages, voices)?;
    }
    if let Some(root) = espeak {
        let packages = apt.with_missing_dependencies("espeak-ng")?;
        progress(&format!("fetching eSpeak NG: {} packages, nothing is installed", packages.len()));
        apt.unpack(&packages, root)?;
    }
    Ok(())
}

/// Makes the three partitions; gives each speaker's name and voice.
fn make_partitions(
    corpus: &Path,
    unpacked: &Path,
    espeak: &Espeak,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<(String, Voice)>> {
    let mut speakers = Vec::new();
    for split in Split::ALL {
        let voices: Vec<Voice> = manifest::voices().into_iter().filter(|voice| voice.split == split).collect();
        progress(&format!("{split}: reading {} voices, letting eSpeak NG speak", voices.len()));
        let systems = System::ALL.into_iter().filter(|system| system.occurs_in(split) && !system.uses_human_source());
        let spoken = partition::quota(split) * systems.count();
        let casts: Vec<Cast> =
            voices.par_iter().map(|voice| Cast::gather(unpacked, voice, espeak, spoken)).collect::<Result<_>>()?;
        progress(&format!("{split}: making the spoofs"));
        let first = speakers.len() + 1;
        let trials = partition::make(corpus, split, first, &casts)?;
        progress(&format!("{split}: {trials} utterances"));
        let named = |(at, voice)| (partition::speaker_name(split, first + at), voice);
        speakers.extend(voices.into_iter().enumerate().map(named));
    }
    Ok(speakers)
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(Error::io("removing", folder, source)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finished_corpus_is_opened_without_work() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join(STAMP), FORMAT).expect("writes");
        let mut said = Vec::new();
        let corpus = build(folder.path(), &mut |line| said.push(line.to_string())).expect("opens");
        assert_eq!(corpus.root(), folder.path());
        assert!(said.is_empty());
    }

    #[test]
    fn another_folder_is_left_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("thesis.tex"), "x").expect("writes");
        let error = build(folder.path(), &mut |_| ()).expect_err("refused");
        assert!(matches!(error, Error::Config { .. }), "{error}");
        assert!(folder.path().join("thesis.tex").exists());
    }
}
