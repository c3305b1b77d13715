//! Features of recordings, each encoded once however many trials and conditions ask for it, within a bound of memory.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use burn::tensor::{Device, Tensor};
use rayon::prelude::*;

use super::{
    layerwise::LayerSource,
    recording::{Recording, RecordingSource},
};
use crate::{
    audio::Waveform,
    error::Result,
    ssl::{Lengths, SslEncoder, SslFeatures, waveform_batch},
};

/// An encoder with a memory.
pub struct FeatureStore<'a> {
    encoder: &'a SslEncoder,
    device: &'a Device,
    source: RecordingSource<'a>,
    provided: HashMap<Recording, Waveform>,
    kept: HashMap<Recording, Tensor<4>>,
    names: KeptNames,
    order: VecDeque<Recording>,
    kept_bytes: usize,
    budget_bytes: usize,
    encoded: usize,
}

/// Which recordings a store has features of, for threads that load ahead of it.
#[derive(Clone, Debug, Default)]
pub struct KeptNames(Arc<RwLock<HashSet<Recording>>>);

impl KeptNames {
    /// Whether there are features of the recording at the moment.
    pub fn contains(&self, recording: &Recording) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(recording)
    }

    fn change(&self, change: impl FnOnce(&mut HashSet<Recording>) -> bool) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// What a batch does to its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Batching {
    /// Nothing: every utterance is normalised alone, padding is masked.
    #[default]
    PerUtterance,
    /// What the RAT authors' code did: the batch is normalised as a whole and padding counts as speech. For replaying
    /// published scores; a trial's score then depends on its batch.
    TorchaudioBatch,
}

/// Rows a pass of the encoder on the CPU, where passes run side by side: a small encoder's products are too small for all cores.
const CPU_ROWS: usize = 4;
/// Rows a pass on a GPU.
const GPU_ROWS: usize = 16;

impl fmt::Debug for FeatureStore<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FeatureStore({} kept, {} bytes, {} encoded)", self.kept.len(), self.kept_bytes, self.encoded)
    }
}

impl<'a> FeatureStore<'a> {
    /// A store that keeps features up to `budget_bytes`; the oldest go first.
    pub fn new(encoder: &'a SslEncoder, device: &'a Device, source: RecordingSource<'a>, budget_bytes: usize) -> Self {
        Self {
            encoder,
            device,
            source,
            provided: HashMap::new(),
            kept: HashMap::new(),
            names: KeptNames::default(),
            order: VecDeque::new(),
            kept_bytes: 0,
            budget_bytes,
            encoded: 0,
        }
    }

    /// How many recordings went through the encoder so far: the cost of a scoring run.
    pub fn encoded(&self) -> usize {
        self.encoded
    }

    /// Where the recordings come from.
    pub fn source(&self) -> RecordingSource<'a> {
        self.source
    }

    /// The encoder.
    pub fn encoder(&self) -> &'a SslEncoder {
        self.encoder
    }

    /// Where it is computed.
    pub fn device(&self) -> &'a Device {
        self.device
    }

    /// Which recordings it has features of.
    pub fn kept_names(&self) -> KeptNames {
        self.names.clone()
    }

    /// Takes waveforms that were loaded ahead, to be used until [`forget_waveforms`](Self::forget_waveforms); what is not
    /// provided is loaded when it is needed.
    pub fn provide(&mut self, waveforms: impl IntoIterator<Item = (Recording, Waveform)>) {
        self.provided.extend(waveforms);
    }

    /// Lets go of the waveforms that were provided.
    pub fn forget_waveforms(&mut self) {
        self.provided.clear();
    }

    /// Features of the recordings, in this order, padded to the longest.
    ///
    /// # Shapes
    /// - output: `[layers, recordings, frames, features]`
    ///
    /// # Errors
    /// Where a recording cannot be read or is too short for a frame.
    pub fn features(&mut self, recordings: &[Recording]) -> Result<SslFeatures> {
        let found = self.collect(recordings)?;
        Ok(gather(recordings.iter().map(|recording| found[recording].clone()).collect()))
    }

    /// As [`features`](Self::features), layer by layer.
    ///
    /// # Errors
    /// Where a recording cannot be read or is too short for a frame.
    pub fn layers(&mut self, recordings: &[Recording]) -> Result<LayerSource<'static>> {
        let found = self.collect(recordings)?;
        Ok(LayerSource::of_rows(recordings.iter().map(|recording| found[recording].clone()).collect()))
    }

    /// The layers of recordings that are needed only once: made as they are asked for, not kept.
    ///
    /// # Errors
    /// Where a recording cannot be read or is too short for a frame.
    pub fn stream(&mut self, recordings: &[Recording], batching: Batching) -> Result<LayerSource<'a>> {
        let waveforms = self.load(recordings)?;
        LayerSource::stream(self.encoder, &waveforms, batching, self.device)
    }

    /// Each recording's features, `[layers, 1, frames, features]`, kept or made now.
    ///
    /// # Errors
    /// Where a recording cannot be read or is too short for a frame.
    pub fn collect(&mut self, recordings: &[Recording]) -> Result<HashMap<Recording, Tensor<4>>> {
        let mut found = HashMap::with_capacity(recordings.len());
        let mut missing = Vec::new();
        let mut seen = HashSet::new();
        for recording in recordings.iter().filter(|recording| seen.insert(*recording)) {
            match self.kept.get(recording) {
                Some(row) => drop(found.insert(recording.clone(), row.clone())),
                None => missing.push(recording.clone()),
            }
        }
        let waveforms = self.load(&missing)?;
        // On the CPU each alone: its features are then the same to the last bit whatever is encoded beside it.
        for (recording, row) in missing.into_iter().zip(encode_rows(self.encoder, &waveforms, self.device, 1)?) {
            self.keep(recording.clone(), row.clone());
            found.insert(recording, row);
        }
        Ok(found)
    }

    /// The waveforms of recordings that go through the encoder now.
    ///
    /// # Errors
    /// Where a recording was not provided and cannot be read.
    pub fn load(&mut self, recordings: &[Recording]) -> Result<Vec<Waveform>> {
        let (source, provided) = (self.source, &self.provided);
        self.encoded += recordings.len();
        let load =
            |recording| provided.get(recording).map_or_else(|| source.load(recording), |found| Ok(found.clone()));
        recordings.par_iter().map(load).collect()
    }

    fn keep(&mut self, recording: Recording, row: Tensor<4>) {
        self.kept_bytes += bytes(&row);
        self.kept.insert(recording.clone(), row);
        self.names.change(|names| names.insert(recording.clone()));
        self.order.push_back(recording);
        while self.kept_bytes > self.budget_bytes {
            let Some(oldest) = self.order.pop_front() else { break };
            if let Some(row) = self.kept.remove(&oldest) {
                self.kept_bytes -= bytes(&row);
                self.names.change(|names| names.remove(&oldest));
            }
        }
    }
}

