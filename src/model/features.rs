//! Features of recordings, each encoded once however many trials and conditions ask for it, within a bound of memory.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    fmt,
    hash::Hash,
};

use burn::tensor::{Device, Tensor};
use rayon::prelude::*;

use crate::{
    audio::Waveform,
    error::Result,
    ssl::{Lengths, SslEncoder, SslFeatures, waveform_batch},
};

/// An encoder with a memory. `Key` names a recording, or a degraded twin of one.
pub struct FeatureStore<'a, Key> {
    encoder: &'a SslEncoder,
    device: &'a Device,
    load: Box<dyn Fn(&Key) -> Result<Waveform> + Send + Sync + 'a>,
    kept: HashMap<Key, Tensor<4>>,
    order: VecDeque<Key>,
    kept_bytes: usize,
    budget_bytes: usize,
    encoded: usize,
}

/// How many recordings go through the encoder at once.
const ENCODER_BATCH: usize = 16;

impl<Key> fmt::Debug for FeatureStore<'_, Key> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FeatureStore({} kept, {} bytes, {} encoded)", self.kept.len(), self.kept_bytes, self.encoded)
    }
}

impl<'a, Key: Clone + Eq + Hash + Send + Sync> FeatureStore<'a, Key> {
    /// A store that keeps features up to `budget_bytes`; the oldest go first.
    pub fn new(
        encoder: &'a SslEncoder,
        device: &'a Device,
        budget_bytes: usize,
        load: impl Fn(&Key) -> Result<Waveform> + Send + Sync + 'a,
    ) -> Self {
        let (kept, order) = (HashMap::new(), VecDeque::new());
        Self { encoder, device, load: Box::new(load), kept, order, kept_bytes: 0, budget_bytes, encoded: 0 }
    }

    /// How many recordings went through the encoder so far: the cost of a scoring run.
    pub fn encoded(&self) -> usize {
        self.encoded
    }

    /// Features of the recordings, in this order, padded to the longest.
    ///
    /// # Shapes
    /// - output: `[layers, keys, frames, features]`
    ///
    /// # Errors
    /// Where a recording cannot be read or is too short for a frame.
    pub fn features(&mut self, keys: &[Key]) -> Result<SslFeatures> {
        let found = self.collect(keys)?;
        let rows: Vec<&Tensor<4>> = keys.iter().map(|key| &found[key]).collect();
        let lengths: Vec<usize> = rows.iter().map(|row| row.dims()[2]).collect();
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let padded = rows.into_iter().map(|row| pad_frames(row.clone(), longest)).collect();
        Ok(SslFeatures { layers: Tensor::cat(padded, 1), lengths: Lengths::new(lengths, longest) })
    }

    /// The rows of all keys, kept or made now.
    fn collect(&mut self, keys: &[Key]) -> Result<HashMap<Key, Tensor<4>>> {
        let mut found = HashMap::with_capacity(keys.len());
        let mut missing = Vec::new();
        let mut seen = HashSet::new();
        for key in keys.iter().filter(|key| seen.insert(*key)) {
            match self.kept.get(key) {
                Some(row) => drop(found.insert(key.clone(), row.clone())),
                None => missing.push(key.clone()),
            }
        }
        for chunk in missing.chunks(ENCODER_BATCH) {
            for (key, row) in chunk.iter().zip(self.encode(chunk)?) {
                self.keep(key.clone(), row.clone());
                found.insert(key.clone(), row);
            }
        }
        Ok(found)
    }

    fn encode(&mut self, keys: &[Key]) -> Result<Vec<Tensor<4>>> {
        let load = &self.load;
        let waveforms: Vec<Waveform> = keys.par_iter().map(load).collect::<Result<_>>()?;
        self.encoded += keys.len();
        let (batch, lengths) = waveform_batch(&waveforms, self.device)?;
        let features = self.encoder.forward(batch, &lengths);
        let [layers, _, _, width] = features.layers.dims();
        let row = |(row, &frames): (usize, &usize)| {
            features.layers.clone().slice([0..layers, row..row + 1, 0..frames, 0..width])
        };
        Ok(features.lengths.as_slice().iter().enumerate().map(row).collect())
    }

    fn keep(&mut self, key: Key, row: Tensor<4>) {
        self.kept_bytes += bytes(&row);
        self.kept.insert(key.clone(), row);
        self.order.push_back(key);
        while self.kept_bytes > self.budget_bytes {
            let Some(oldest) = self.order.pop_front() else { break };
            if let Some(row) = self.kept.remove(&oldest) {
                self.kept_bytes -= bytes(&row);
            }
        }
    }
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
