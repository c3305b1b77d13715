//! A matrix read into its transpose: PyTorch's Linear is `[out, in]`, burn's `[in, out]`.

use super::stored::Values;
use crate::error::Result;

/// Rows read at a time: two cache lines of every column that is written.
const BAND: usize = 32;
/// Numbers between the rows of a band beyond their own, or rows of 4 KiB would all want the same lines of the cache.
const PAD: usize = 16;

/// `rows` x `columns` values from the `start`th on, as `columns` x `rows`.
pub(super) fn read_transposed(values: &Values<'_>, start: usize, rows: usize, columns: usize) -> Result<Vec<f32>> {
    let mut output = vec![0.0; rows * columns];
    let stride = columns + PAD;
    let mut band = vec![0.0; BAND.min(rows) * stride];
    for first in (0..rows).step_by(BAND) {
        let height = BAND.min(rows - first);
        for row in 0..height {
            values.read_into(start + (first + row) * columns, &mut band[row * stride..][..columns])?;
        }
        for (column, line) in output.chunks_exact_mut(rows).enumerate() {
            for (row, value) in line[first..first + height].iter_mut().enumerate() {
                *value = band[row * stride + column];
            }
        }
    }
    Ok(output)
}
