//! Training pairs: a drawn trial, a drawn reference of the same speaker, both augmented, in batches ahead of the device.

use std::ops::{Range, RangeInclusive};

use rayon::prelude::*;

use super::{
    bad_recordings::{BadRecording, BadRecordings},
    sampler::{Draw, Sampler},
    workers::{Ahead, Items, Workers},
};
use crate::{
    audio::Waveform,
    augment::{Augmentor, Side},
    data::{BadAudio, Corpus, ReferencePool, SelfReference, Split},
    error::{Error, Result},
    trial::{Label, Trial},
};

/// The waveforms of one step.
#[derive(Clone, Debug, PartialEq)]
pub struct WaveformBatch {
    /// Test utterances.
    pub test: Vec<Waveform>,
    /// Their references; `None` where the network takes none.
    pub reference: Option<Vec<Waveform>>,
    /// Their labels.
    pub labels: Vec<Label>,
}

/// How trials become waveforms.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// Whether each trial gets a reference.
    pub with_references: bool,
    /// Whether a trial may be its own reference.
    pub own_recording: SelfReference,
    /// What test and reference go through.
    pub augmentor: Augmentor,
    /// The fewest samples that the encoder takes, and the most that are kept.
    pub samples: RangeInclusive<usize>,
    /// The seed of every draw.
    pub seed: u64,
    /// Which of the processes that train together this one is, from 0.
    pub rank: u64,
    /// What is done about recordings that cannot be used.
    pub on_bad_audio: BadAudio,
}

/// The steps of an epoch that are to be fed.
#[derive(Clone, Debug)]
pub struct Steps {
    /// The epoch.
    pub epoch: u64,
    /// Trials a step.
    pub batch: usize,
    /// From which step to which; not from 0 where an epoch is gone on with.
    pub steps: Range<usize>,
}

/// The training split with everything drawn from the seed.
#[derive(Debug)]
pub struct TrainingSet<'a> {
    corpus: &'a Corpus,
    trials: Vec<Trial>,
    pool: Option<ReferencePool>,
    sampler: Sampler,
    drawing: Drawing,
}

/// One draw.
struct Pair {
    test: Waveform,
    reference: Option<Waveform>,
    label: Label,
    /// What was met on the way and could not be used.
    bad: Vec<BadRecording>,
}

/// Draws tried before a set is given up as damaged beyond use.
const ATTEMPTS: u64 = 100;
/// Bytes of waveforms that wait for the device.
const AHEAD_BYTES: usize = 256 << 20;
/// Batches that wait for the device.
const AHEAD_BATCHES: usize = 3;

impl<'a> TrainingSet<'a> {
    /// Reads the training protocol. Speakers without a reference, and missing recordings where these are an error, are
    /// found now, not in the third epoch.
    ///
    /// # Errors
    /// Where the protocol does not parse, lacks a class, or speakers of labelled trials have no usable bona fide recording; all
    /// such speakers are listed.
    pub fn open(corpus: &'a Corpus, drawing: Drawing) -> Result<Self> {
        let mut trials = corpus.trials(Split::Train)?;
        trials.retain(|trial| trial.label.is_some());
        if drawing.on_bad_audio == BadAudio::Fail {
            // The first in the protocol's order, whichever thread finds one first.
            let missing = |trial: &Trial| corpus.audio_path(Split::Train, &trial.file).err();
            trials.par_iter().find_map_first(missing).map_or(Ok(()), Err)?;
        }
        let pool = drawing.with_references.then(|| corpus.references(Split::Train, &trials)).transpose()?;
        if let Some(pool) = &pool {
            pool.check(&trials, drawing.own_recording)?;
        }
        let sampler = Sampler::new(&trials, drawing.seed)?;
        Ok(Self { corpus, trials, pool, sampler, drawing })
    }

    /// What augments the recordings.
    pub fn augmentor(&self) -> &Augmentor {
        &self.drawing.augmentor
    }

    /// Labelled trials, the draws of an epoch by default.
    pub fn len(&self) -> usize {
        self.trials.len()
    }

    /// Whether there is nothing to train on.
    pub fn is_empty(&self) -> bool {
        self.trials.is_empty()
    }

