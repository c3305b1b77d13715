//! Logits layer by layer: the encoder's layers pass by once, several references are heard in the same pass, and no stack of
//! layers stands in memory. The same numbers as [`forward_traced`](super::Detector::forward_traced), which keeps them all.
//!
//! What does not depend on the reference (the norm, the MLP and the query of the test frames) is computed once for all
//! conditions; what does not depend on the test utterance (a recording's keys and values) once for all trials beside it.

use std::fmt;

use burn::{
    module::Module,
    tensor::{Device, Int, Tensor, TensorData},
};
use rayon::prelude::*;

use super::{
    Detector,
    block::{KeysValues, ReferenceBlock},
};
use crate::{
    data::Enrolment,
    ssl::{Lengths, SslFeatures, Then, layer_norm, linear, norm_pool, pool},
};

/// Frames of one layer after another, `[batch, frames, features]` each.
pub type Layers<'a> = Box<dyn Iterator<Item = Tensor<3>> + Send + 'a>;

/// One side's layers, and the real lengths of its rows in frames.
pub struct LayerSource<'a> {
    /// First layer first.
    pub layers: Layers<'a>,
    /// Of each row.
    pub lengths: Lengths,
}

impl fmt::Debug for LayerSource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LayerSource({:?})", self.lengths)
    }
}

impl<'a> LayerSource<'a> {
    /// The layers of features that stand in memory already.
    pub fn of(features: &'a SslFeatures) -> Self {
        let [layers, batch, frames, width] = features.layers.dims();
        let layer = move |place| features.layers.clone().narrow(0, place, 1).reshape([batch, frames, width]);
        Self { layers: Box::new((0..layers).map(layer)), lengths: features.lengths.clone() }
    }
}

/// What the block's attention hears in a pass.
#[derive(Debug)]
pub enum Heard<'a> {
    /// A reference for each row.
    Reference(LayerSource<'a>),
    /// References that rows share: the place of each row's.
    Shared(LayerSource<'a>, Vec<usize>),
    /// The test utterance itself.
    Own,
    /// Zeros after the LayerNorm: the attention gives a constant vector.
    Zeros,
    /// Nothing: no attention term, or no block.
    Nothing,
}

/// What a trial's attention hears under a condition, among recordings that trials share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hearing {
    /// Recordings by their places; of several, how they are heard together.
    Recordings(Vec<usize>, Enrolment),
    /// The test utterance itself.
    Own,
    /// Zeros after the LayerNorm: the attention gives a constant vector.
    Zeros,
    /// Nothing: no attention term, or no block.
    Nothing,
}

/// What the attention hears at one layer.
enum Ear<'a> {
    One(&'a KeysValues),
    Joined(Box<KeysValues>),
    Averaged(Vec<&'a KeysValues>),
    Own,
    Zeros,
    Nothing,
}

impl Detector {
    /// Logits under each of several references, in one pass over the test layers.
    ///
    /// # Shapes
    /// - each output: `[batch, 2]`
    pub fn forward_layerwise(&self, test: LayerSource<'_>, heard: Vec<Heard<'_>>) -> Vec<Tensor<2>> {
        let LayerSource { layers, lengths } = test;
        let mut heard = heard;
        let mut pools = Pools::new(heard.len());
        for frames in layers {
            let projected: Vec<Option<KeysValues>> = match &self.block {
                Some(block) => heard.iter_mut().map(|heard| heard.project(block)).collect(),
                None => vec![],
            };
            let ears = heard.iter().enumerate().map(|(place, heard)| match heard {
                Heard::Own => Ear::Own,
                Heard::Zeros => Ear::Zeros,
                Heard::Reference(_) | Heard::Shared(..) => one(projected.get(place).and_then(Option::as_ref)),
                Heard::Nothing => Ear::Nothing,
            });
            pools.add(self.block.as_ref(), frames, &lengths, &ears.collect::<Vec<_>>());
        }
        pools.embeddings().map(|embedding| self.head.forward(embedding)).collect()
    }

    /// Logits of trials under their conditions, each trial for itself, all at the same layer at a time: so a recording's keys
    /// and values are computed once for all trials that hear it, and nothing is padded. On the CPU trials go side by side, and
    /// a trial's logits are the same to the last bit whatever stands beside it.
    ///
    /// `tests` and `recordings` are of one row each; `heard` names recordings by their places, for each trial and condition.
    ///
    /// # Shapes
    /// - each output: `[1, 2]`, for each trial and condition
    pub fn forward_trials(
        &self,
        tests: Vec<LayerSource<'_>>,
        mut recordings: Vec<LayerSource<'_>>,
        heard: &[Vec<Hearing>],
    ) -> Vec<Vec<Tensor<2>>> {
        let parallel = self.devices().iter().all(|device| *device == Device::flex());
        let mut trials: Vec<TrialPass<'_, '_>> =
            tests.into_iter().zip(heard).map(|(test, heard)| TrialPass::new(test, heard)).collect();
        loop {
            let projected = match &self.block {
                Some(block) => each(parallel, &mut recordings, |recording| keys_values(block, recording)),
                None => vec![],
            };
            let stepped = each(parallel, &mut trials, |trial| trial.step(self.block.as_ref(), &projected));
            if !stepped.contains(&true) {
                break;
            }
        }
        let logits =
            |trial: TrialPass<'_, '_>| trial.pools.embeddings().map(|embedding| self.head.forward(embedding)).collect();
        trials.into_iter().map(logits).collect()
    }
}

/// Works on each item, on the CPU side by side.
fn each<T: Send, R: Send>(parallel: bool, items: &mut [T], work: impl Fn(&mut T) -> R + Send + Sync) -> Vec<R> {
    if parallel { items.par_iter_mut().map(work).collect() } else { items.iter_mut().map(work).collect() }
}

fn keys_values(block: &ReferenceBlock, source: &mut LayerSource<'_>) -> Option<KeysValues> {
    let frames = source.layers.next()?;
    Some(block.attention.keys_values(layer_norm(&block.norm, frames.cast(block.dtype())), source.lengths.clone()))
}

fn one(keys_values: Option<&KeysValues>) -> Ear<'_> {
    keys_values.map_or(Ear::Nothing, Ear::One)
}

