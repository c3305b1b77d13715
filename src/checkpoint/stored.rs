//! One tensor of a checkpoint: name, type and shape at once, values when they are asked for, by positioned reads.

use std::{fmt, sync::Arc};

use half::{bf16, f16, slice::HalfFloatSliceExt};

use super::{source::SourceFile, types::StoredType};
use crate::error::{Error, Result};

/// Where a tensor's bytes are.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// From that byte of the file on.
    File(Arc<SourceFile>, u64),
    /// Behind a pickle.
    Pickle(pytorch_reader::Tensor),
}

/// A tensor of a checkpoint, not yet read.
#[derive(Clone, Debug)]
pub struct StoredTensor {
    pub(super) name: String,
    pub(super) dtype: StoredType,
    pub(super) shape: Vec<usize>,
    pub(super) id: Option<u64>,
    pub(super) place: Place,
}

/// Numbers that are read and turned into f32 at a time: their bytes stay in the nearest cache.
const CHUNK: usize = 8 * 1024;

impl StoredTensor {
    /// Its name, as the file spells it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its numbers are.
    pub fn dtype(&self) -> StoredType {
        self.dtype
    }

    /// Its sizes, as the file has them: a linear map is `[out, in]` in PyTorch and `[in, out]` in our own.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// How many numbers it has.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// All values, in the file's order.
    ///
    /// # Errors
    /// Where the file cannot be read, or holds no floating-point numbers.
    pub fn read_f32(&self) -> Result<Vec<f32>> {
        self.open()?.read(0, self.count())
    }

    /// The one number of an int64 scalar, as BatchNorm's counter of steps; nothing for other tensors.
    pub fn read_counter(&self) -> Option<i64> {
        if self.dtype != StoredType::Other("i64", 8) || self.count() != 1 {
            return None;
        }
        let mut bytes = [0_u8; 8];
        match &self.place {
            Place::File(file, start) => file.read(&mut bytes, *start).ok()?,
            Place::Pickle(tensor) => bytes = tensor.read().ok()?.try_into().ok()?,
        }
        Some(i64::from_le_bytes(bytes))
    }

    /// The values' reader; a pickled tensor is fetched now.
    pub(super) fn open(&self) -> Result<Values<'_>> {
        if !self.dtype.is_float() {
            let remedy = "weights are floating-point numbers; look at the file with `rat-report inspect`";
            return Err(Error::tensor(&self.name, "floating-point numbers", self.dtype.to_string(), remedy));
        }
        let bytes = match &self.place {
            Place::File(file, start) => Bytes::File(file, *start),
            Place::Pickle(tensor) => Bytes::Memory(tensor.read().map_err(|source| self.damaged(&source))?),
        };
        Ok(Values { dtype: self.dtype, bytes })
    }

    fn damaged(&self, source: &dyn fmt::Display) -> Error {
        Error::tensor(
            &self.name,
            format!("{} of shape {:?}", self.dtype, self.shape),
            source.to_string(),
            super::open::DAMAGED,
        )
    }
}

enum Bytes<'a> {
    File(&'a SourceFile, u64),
    Memory(Vec<u8>),
}

/// The values of one tensor.
pub(super) struct Values<'a> {
    dtype: StoredType,
    bytes: Bytes<'a>,
}

impl Values<'_> {
    /// So many values from the `start`th on.
    pub(super) fn read(&self, start: usize, count: usize) -> Result<Vec<f32>> {
        let mut values = vec![0.0; count];
        self.read_into(start, &mut values)?;
        Ok(values)
    }

    /// The values from the `start`th on, as many as fit.
    pub(super) fn read_into(&self, start: usize, values: &mut [f32]) -> Result<()> {
        let width = self.dtype.bytes();
        let mut raw = [0_u8; CHUNK * 8];
        for (index, chunk) in values.chunks_mut(CHUNK).enumerate() {
            let first = (start + index * CHUNK) * width;
            match &self.bytes {
                Bytes::File(file, place) => {
                    let raw = &mut raw[..chunk.len() * width];
                    file.read(raw, place + first as u64)?;
                    decode(raw, self.dtype, chunk);
                }
                Bytes::Memory(bytes) => {
                    let part = bytes.get(first..first + chunk.len() * width).ok_or_else(|| {
                        Error::data("a pickled tensor is shorter than its shape says", super::open::DAMAGED)
                    })?;
                    decode(part, self.dtype, chunk);
                }
            }
        }
        Ok(())
    }
}

/// Little-endian bytes as f32.
fn decode(raw: &[u8], dtype: StoredType, values: &mut [f32]) {
    match dtype {
        StoredType::F32 => {
            for (value, bytes) in values.iter_mut().zip(raw.as_chunks::<4>().0) {
                *value = f32::from_le_bytes(*bytes);
            }
        }
        StoredType::F64 => {
            for (value, bytes) in values.iter_mut().zip(raw.as_chunks::<8>().0) {
                *value = f64::from_le_bytes(*bytes) as f32;
            }
        }
        StoredType::Bf16 => {
            for (value, bytes) in values.iter_mut().zip(raw.as_chunks::<2>().0) {
                *value = bf16::from_le_bytes(*bytes).to_f32();
            }
        }
        StoredType::F16 => {
            let halves: Vec<f16> = raw.as_chunks::<2>().0.iter().map(|bytes| f16::from_le_bytes(*bytes)).collect();
            halves.convert_to_f32_slice(values);
        }
        StoredType::Other(..) => unreachable!("refused when the tensor was opened"),
    }
}