    /// Decodes and augments the trials of some steps on all workers, ahead of `take`, which gets the batches in order: the
    /// same bytes with any number of workers, and from any first step. Recordings that could not be used, where that is
    /// no error, are added to `bad` in the order in which they were drawn.
    ///
    /// # Errors
    /// The first in the order of the draws: of a recording that cannot be used, or of `take`. Nothing is made after it.
    pub fn feed(
        &self,
        steps: &Steps,
        workers: Workers,
        bad: &mut BadRecordings,
        mut take: impl FnMut(WaveformBatch) -> Result<()>,
    ) -> Result<()> {
        let first = steps.steps.start * steps.batch;
        let count = steps.steps.len() * steps.batch;
        let ahead = Ahead { items: steps.batch * AHEAD_BATCHES + workers.threads(), bytes: AHEAD_BYTES };
        let make = |offset: usize| self.pair(steps.epoch, (first + offset) as u64);
        workers.in_order(count, ahead, make, Pair::bytes, |pairs| {
            steps.steps.clone().try_for_each(|_| take(gather(pairs, steps.batch, bad)?))
        })
    }

    /// What is drawn there; where that cannot be used and this is no error, another draw of the same class.
    fn pair(&self, epoch: u64, index: u64) -> Result<Pair> {
        let draw = Draw { epoch, rank: self.drawing.rank, index };
        let mut bad = Vec::new();
        for attempt in 0..ATTEMPTS {
            let trial = &self.trials[self.sampler.draw_again(draw, attempt)];
            let Some(test) = self.usable(&trial.file, draw, Side::Test, &mut bad)? else { continue };
            let reference = match &self.pool {
                None => None,
                Some(pool) => {
                    let key = self.sampler.reference_key(draw, attempt);
                    let file = pool.matched_with(trial, key, self.drawing.own_recording)?;
                    let Some(reference) = self.usable(file, draw, Side::Reference, &mut bad)? else { continue };
                    Some(reference)
                }
            };
            let label = trial.label.expect("unlabelled trials were left out when the set was opened");
            return Ok(Pair { test, reference, label, bad });
        }
        let last = bad.last().map_or("", |row| row.reason.as_str());
        let message = format!("{ATTEMPTS} draws in a row could not be used, the last one: {last}");
        Err(Error::data(
            message,
            "fetch or unpack the corpus again; with --on-bad-audio fail the first bad file is named",
        ))
    }

    /// The augmented recording; `None` where it cannot be used and is listed.
    fn usable(&self, file: &str, draw: Draw, side: Side, bad: &mut Vec<BadRecording>) -> Result<Option<Waveform>> {
        let Drawing { augmentor, samples, seed, on_bad_audio, .. } = &self.drawing;
        let skip = *on_bad_audio == BadAudio::SkipAndList;
        let waveform = match self.waveform(file) {
            Err(error @ Error::Audio { .. }) if skip => {
                bad.push(BadRecording::new(Split::Train, file, &error));
                return Ok(None);
            }
            outcome => outcome?,
        };
        let augmented = match augmentor.try_apply(&waveform, *seed, draw.epoch, draw.key(), side) {
            // A room or noise that went missing: the recording does without.
            Err(ref error @ Error::Audio { ref path, .. }) if skip => {
                bad.push(BadRecording::new(Split::Train, path.display().to_string(), error));
                augmentor.apply(&waveform, *seed, draw.epoch, draw.key(), side)
            }
            outcome => outcome?,
        };
        let length = augmented.len().min(*samples.end());
        Ok(Some(augmented.cut_or_pad(length)))
    }

    fn waveform(&self, file: &str) -> Result<Waveform> {
        let samples = &self.drawing.samples;
        let waveform = self.corpus.load(Split::Train, file)?;
        if waveform.len() < *samples.start() {
            let path = self.corpus.audio_path(Split::Train, file)?;
            let message = format!("{} samples give no frame", waveform.len());
            return Err(Error::audio(path, message, format!("use recordings of at least {} samples", samples.start())));
        }
        Ok(waveform)
    }
}

impl Pair {
    fn bytes(&self) -> usize {
        let samples = self.test.len() + self.reference.as_ref().map_or(0, Waveform::len);
        samples * size_of::<f32>()
    }
}

/// The next batch.
fn gather(pairs: &mut Items<'_, Pair>, batch: usize, bad: &mut BadRecordings) -> Result<WaveformBatch> {
    let (mut test, mut reference, mut labels) = (Vec::with_capacity(batch), Vec::new(), Vec::with_capacity(batch));
    for pair in pairs.take(batch) {
        let pair = pair?;
        bad.extend(pair.bad);
        test.push(pair.test);
        reference.extend(pair.reference);
        labels.push(pair.label);
    }
    let reference = (!reference.is_empty()).then_some(reference);
    Ok(WaveformBatch { test, reference, labels })
}