impl Heard<'_> {
    /// The reference's next layer as keys and values, a row for each test.
    fn project(&mut self, block: &ReferenceBlock) -> Option<KeysValues> {
        match self {
            Heard::Reference(source) => keys_values(block, source),
            Heard::Shared(source, rows) => Some(keys_values(block, source)?.select(rows)),
            Heard::Own | Heard::Zeros | Heard::Nothing => None,
        }
    }
}

impl Hearing {
    fn ear<'a>(&self, projected: &'a [Option<KeysValues>]) -> Ear<'a> {
        let at = |place: usize| projected.get(place).and_then(Option::as_ref);
        match self {
            Self::Own => Ear::Own,
            Self::Zeros => Ear::Zeros,
            Self::Nothing => Ear::Nothing,
            Self::Recordings(places, enrolment) => match (places.as_slice(), enrolment) {
                (&[place], _) | (&[place, ..], Enrolment::One) => one(at(place)),
                (places, Enrolment::Concatenate) => {
                    let parts: Vec<&KeysValues> = places.iter().filter_map(|&place| at(place)).collect();
                    if parts.is_empty() { Ear::Nothing } else { Ear::Joined(Box::new(KeysValues::joined(&parts))) }
                }
                (places, _) => Ear::Averaged(places.iter().filter_map(|&place| at(place)).collect()),
            },
        }
    }
}

impl KeysValues {
    fn select(self, rows: &[usize]) -> Self {
        let Self { key, value, lengths } = self;
        let lengths = Lengths::new(rows.iter().map(|&row| lengths.as_slice()[row]).collect(), lengths.padded());
        let indices: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
        let indices = Tensor::<1, Int>::from_data(TensorData::new(indices, [rows.len()]), &key.device());
        Self { key: key.select(0, indices.clone()), value: value.select(0, indices), lengths }
    }

    /// The frames of all parts one after another; the parts are of one unpadded row each.
    fn joined(parts: &[&Self]) -> Self {
        let cat = |part: fn(&Self) -> &Tensor<3>| Tensor::cat(parts.iter().map(|keys| part(keys).clone()).collect(), 1);
        let frames = parts.iter().map(|part| part.lengths.padded()).sum();
        Self { key: cat(|part| &part.key), value: cat(|part| &part.value), lengths: Lengths::full(1, frames) }
    }
}

/// A trial on its way through the layers.
struct TrialPass<'a, 'h> {
    test: LayerSource<'a>,
    heard: &'h [Hearing],
    pools: Pools,
}

impl<'a, 'h> TrialPass<'a, 'h> {
    fn new(test: LayerSource<'a>, heard: &'h [Hearing]) -> Self {
        Self { test, heard, pools: Pools::new(heard.len()) }
    }

