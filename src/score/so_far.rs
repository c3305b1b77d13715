//! Scores as they come, in memory and, where a run may be stopped and gone on with, in a file: a line for each window of
//! trials, with a check sum, so that a stop in the middle of a line costs that window only.
//!
//! The first line says what is scored; the scores of something else are refused. Numbers are written by their bits.

use std::{
    collections::BTreeMap,
    fs::{File, TryLockError},
    io::{BufRead, BufReader, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::{
    error::{Error, Result},
    model::TrialScore,
};

/// A trial's place in the task, and its score under each condition.
pub type PlacedScores = (usize, Vec<TrialScore>);

/// A line of the file: places, and score and margin under each condition as bits.
type Line = Vec<(usize, Vec<(u64, u64)>)>;

/// The scores that are there.
#[derive(Debug)]
pub struct ScoresSoFar {
    /// Of each trial.
    known: Vec<Option<Box<[TrialScore]>>>,
    count: usize,
    file: Option<(PathBuf, File)>,
}

/// Hexadecimal digits of a line's check sum.
const DIGITS: usize = 16;

/// A process that was killed lets go of its lock a moment later.
fn locked(file: &File) -> std::result::Result<(), TryLockError> {
    for _ in 0..30 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(std::time::Duration::from_millis(100)),
            other => return other,
        }
    }
    file.try_lock()
}

impl ScoresSoFar {
    /// None yet, and nothing written.
    pub fn in_memory(trials: usize) -> Self {
        Self { known: vec![None; trials], count: 0, file: None }
    }

    /// Goes on with a file, or begins it. `scoring` says what is scored, by key; `conditions` is how many scores a trial has.
    ///
    /// # Errors
    /// Where the place is not writable, another process writes it, or it holds scores of something else.
    pub fn open(
        path: impl AsRef<Path>,
        scoring: &BTreeMap<String, String>,
        trials: usize,
        conditions: usize,
    ) -> Result<Self> {
        let path = path.as_ref();
        let failed = |source| Error::io("opening the unfinished scores", path, source);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| Error::io("making the folder", folder, source))?;
        }
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
        match locked(&file) {
            Err(TryLockError::WouldBlock) => {
                let message = format!("another process writes {} at the moment", path.display());
                return Err(Error::config("output", message, "wait for it, or name another folder with --output DIR"));
            }
            // Not all file systems have locks.
            Err(TryLockError::Error(_)) | Ok(()) => {}
        }
        let mut all = Self::in_memory(trials);
        let end = all.take_up(path, &file, scoring, conditions)?;
        file.set_len(end).map_err(failed)?;
        all.file = Some((path.into(), file));
        if end == 0 {
            all.append(scoring)?;
        }
        Ok(all)
    }

    /// How many trials have their scores.
    pub fn count(&self) -> usize {
        self.count
    }

    /// A trial's score under each condition.
    pub fn of(&self, place: usize) -> Option<&[TrialScore]> {
        self.known.get(place)?.as_deref()
    }

    /// Takes scores, and writes them down.
    ///
    /// # Errors
    /// Where the disk is full.
    pub fn keep(&mut self, scores: Vec<PlacedScores>) -> Result<()> {
        if scores.is_empty() {
            return Ok(());
        }
        if self.file.is_some() {
            let bits = |score: &TrialScore| (score.score.to_bits(), score.margin.to_bits());
            let line: Line = scores.iter().map(|(place, of)| (*place, of.iter().map(bits).collect())).collect();
            self.append(&line)?;
        }
        scores.into_iter().for_each(|(place, of)| self.put(place, of));
        Ok(())
    }

    /// Removes the file: the tables hold all that it held.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn finish(self) -> Result<()> {
        let Some((path, _)) = &self.file else { return Ok(()) };
        std::fs::remove_file(path).map_err(|source| Error::io("removing", path, source))
    }

    pub(super) fn put(&mut self, place: usize, of: Vec<TrialScore>) {
        if let Some(known) = self.known.get_mut(place) {
            self.count += usize::from(known.is_none());
            *known = Some(of.into());
        }
    }

    fn append(&mut self, content: &impl Serialize) -> Result<()> {
        let Some((path, file)) = &mut self.file else { return Ok(()) };
        let json = serde_json::to_string(content).expect("plain data serialises");
        let line = format!("{} {json}\n", checksum(&json));
        let written = file.seek(SeekFrom::End(0)).and_then(|_| file.write_all(line.as_bytes()));
        written.map_err(|source| Error::io("writing", &*path, source))
    }

    /// Takes the whole lines of a file; gives where they end.
    fn take_up(
        &mut self,
        path: &Path,
        file: &File,
        scoring: &BTreeMap<String, String>,
        conditions: usize,
    ) -> Result<u64> {
        let (mut reader, mut line, mut end) = (BufReader::new(file), Vec::new(), 0);
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line);
            let length = read.map_err(|source| Error::io("reading the unfinished scores", path, source))? as u64;
            if end == 0 {
                // A file without scores is nobody's loss.
                let begun = reader.fill_buf().is_ok_and(|rest| !rest.is_empty());
                match whole::<BTreeMap<String, String>>(&line) {
                    Some(there) if begun || there == *scoring => same(path, &there, scoring)?,
                    Some(_) | None => return Ok(0),
                }
            } else {
                // What stands behind a broken line is not trusted either.
                let Some(scores) = whole::<Line>(&line) else { return Ok(end) };
                let fits = |(place, of): &(usize, Vec<_>)| *place < self.known.len() && of.len() == conditions;
                if !scores.iter().all(fits) {
                    return Ok(end);
                }
                let score =
                    |(score, margin)| TrialScore { score: f64::from_bits(score), margin: f64::from_bits(margin) };
                scores.into_iter().for_each(|(place, of)| self.put(place, of.into_iter().map(score).collect()));
            }
            end += length;
        }
    }
}

