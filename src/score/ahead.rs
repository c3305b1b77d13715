//! Recordings of the trials to come, decoded and degraded ahead of the device, window by window.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use super::plan::{Plan, Wanted};
use crate::{
    audio::Waveform,
    data::BadAudio,
    error::{Error, Result},
    loader::{Ahead, BadRecording, by_length},
    model::{Batching, FeatureStore, KeptNames, Recording, RecordingSource},
};

/// Bytes of waveforms that wait for the device.
const AHEAD_BYTES: usize = 128 << 20;

/// What a trial's attention hears under a condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Heard {
    Nothing,
    Zeros,
    Own,
    Recording(Recording),
    /// A recording that cannot be used, so that the trial has no score.
    Bad,
}

/// A trial whose recordings are there.
pub(super) struct ReadyTrial {
    /// In the task.
    pub(super) place: usize,
    /// Samples of the test utterance; 0 where its features may be there already.
    samples: usize,
    /// Under each condition.
    pub(super) heard: Vec<Heard>,
    waveforms: Vec<(Recording, Waveform)>,
    bad: Vec<(Recording, BadRecording)>,
}

/// Trials that are scored together.
pub(super) struct Window {
    pub(super) trials: Vec<ReadyTrial>,
    pub(super) bad: Vec<BadRecording>,
    unusable: HashSet<Recording>,
}

/// One pass of the network.
pub(super) struct Group<'a> {
    /// Whether the features of the test utterances are kept.
    pub(super) keep: bool,
    pub(super) members: Vec<&'a ReadyTrial>,
}

impl Group<'_> {
    /// How many conditions there are; one for a network without references.
    pub(super) fn conditions(&self) -> usize {
        self.members.first().map_or(0, |trial| trial.heard.len())
    }
}