    /// One layer; false when there is none left.
    fn step(&mut self, block: Option<&ReferenceBlock>, projected: &[Option<KeysValues>]) -> bool {
        let Some(frames) = self.test.layers.next() else { return false };
        let ears: Vec<Ear<'_>> = self.heard.iter().map(|heard| heard.ear(projected)).collect();
        self.pools.add(block, frames, &self.test.lengths, &ears);
        true
    }
}

/// Of each condition the sum of the pooled layers so far, `[batch, features]`.
struct Pools {
    sums: Vec<Option<Tensor<2>>>,
    layers: u32,
}

impl Pools {
    fn new(conditions: usize) -> Self {
        Self { sums: vec![None; conditions], layers: 0 }
    }

    /// # Shapes
    /// - frames: `[batch, frames, features]`
    fn add(&mut self, block: Option<&ReferenceBlock>, frames: Tensor<3>, lengths: &Lengths, ears: &[Ear<'_>]) {
        self.layers += 1;
        let Some(block) = block else {
            let pooled = pool(frames, lengths);
            return self.sums.iter_mut().for_each(|sum| add_to(sum, pooled.clone()));
        };
        let test = TestLayer::new(block, frames, lengths, ears);
        // Conditions without a reference are the same for a network that was built so.
        let (mut own, mut zeros, mut nothing) = (None, None, None);
        for (sum, ear) in self.sums.iter_mut().zip(ears) {
            let pooled = match ear {
                Ear::Own => own.get_or_insert_with(|| test.pooled(ear)).clone(),
                Ear::Zeros => zeros.get_or_insert_with(|| test.pooled(ear)).clone(),
                Ear::Nothing => nothing.get_or_insert_with(|| test.pooled(ear)).clone(),
                _ => test.pooled(ear),
            };
            add_to(sum, pooled);
        }
    }

    /// The mean over the layers.
    fn embeddings(self) -> impl Iterator<Item = Tensor<2>> {
        let layers = f64::from(self.layers);
        self.sums.into_iter().flatten().map(move |sum| sum / layers)
    }
}

fn add_to(sum: &mut Option<Tensor<2>>, pooled: Tensor<2>) {
    *sum = Some(match sum.take() {
        Some(sum) => sum + pooled,
        None => pooled,
    });
}

/// What the conditions of a test utterance share at a layer.
struct TestLayer<'a> {
    block: &'a ReferenceBlock,
    lengths: &'a Lengths,
    normed: Tensor<3>,
    /// The test frames and their MLP.
    unheard: Tensor<3>,
    query: Option<Tensor<3>>,
}

impl<'a> TestLayer<'a> {
    fn new(block: &'a ReferenceBlock, frames: Tensor<3>, lengths: &'a Lengths, ears: &[Ear<'_>]) -> Self {
        let frames = frames.cast(block.dtype());
        let normed = layer_norm(&block.norm, frames.clone());
        let wide = linear(&block.mlp_in, normed.clone(), Then::Relu);
        let unheard = linear(&block.mlp_out, wide, Then::Add(frames));
        let attends = |ear: &Ear<'_>| !matches!(ear, Ear::Zeros | Ear::Nothing);
        let query = ears.iter().any(attends).then(|| block.attention.query(normed.clone()));
        Self { block, lengths, normed, unheard, query }
    }

    /// The block's output under a condition, averaged over the frames.
    fn pooled(&self, ear: &Ear<'_>) -> Tensor<2> {
        let attention = &self.block.attention;
        let residual = match self.attended(ear) {
            Some(attended) => attention.output(attended, Then::Add(self.unheard.clone())),
            None if matches!(ear, Ear::Zeros) => self.unheard.clone() + attention.constant(self.unheard.dims()[2]),
            None => self.unheard.clone(),
        };
        norm_pool(&self.block.final_norm, residual, self.lengths)
    }

    fn attended(&self, ear: &Ear<'_>) -> Option<Tensor<3>> {
        let query = self.query.clone()?;
        let attention = &self.block.attention;
        match ear {
            Ear::One(reference) => Some(attention.attended(query, reference)),
            Ear::Joined(reference) => Some(attention.attended(query, reference)),
            Ear::Own => {
                Some(attention.attended(query, &attention.keys_values(self.normed.clone(), self.lengths.clone())))
            }
            Ear::Averaged(references) => {
                let each = references.iter().map(|reference| attention.attended(query.clone(), reference));
                Some(each.reduce(|sum, one| sum + one)? / references.len() as f64)
            }
            Ear::Zeros | Ear::Nothing => None,
        }
    }
}