impl LayerSource<'_> {
    /// The layers of rows of different lengths, `[layers, 1, frames, features]` each, padded to the longest.
    pub fn of_rows(rows: Vec<Tensor<4>>) -> Self {
        let lengths = row_lengths(&rows);
        let longest = lengths.padded();
        let count = rows.first().map_or(0, |row| row.dims()[0]);
        let layer = move |place| {
            let rows = rows.iter().map(|row| pad_frames(row.clone().narrow(0, place, 1), longest).squeeze_dim::<3>(0));
            Tensor::cat(rows.collect(), 0)
        };
        Self { layers: Box::new((0..count).map(layer)), lengths }
    }
}

/// Features of waveforms as one padded batch, without gradients; on the CPU with all cores.
///
/// # Shapes
/// - output: `[layers, waveforms, frames, features]`
///
/// # Errors
/// Where a waveform is too short for a frame.
pub fn encode(encoder: &SslEncoder, waveforms: &[Waveform], device: &Device) -> Result<SslFeatures> {
    Ok(gather(encode_rows(encoder, waveforms, device, CPU_ROWS)?))
}

/// Each waveform's features, `[layers, 1, frames, features]`; on the CPU so many rows a pass.
fn encode_rows(
    encoder: &SslEncoder,
    waveforms: &[Waveform],
    device: &Device,
    cpu_rows: usize,
) -> Result<Vec<Tensor<4>>> {
    let pass = |waveforms: &[Waveform]| -> Result<Vec<Tensor<4>>> {
        let (batch, lengths) = waveform_batch(waveforms, device)?;
        let features = encoder.forward(batch, &lengths);
        let [layers, _, _, width] = features.layers.dims();
        let rows = features.lengths.as_slice().iter().enumerate();
        Ok(rows
            .map(|(row, &frames)| features.layers.clone().slice([0..layers, row..row + 1, 0..frames, 0..width]))
            .collect())
    };
    let passes: Vec<Vec<Tensor<4>>> = if *device == Device::flex() {
        waveforms.par_chunks(cpu_rows).map(pass).collect::<Result<_>>()?
    } else {
        waveforms.chunks(GPU_ROWS).map(pass).collect::<Result<_>>()?
    };
    Ok(passes.into_iter().flatten().collect())
}

/// Rows of different lengths as one batch.
fn gather(rows: Vec<Tensor<4>>) -> SslFeatures {
    let lengths = row_lengths(&rows);
    let padded = rows.into_iter().map(|row| pad_frames(row, lengths.padded())).collect();
    SslFeatures { layers: Tensor::cat(padded, 1), lengths }
}

/// Frames of each row, padded to the longest.
fn row_lengths(rows: &[Tensor<4>]) -> Lengths {
    let lengths: Vec<usize> = rows.iter().map(|row| row.dims()[2]).collect();
    let longest = lengths.iter().copied().max().unwrap_or(0);
    Lengths::new(lengths, longest)
}

fn bytes(row: &Tensor<4>) -> usize {
    row.dims().iter().product::<usize>() * size_of::<f32>()
}

/// Zero frames at the end.
///
/// # Shapes
/// - row: `[layers, 1, frames, features]`
fn pad_frames(row: Tensor<4>, frames: usize) -> Tensor<4> {
    let [layers, batch, length, width] = row.dims();
    if length == frames {
        return row;
    }
    let zeros = Tensor::zeros([layers, batch, frames - length, width], &row.device());
    Tensor::cat(vec![row, zeros], 2)
}