/// What a line holds, where it is whole.
fn whole<T: DeserializeOwned>(line: &[u8]) -> Option<T> {
    let text = std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
    let (sum, json) = text.split_at_checked(DIGITS)?;
    let json = json.strip_prefix(' ')?;
    if sum != checksum(json) {
        return None;
    }
    serde_json::from_str(json).ok()
}

fn checksum(json: &str) -> String {
    let digest = format!("{:x}", Sha256::digest(json));
    digest[..DIGITS].to_owned()
}

fn same(path: &Path, there: &BTreeMap<String, String>, scoring: &BTreeMap<String, String>) -> Result<()> {
    let none = String::new();
    for key in there.keys().chain(scoring.keys()) {
        let [was, is] = [there, scoring].map(|scoring| scoring.get(key).unwrap_or(&none));
        if was != is {
            let message = format!("{} holds unfinished scores of another {key} (`{was}`, now `{is}`)", path.display());
            let remedy = "finish those first, delete that file, or name another folder with --output DIR";
            return Err(Error::config("output", message, remedy));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scoring(seed: &str) -> BTreeMap<String, String> {
        [("seed".to_owned(), seed.to_owned())].into()
    }

    fn scores(place: usize) -> PlacedScores {
        let score = |at: usize| TrialScore { score: 0.1 + place as f64 / 7.0, margin: -(at as f64) / 3.0 };
        (place, (0..2).map(score).collect())
    }

    #[test]
    fn a_cut_or_changed_file_loses_whole_windows_from_there_on_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/unfinished.scores");
        let mut all = ScoresSoFar::open(&path, &scoring("1"), 9, 2).expect("opens");
        for window in [[0, 5], [7, 2], [3, 8]] {
            all.keep(window.map(scores).into()).expect("writes");
        }
        drop(all);
        let bytes = std::fs::read(&path).expect("is there");
        let ends: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at] == b'\n').collect();
        for cut in 0..=bytes.len() {
            std::fs::write(&path, &bytes[..cut]).expect("writes");
            let mut again = ScoresSoFar::open(&path, &scoring("1"), 9, 2).expect("goes on");
            let windows = ends.iter().filter(|&&end| end < cut).count().saturating_sub(1);
            assert_eq!(again.count(), 2 * windows, "cut at {cut}");
            assert_eq!(again.of(5), (windows > 0).then_some(&scores(5).1[..]));
            again.keep(vec![scores(4)]).expect("writes");
            drop(again);
            let third = ScoresSoFar::open(&path, &scoring("1"), 9, 2).expect("goes on");
            assert_eq!(third.count(), 2 * windows + 1);
        }
        for at in (0..bytes.len()).step_by(3) {
            let mut changed = bytes.clone();
            changed[at] ^= 4;
            std::fs::write(&path, &changed).expect("writes");
            let again = ScoresSoFar::open(&path, &scoring("1"), 9, 2).expect("goes on");
            let windows = ends.iter().filter(|&&end| end < at).count().saturating_sub(1);
            assert_eq!(again.count(), 2 * windows, "changed at {at}");
        }
    }

    #[test]
    fn scores_of_something_else_and_a_second_process_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("unfinished.scores");
        let first = ScoresSoFar::open(&path, &scoring("1"), 9, 2).expect("opens");
        let error = ScoresSoFar::open(&path, &scoring("1"), 9, 2).expect_err("is locked");
        assert!(error.to_string().contains("another process"), "{error}");
        drop(first);
        drop(ScoresSoFar::open(&path, &scoring("2"), 9, 2).expect("nothing is lost"));
        let mut first = ScoresSoFar::open(&path, &scoring("1"), 9, 2).expect("nothing is lost");
        first.keep(vec![scores(3)]).expect("writes");
        drop(first);
        let error = ScoresSoFar::open(&path, &scoring("2"), 9, 2).expect_err("another seed");
        assert!(error.to_string().contains("another seed (`1`, now `2`)"), "{error}");
        ScoresSoFar::open(&path, &scoring("1"), 9, 2).expect("opens").finish().expect("removes");
        assert!(!path.exists());
    }
}
