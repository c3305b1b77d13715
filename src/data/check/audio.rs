//! Every recording of a split decoded, on all cores: what cannot be used by name, and what the others hold.

use std::{
    collections::{BTreeMap, HashSet},
    path::PathBuf,
};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    Watch,
    durations::{DurationHistogram, Durations},
    recordings::{self, Recording},
};
use crate::{
    audio::{AudioFacts, AudioFault, AudioKind},
    data::{corpus::Corpus, split::Split},
    error::{Error, Result},
    trial::{Label, Trial},
};

/// The recordings of a split.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AudioCheck {
    /// How many there are, each counted once however many trials it has; enrolled ones are among them.
    pub recordings: usize,
    /// Those that were decoded to the end.
    pub usable: usize,
    /// Those that were not reached before the check was stopped.
    pub unchecked: usize,
    /// How often which fault was found.
    pub faults: Vec<FaultCount>,
    /// Rates and channels as they are in the files.
    pub forms: Vec<FormCount>,
    /// Lengths; `None` where nothing was decoded.
    pub durations: Option<Durations>,
    /// Lengths by class.
    pub histogram: DurationHistogram,
    /// Recordings of nothing but zeros.
    pub silent: Vec<String>,
    /// Recordings that could be read but are odd.
    pub odd: Vec<OddRecording>,
    /// What cannot be used.
    pub bad: Vec<BadRecording>,
}

/// How many recordings have one fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultCount {
    /// Which.
    pub fault: AudioFault,
    /// How many.
    pub recordings: usize,
}

/// How many recordings are of one kind, rate and channel count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormCount {
    /// WAV, FLAC or Ogg.
    pub kind: AudioKind,
    /// Samples per second.
    pub rate_hz: u32,
    /// How many channels.
    pub channels: usize,
    /// How many recordings.
    pub recordings: usize,
    /// The first of them.
    pub example: String,
}

/// A recording that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRecording {
    /// The split.
    pub split: Split,
    /// Its name in the protocol.
    pub file: String,
    /// Where it lies, or should.
    pub path: PathBuf,
    /// The kind of fault.
    pub fault: AudioFault,
    /// What is wrong, in words.
    pub reason: String,
    /// Of a missing recording, where a file of its name lies, relative to the corpus's root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<PathBuf>,
}

/// A recording that is odd, though it could be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OddRecording {
    /// Its name in the protocol.
    pub file: String,
    /// What is odd.
    pub note: String,
}

/// What became of a recording.
enum Outcome {
    Usable(PathBuf, AudioFacts),
    Bad(BadRecording),
    NotReached,
}

impl AudioCheck {
    /// Decodes the recordings of a split; the paths that they were found at are added to `found`.
    pub(super) fn of(
        corpus: &Corpus,
        split: Split,
        trials: &[Trial],
        watch: &dyn Watch,
        found: &mut HashSet<PathBuf>,
    ) -> Result<Self> {
        let recordings = recordings::of(corpus, split, trials)?;
        watch.begin(split, recordings.len());
        let decode = |recording: &Recording| {
            if watch.stopped() {
                return Outcome::NotReached;
            }
            let outcome = decoded(corpus, split, recording);
            watch.done();
            outcome
        };
        let outcomes: Vec<Outcome> = recordings.par_iter().map(decode).collect();
        let mut check = Self { recordings: recordings.len(), ..Self::default() };
        let (mut lengths, mut forms) = (Vec::new(), BTreeMap::new());
        for (recording, outcome) in recordings.into_iter().zip(outcomes) {
            match outcome {
                Outcome::Usable(path, facts) => {
                    found.insert(path);
                    lengths.push((facts.duration_secs(), recording.label));
                    check.add(recording.file, facts, &mut forms);
                }
                Outcome::Bad(bad) => {
                    found.insert(bad.path.clone());
                    check.bad.push(bad);
                }
                Outcome::NotReached => check.unchecked += 1,
            }
        }
        check.forms = forms.into_values().collect();
        check.forms.sort_by_key(|form| std::cmp::Reverse(form.recordings));
        check.sum_up(&lengths);
        Ok(check)
    }

    fn add(&mut self, file: String, facts: AudioFacts, forms: &mut BTreeMap<(AudioKind, u32, usize), FormCount>) {
        self.usable += 1;
        let AudioFacts { kind, rate_hz, channels, .. } = facts;
        let form = || FormCount { kind, rate_hz, channels, recordings: 0, example: file.clone() };
        forms.entry((kind, rate_hz, channels)).or_insert_with(form).recordings += 1;
        if facts.peak == 0.0 {
            self.silent.push(file.clone());
        }
        if let Some(note) = facts.oddity {
            self.odd.push(OddRecording { file, note });
        }
    }

    fn sum_up(&mut self, lengths: &[(f64, Option<Label>)]) {
        self.durations = Durations::of(lengths);
        self.histogram = DurationHistogram::of(lengths);
        let count = |fault| self.bad.iter().filter(|bad| bad.fault == fault).count();
        let faults = AudioFault::ALL.into_iter().map(|fault| FaultCount { fault, recordings: count(fault) });
        self.faults = faults.filter(|count| count.recordings > 0).collect();
    }
}

/// Decodes a recording and lets its samples go.
fn decoded(corpus: &Corpus, split: Split, recording: &Recording) -> Outcome {
    let facts = corpus.audio_path(split, &recording.file).and_then(|path| Ok((AudioFacts::of(&path)?, path)));
    match facts {
        Ok((facts, path)) => Outcome::Usable(path, facts),
        Err(error) => Outcome::Bad(bad(split, recording.file.clone(), error)),
    }
}

fn bad(split: Split, file: String, error: Error) -> BadRecording {
    let elsewhere = None;
    match error {
        Error::Audio { path, fault, message, .. } => {
            BadRecording { split, file, path, fault, reason: message, elsewhere }
        }
        other => BadRecording {
            split,
            file,
            path: PathBuf::new(),
            fault: other.audio_fault().unwrap_or(AudioFault::Other),
            reason: other.to_string(),
            elsewhere,
        },
    }
}
