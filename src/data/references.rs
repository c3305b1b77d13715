//! Which recordings may serve as reference for a trial: bona fide ones of the claimed speaker, or those enrolled for him, never
//! the trial itself unless asked.
//!
//! The Python reference draws with a global generator and may draw the test file; here a choice is a pure function of a
//! key and the trial, whatever the order of the protocol.

use std::collections::{BTreeMap, HashMap, HashSet};

use rand::RngExt;

use super::draw;
use crate::{
    error::{Error, Result},
    trial::{Speaker, Trial},
};

/// What the recordings of enrolment lists are.
const ENROLLED: &str = "enrolled";
/// What a protocol writes where it names no speaker.
const UNKNOWN: &str = "-";

/// The recordings of a split that may be references, by speaker.
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
    kind: &'static str,
    /// The speakers known to be in a recording, where these are others than its trial's own.
    heard: HashMap<String, Vec<Speaker>>,
}

/// Whether a test utterance may be its own reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SelfReference {
    /// It is an error where a speaker has no other recording.
    #[default]
    Never,
    /// Where it is the only recording of its speaker.
    WhereAlone,
}

impl SelfReference {
    /// As a flag says it.
    pub fn allowed(allowed: bool) -> Self {
        if allowed { Self::WhereAlone } else { Self::Never }
    }
}

impl ReferencePool {
    /// Collects the bona fide recordings of named speakers, sorted by speaker and file. All speakers that a recording is tried
    /// with are taken to be in it, as the two of a morph.
    pub fn new(trials: &[Trial]) -> Self {
        let mut by_speaker: BTreeMap<&Speaker, Vec<&str>> = BTreeMap::new();
        for trial in trials.iter().filter(|trial| trial.is_bonafide() && trial.speaker.as_str() != UNKNOWN) {
            by_speaker.entry(&trial.speaker).or_default().push(&trial.file);
        }
        let owned = |(speaker, mut files): (&Speaker, Vec<&str>)| {
            files.sort_unstable();
            files.dedup();
            (speaker.clone(), files.into_iter().map(String::from).collect())
        };
        let speakers = by_speaker.into_iter().map(owned).collect();
        Self { speakers, kind: "bona fide", heard: HashMap::new() }.hearing(trials, |_| true)
    }

    /// Recordings that were enrolled for each speaker, as in ASVspoof 5 track 2; they need not be trials.
    pub fn enrolled(speakers: impl IntoIterator<Item = (Speaker, Vec<String>)>) -> Self {
        let mut by_speaker: BTreeMap<Speaker, Vec<String>> = BTreeMap::new();
        for (speaker, files) in speakers.into_iter().filter(|(_, files)| !files.is_empty()) {
            by_speaker.entry(speaker).or_default().extend(files);
        }
        for files in by_speaker.values_mut() {
            files.sort_unstable();
            files.dedup();
        }
        let mut heard: HashMap<String, Vec<Speaker>> = HashMap::new();
        for (speaker, files) in &by_speaker {
            files.iter().for_each(|file| heard.entry(file.clone()).or_default().push(speaker.clone()));
        }
        Self { speakers: by_speaker.into_iter().collect(), kind: ENROLLED, heard }
    }

    /// Learns which speakers are in recordings that are tried with several: those of the trials that `is_in` takes.
    pub(super) fn hearing(mut self, trials: &[Trial], is_in: impl Fn(&Trial) -> bool) -> Self {
        let mut first: HashMap<&str, &Speaker> = HashMap::with_capacity(trials.len());
        let mut several: HashSet<&str> = HashSet::new();
        for trial in trials {
            if *first.entry(&trial.file).or_insert(&trial.speaker) != &trial.speaker {
                several.insert(&trial.file);
            }
        }
        for trial in trials.iter().filter(|trial| several.contains(trial.file.as_str()) && is_in(trial)) {
            self.heard.entry(trial.file.clone()).or_default().push(trial.speaker.clone());
        }
        self
    }

    /// Whether a speaker is known to be in a recording, by another trial of it or since it is enrolled for him.
    pub fn hears(&self, file: &str, speaker: &Speaker) -> bool {
        self.heard.get(file).is_some_and(|heard| heard.contains(speaker))
    }

    /// The recordings of a speaker, sorted; none for one who has none.
    pub fn of(&self, speaker: &Speaker) -> &[String] {
        self.place(speaker).map_or(&[], |place| &self.speakers[place].1)
    }

    /// Whether a recording is one of a speaker's.
    pub fn holds(&self, speaker: &Speaker, file: &str) -> bool {
        self.of(speaker).binary_search_by(|other| other.as_str().cmp(file)).is_ok()
    }

    /// Whether its recordings are those of enrolment lists.
    pub fn is_enrolled(&self) -> bool {
        self.kind == ENROLLED
    }

