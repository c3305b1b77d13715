//! Which frames of a padded batch are real: lengths on the host, masks on the device only where something is padded.

use burn::tensor::{Device, Tensor, TensorData};

/// Real lengths within a batch padded to the longest, in samples or frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lengths {
    lengths: Vec<usize>,
    padded: usize,
}

impl Lengths {
    /// Lengths of the rows of a tensor padded to `padded`.
    pub fn new(lengths: Vec<usize>, padded: usize) -> Self {
        debug_assert!(lengths.iter().all(|&length| length <= padded));
        Self { lengths, padded }
    }

    /// All rows as long as the tensor.
    pub fn full(rows: usize, padded: usize) -> Self {
        Self { lengths: vec![padded; rows], padded }
    }

    /// The real lengths.
    pub fn as_slice(&self) -> &[usize] {
        &self.lengths
    }

    /// What the rows are padded to.
    pub fn padded(&self) -> usize {
        self.padded
    }

    /// Whether no row is padded.
    pub fn is_full(&self) -> bool {
        self.lengths.iter().all(|&length| length == self.padded)
    }

    /// Lengths after a map such as a convolution, which also maps the padded length.
    pub fn map(&self, map: impl Fn(usize) -> usize) -> Self {
        Self { lengths: self.lengths.iter().map(|&length| map(length)).collect(), padded: map(self.padded) }
    }

    /// The rows repeated `times` times, as when layers are folded into the batch.
    pub fn repeat(&self, times: usize) -> Self {
        Self { lengths: self.lengths.repeat(times), padded: self.padded }
    }

    /// 1 for real frames, 0 for padding.
    ///
    /// # Shapes
    /// - output: `[batch, frames]`
    pub fn mask(&self, device: &Device) -> Tensor<2> {
        self.fill(1.0, 0.0, device)
    }

    /// What is added to attention scores: 0 for real keys, a number that no softmax survives for padding.
    ///
    /// # Shapes
    /// - output: `[batch, 1, 1, frames]`
    pub fn attention_bias(&self, device: &Device) -> Tensor<4> {
        let [rows, frames] = [self.lengths.len(), self.padded];
        self.fill(0.0, -1e9, device).reshape([rows, 1, 1, frames])
    }

    /// One over the length.
    ///
    /// # Shapes
    /// - output: `[batch]`
    pub fn reciprocals(&self, device: &Device) -> Tensor<1> {
        let values: Vec<f32> = self.lengths.iter().map(|&length| 1.0 / length.max(1) as f32).collect();
        Tensor::from_data(TensorData::new(values, [self.lengths.len()]), device)
    }

    fn fill(&self, real: f32, padding: f32, device: &Device) -> Tensor<2> {
        let mut values = vec![padding; self.lengths.len() * self.padded];
        for (row, &length) in values.chunks_mut(self.padded.max(1)).zip(&self.lengths) {
            row[..length].fill(real);
        }
        Tensor::from_data(TensorData::new(values, [self.lengths.len(), self.padded]), device)
    }
}
