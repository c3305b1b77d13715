//! Which recordings may serve as reference for a trial: bona fide ones of the claimed speaker, never the trial itself.
//!
//! The Python reference draws with a global generator and may draw the test file; here a choice is a pure function of a
//! key and the trial, whatever the order of the protocol.

use std::collections::BTreeMap;

use rand::RngExt;

use super::draw;
use crate::{
    error::{Error, Result},
    trial::{Speaker, Trial},
};

/// The bona fide recordings of a split by speaker.
///
/// ```
/// use rat::{Label, Trial, data::ReferencePool};
/// let trials = ["a", "b"].map(|file| Trial::new("S1", file, Some(Label::Bonafide)));
/// let pool = ReferencePool::new(&trials);
/// assert_eq!(pool.matched(&trials[0], 7)?, "b");
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ReferencePool {
    speakers: Vec<(Speaker, Vec<String>)>,
}

impl ReferencePool {
    /// Collects the bona fide recordings, sorted by speaker and file.
    pub fn new(trials: &[Trial]) -> Self {
        let mut by_speaker: BTreeMap<&Speaker, Vec<&str>> = BTreeMap::new();
        for trial in trials.iter().filter(|trial| trial.is_bonafide()) {
            by_speaker.entry(&trial.speaker).or_default().push(&trial.file);
        }
        let sorted = |mut files: Vec<&str>| {
            files.sort_unstable();
            files.dedup();
            files.into_iter().map(String::from).collect()
        };
        Self { speakers: by_speaker.into_iter().map(|(speaker, files)| (speaker.clone(), sorted(files))).collect() }
    }

    /// Recordings that were enrolled for each speaker, sorted.
    pub fn enrolled(speakers: impl IntoIterator<Item = (Speaker, Vec<String>)>) -> Self {
        let sorted = |(speaker, mut files): (Speaker, Vec<String>)| {
            files.sort_unstable();
            files.dedup();
            (speaker, files)
        };
        let mut speakers: Vec<_> = speakers.into_iter().map(sorted).filter(|(_, files)| !files.is_empty()).collect();
        speakers.sort();
        speakers.dedup_by(|a, b| a.0 == b.0);
        Self { speakers }
    }

    /// A bona fide recording of the claimed speaker, other than the trial's own.
    ///
    /// # Errors
    /// [`Error::Data`] where the speaker has none.
    pub fn matched(&self, trial: &Trial, key: u64) -> Result<&str> {
        let files = self.place(&trial.speaker).map_or(&[][..], |place| &self.speakers[place].1);
        let own = files.binary_search_by(|file| file.as_str().cmp(&trial.file)).ok();
        let usable = files.len() - usize::from(own.is_some());
        if usable == 0 {
            return Err(no_reference(trial));
        }
        let drawn = draw::stream(key, "matched", &trial.file).random_range(0..usable as u64) as usize;
        let skipped = usize::from(own.is_some_and(|own| drawn >= own));
        Ok(&files[drawn + skipped])
    }

    /// A bona fide recording of another speaker: first the speaker is drawn, then the recording.
    ///
    /// # Errors
    /// [`Error::Data`] where there is no other speaker with bona fide recordings.
    pub fn mismatched(&self, trial: &Trial, key: u64) -> Result<(&str, &Speaker)> {
        let own = self.place(&trial.speaker);
        let others = self.speakers.len() - usize::from(own.is_some());
        if others == 0 {
            let message = format!("no speaker besides {} has bona fide recordings", trial.speaker);
            return Err(Error::data(message, "leave the mismatched condition out, or add trials of other speakers"));
        }
        let mut random = draw::stream(key, "mismatched", &trial.file);
        let drawn = random.random_range(0..others as u64) as usize;
        let (speaker, files) = &self.speakers[drawn + usize::from(own.is_some_and(|own| drawn >= own))];
        Ok((&files[random.random_range(0..files.len() as u64) as usize], speaker))
    }

    fn place(&self, speaker: &Speaker) -> Option<usize> {
        self.speakers.binary_search_by(|(name, _)| name.cmp(speaker)).ok()
    }
}

fn no_reference(trial: &Trial) -> Error {
    let message = format!("speaker {} has no bona fide recording to go with trial {}", trial.speaker, trial.file);
    Error::data(message, "add bona fide recordings of that speaker to the protocol, or take its trials out")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::Label;

    fn trials() -> Vec<Trial> {
        let label = |n| Some(if n % 3 == 0 { Label::Spoof } else { Label::Bonafide });
        (0..60).map(|n| Trial::new(format!("S{}", n % 4), format!("F{n:03}"), label(n))).collect()
    }

    #[test]
    fn the_order_of_the_protocol_does_not_matter() {
        let forward = trials();
        let backward: Vec<Trial> = forward.iter().rev().cloned().collect();
        let (one, two) = (ReferencePool::new(&forward), ReferencePool::new(&backward));
        for trial in &forward {
            assert_eq!(one.matched(trial, 5).expect("has one"), two.matched(trial, 5).expect("has one"));
            assert_eq!(one.mismatched(trial, 5).expect("has one"), two.mismatched(trial, 5).expect("has one"));
        }
    }

    #[test]
    fn matched_is_of_the_speaker_and_never_the_trial_itself() {
        let trials = trials();
        let pool = ReferencePool::new(&trials);
        for (trial, key) in trials.iter().flat_map(|trial| (0..50).map(move |key| (trial, key))) {
            let file = pool.matched(trial, key).expect("has one");
            let reference = trials.iter().find(|other| other.file == file).expect("known");
            assert!(reference.is_bonafide() && reference.speaker == trial.speaker && file != trial.file);
            let (file, speaker) = pool.mismatched(trial, key).expect("has one");
            let reference = trials.iter().find(|other| other.file == file).expect("known");
            assert!(reference.is_bonafide() && reference.speaker == *speaker && *speaker != trial.speaker);
        }
    }

    #[test]
    fn every_usable_recording_is_drawn() {
        let trials = trials();
        let pool = ReferencePool::new(&trials);
        let drawn: std::collections::BTreeSet<_> =
            (0..300).map(|key| pool.matched(&trials[1], key).expect("has one")).collect();
        let usable = trials.iter().filter(|t| t.is_bonafide() && t.speaker == trials[1].speaker).count() - 1;
        assert_eq!(drawn.len(), usable);
    }
}