/// Hands over all trials in order, their recordings loaded by the task's workers.
pub(super) fn windows(
    plan: &Plan<'_>,
    store: &mut FeatureStore<'_>,
    take: &mut dyn FnMut(&mut FeatureStore<'_>, Window) -> Result<()>,
) -> Result<()> {
    let (workers, size) = (plan.task.workers, plan.window());
    let lengths = Mutex::new(HashMap::new());
    let reader = Reader { plan, source: store.source(), kept: store.kept_names(), lengths };
    let ahead = Ahead { items: size.saturating_add(workers.threads()), bytes: AHEAD_BYTES };
    workers.in_order(
        plan.order.len(),
        ahead,
        |position| reader.read(position),
        ReadyTrial::bytes,
        |trials| {
            let mut left = plan.order.len();
            while left > 0 {
                let count = size.min(left);
                let mut window = Window::new(trials.take(count).collect::<Result<_>>()?);
                store.provide(window.trials.iter_mut().flat_map(|trial| std::mem::take(&mut trial.waveforms)));
                take(store, window)?;
                store.forget_waveforms();
                left -= count;
            }
            Ok(())
        },
    )
}

impl Window {
    fn new(mut trials: Vec<ReadyTrial>) -> Self {
        let (unusable, bad) = trials.iter_mut().flat_map(|trial| std::mem::take(&mut trial.bad)).unzip();
        Self { trials, bad, unusable }
    }

    /// The passes of the network: trials that are treated alike, similar lengths together.
    pub(super) fn groups(&self, plan: &Plan<'_>) -> Vec<Group<'_>> {
        let mut alike: BTreeMap<bool, Vec<&ReadyTrial>> = BTreeMap::new();
        for trial in self.trials.iter().filter(|trial| !self.unusable.contains(&plan.test(trial.place))) {
            let usable = |heard: &Heard| match heard {
                Heard::Bad => false,
                Heard::Recording(recording) => !self.unusable.contains(recording),
                Heard::Nothing | Heard::Zeros | Heard::Own => true,
            };
            // Under no condition, that all tables hold the same trials: conditions are compared by pairs.
            if trial.heard.iter().all(usable) {
                alike.entry(plan.keeps(trial.place)).or_default().push(trial);
            }
        }
        let mut groups = Vec::new();
        for (keep, trials) in alike {
            for batch in batches(plan, &trials) {
                let members = batch.into_iter().map(|place| trials[place]).collect();
                groups.push(Group { keep, members });
            }
        }
        groups
    }
}

fn batches(plan: &Plan<'_>, trials: &[&ReadyTrial]) -> Vec<Vec<usize>> {
    match plan.task.batching {
        Batching::PerUtterance => {
            let samples: Vec<usize> = trials.iter().map(|trial| trial.samples).collect();
            by_length(&samples, plan.task.batch)
        }
        Batching::TorchaudioBatch => vec![(0..trials.len()).collect()],
    }
}

impl ReadyTrial {
    fn bytes(&self) -> usize {
        self.waveforms.iter().map(|(_, waveform)| waveform.len() * size_of::<f32>()).sum()
    }
}

/// Reads what a trial needs and nobody before it in its window has.
struct Reader<'a> {
    plan: &'a Plan<'a>,
    source: RecordingSource<'a>,
    kept: KeptNames,
    /// Samples of references that were read.
    lengths: Mutex<HashMap<String, usize>>,
}

impl Reader<'_> {
    fn read(&self, position: usize) -> Result<ReadyTrial> {
        let place = self.plan.order[position];
        let mut trial = ReadyTrial { place, samples: 0, heard: vec![], waveforms: vec![], bad: vec![] };
        let file = self.plan.task.trials[place].file.as_str();
        if self.plan.keeps(place) {
            self.provide(&mut trial, position, Wanted::Whole(file), self.plan.test(place), file)?;
        } else if let Some(samples) = self.load(&mut trial, self.plan.test(place), file)? {
            trial.samples = samples;
        }
        // Also for a trial that has no score: the next ones count on what it loads.
        for wanted in self.plan.wanted(place) {
            let heard = self.heard(&mut trial, position, wanted)?;
            trial.heard.push(heard);
        }
        Ok(trial)
    }

    fn heard(&self, trial: &mut ReadyTrial, position: usize, wanted: Wanted<'_>) -> Result<Heard> {
        let (recording, file) = match wanted {
            Wanted::Nothing => return Ok(Heard::Nothing),
            Wanted::Zeros => return Ok(Heard::Zeros),
            Wanted::Own => return Ok(Heard::Own),
            Wanted::SilenceLike(file) => return self.silence(trial, file),
            Wanted::Whole(file) => (Recording::File(file.into()), file),
            Wanted::Twin(file, condition) => (self.source.degraded(file, condition)?, file),
        };
        self.provide(trial, position, wanted, recording.clone(), file)?;
        Ok(Heard::Recording(recording))
    }

    fn silence(&self, trial: &mut ReadyTrial, file: &str) -> Result<Heard> {
        let known = self.lengths.lock().unwrap_or_else(PoisonError::into_inner).get(file).copied();
        let samples = match known {
            Some(samples) => Some(samples),
            None => self.load(trial, Recording::File(file.into()), file)?,
        };
        Ok(samples.map_or(Heard::Bad, |samples| Heard::Recording(Recording::Silence { samples })))
    }

    /// Loads the recording unless its features are there, or its waveform is already provided in this window.
    fn provide(
        &self,
        trial: &mut ReadyTrial,
        position: usize,
        wanted: Wanted<'_>,
        recording: Recording,
        file: &str,
    ) -> Result<()> {
        let there = self.kept.contains(&recording) || self.plan.wanted_earlier(position, wanted);
        if there { Ok(()) } else { self.load(trial, recording, file).map(drop) }
    }

    /// Loads the recording, once a trial; gives its samples, or nothing where it cannot be used and that is no error.
    fn load(&self, trial: &mut ReadyTrial, recording: Recording, file: &str) -> Result<Option<usize>> {
        if let Some((_, waveform)) = trial.waveforms.iter().find(|(loaded, _)| *loaded == recording) {
            return Ok(Some(waveform.len()));
        }
        match self.source.load(&recording) {
            Ok(waveform) => {
                let samples = waveform.len();
                if matches!(recording, Recording::File(_)) {
                    self.lengths.lock().unwrap_or_else(PoisonError::into_inner).insert(file.into(), samples);
                }
                trial.waveforms.push((recording, waveform));
                Ok(Some(samples))
            }
            Err(error @ Error::Audio { .. }) if self.plan.task.on_bad_audio == BadAudio::SkipAndList => {
                trial.bad.push((recording, BadRecording::new(self.source.split, file, &error)));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