    /// What its recordings are: `bona fide` or `enrolled`.
    pub(super) fn kind(&self) -> &'static str {
        self.kind
    }

    /// A recording of the claimed speaker, other than the trial's own.
    ///
    /// # Errors
    /// [`Error::Data`] where the speaker has none.
    pub fn matched(&self, trial: &Trial, key: u64) -> Result<&str> {
        self.matched_with(trial, key, SelfReference::Never)
    }

    /// As [`matched`](Self::matched); the trial's own recording serves where that is asked for and there is no other.
    ///
    /// # Errors
    /// [`Error::Data`] where the speaker has none.
    pub fn matched_with(&self, trial: &Trial, key: u64, own_recording: SelfReference) -> Result<&str> {
        let files = self.of(&trial.speaker);
        let own = files.binary_search_by(|file| file.as_str().cmp(&trial.file)).ok();
        let usable = files.len() - usize::from(own.is_some());
        match (usable, own) {
            (0, Some(own)) if own_recording == SelfReference::WhereAlone => return Ok(&files[own]),
            (0, _) => return Err(self.no_reference(trial)),
            _ => {}
        }
        let drawn = draw::stream(key, "matched", &trial.file).random_range(0..usable as u64) as usize;
        let skipped = usize::from(own.is_some_and(|own| drawn >= own));
        Ok(&files[drawn + skipped])
    }

    /// A recording of another speaker, who is not known to be in the trial's: first the speaker is drawn, then the recording.
    ///
    /// # Errors
    /// [`Error::Data`] where there is no such speaker with recordings.
    pub fn mismatched(&self, trial: &Trial, key: u64) -> Result<(&str, &Speaker)> {
        self.mismatched_by(trial, key, &trial.file)
    }

    /// As [`mismatched`](Self::mismatched), drawn by another name than the trial's: trials of one speaker that share the name
    /// share the recording.
    pub(super) fn mismatched_by(&self, trial: &Trial, key: u64, name: &str) -> Result<(&str, &Speaker)> {
        let taken = self.taken(trial);
        let others = self.speakers.len() - taken.len();
        if others == 0 {
            return Err(self.no_other(trial));
        }
        let mut random = draw::stream(key, "mismatched", name);
        let drawn = random.random_range(0..others as u64) as usize;
        let place = taken.iter().fold(drawn, |place, &taken| place + usize::from(place >= taken));
        let (speaker, files) = &self.speakers[place];
        Ok((&files[random.random_range(0..files.len() as u64) as usize], speaker))
    }

    /// The places, in order, of the claimed speaker and of all who are known to be in the recording.
    fn taken(&self, trial: &Trial) -> Vec<usize> {
        let heard = self.heard.get(&trial.file).into_iter().flatten();
        let mut taken: Vec<usize> = heard.chain([&trial.speaker]).filter_map(|speaker| self.place(speaker)).collect();
        taken.sort_unstable();
        taken.dedup();
        taken
    }

    fn no_other(&self, trial: &Trial) -> Error {
        let heard = self.heard.get(&trial.file).into_iter().flatten().filter(|speaker| **speaker != trial.speaker);
        let others: Vec<&str> = heard.map(Speaker::as_str).collect();
        let also = match others.as_slice() {
            [] => String::new(),
            others => format!(" and {}, who are in recording {} too,", others.join(", "), trial.file),
        };
        let message = format!("no speaker besides {}{also} has {} recordings", trial.speaker, self.kind);
        Error::data(message, "add recordings of other speakers; mismatched references are drawn of these")
    }

    fn place(&self, speaker: &Speaker) -> Option<usize> {
        self.speakers.binary_search_by(|(name, _)| name.cmp(speaker)).ok()
    }

    fn no_reference(&self, trial: &Trial) -> Error {
        if trial.speaker.as_str() == UNKNOWN {
            let message = format!("trial {} names no speaker, so it has no reference", trial.file);
            return Error::data(
                message,
                "add a column speaker, or use conditions without references: zeroed,absent,own",
            );
        }
        let kind = self.kind;
        let message = format!("speaker {} has no {kind} recording to go with trial {}", trial.speaker, trial.file);
        Error::data(message, format!("add {kind} recordings of that speaker to the protocol, or take its trials out"))
    }
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

    #[test]
    fn the_test_is_its_own_reference_only_where_asked_and_alone() {
        let lonely = [Trial::new("S1", "a", Some(Label::Bonafide)), Trial::new("S1", "b", Some(Label::Spoof))];
        let pool = ReferencePool::new(&lonely);
        assert!(pool.matched(&lonely[0], 3).is_err());
        assert_eq!(pool.matched_with(&lonely[0], 3, SelfReference::WhereAlone).expect("itself"), "a");
        assert_eq!(pool.matched(&lonely[1], 3).expect("has one"), "a");
        let trials = trials();
        let pool = ReferencePool::new(&trials);
        for trial in &trials {
            let with = pool.matched_with(trial, 3, SelfReference::WhereAlone).expect("has one");
            assert_eq!(with, pool.matched(trial, 3).expect("has one"), "nothing changes where there are others");
        }
    }

    #[test]
    fn nameless_speakers_are_nobody() {
        let nameless = ["a", "b"].map(|file| Trial::new("-", file, Some(Label::Bonafide)));
        let error = ReferencePool::new(&nameless).matched(&nameless[0], 0).expect_err("no speaker");
        assert!(error.to_string().contains("names no speaker") && error.remedy().contains("zeroed"), "{error}");
    }
}
