//! Safetensors written tensor by tensor: shapes are known beforehand, values are made when their turn comes.

use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
};

use half::{bf16, f16};
use serde_json::{Map, Value, json};

use super::types::StoredType;
use crate::{
    error::{Error, Result},
    output::OutputFile,
};

/// A tensor to write.
pub struct OutputTensor<'a> {
    /// Its name.
    pub name: String,
    /// f32, f16, bf16 or i64.
    pub dtype: StoredType,
    /// Its sizes.
    pub shape: Vec<usize>,
    /// Its values in row-major order, made when it is written.
    pub values: Box<dyn Fn() -> Result<Vec<f32>> + 'a>,
}

impl std::fmt::Debug for OutputTensor<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {:?}", self.name, self.dtype, self.shape)
    }
}

impl OutputTensor<'_> {
    fn bytes(&self) -> usize {
        self.shape.iter().product::<usize>() * self.dtype.bytes()
    }
}

/// Writes the tensors in this order; the widest numbers go first, so that all are aligned.
///
/// # Errors
/// Where a tensor cannot be read, a value is too large for its type, or the place is not writable.
pub fn write_safetensors(
    path: impl AsRef<Path>,
    tensors: &[OutputTensor<'_>],
    metadata: &BTreeMap<String, String>,
) -> Result<PathBuf> {
    let mut tensors: Vec<_> = tensors.iter().collect();
    tensors.sort_by_key(|tensor| std::cmp::Reverse(tensor.dtype.bytes()));
    let mut file = OutputFile::create(&path)?;
    let mut write = |bytes: &[u8]| file.write_all(bytes).map_err(|source| Error::io("writing", &path, source));
    let header = header(&tensors, metadata);
    write(&(header.len() as u64).to_le_bytes())?;
    write(header.as_bytes())?;
    for tensor in &tensors {
        let values = (tensor.values)()?;
        for chunk in values.chunks(16 * 1024) {
            write(&encode(chunk, tensor)?)?;
        }
    }
    file.finish()
}

fn header(tensors: &[&OutputTensor<'_>], metadata: &BTreeMap<String, String>) -> String {
    let mut header = Map::new();
    header.insert("__metadata__".into(), json!(metadata));
    let mut start = 0;
    for tensor in tensors {
        let end = start + tensor.bytes();
        let dtype = tensor.dtype.to_string().to_uppercase();
        header.insert(
            tensor.name.clone(),
            json!({ "dtype": dtype, "shape": tensor.shape, "data_offsets": [start, end] }),
        );
        start = end;
    }
    let mut text = Value::Object(header).to_string();
    text += &" ".repeat(text.len().next_multiple_of(8) - text.len());
    text
}

fn encode(values: &[f32], tensor: &OutputTensor<'_>) -> Result<Vec<u8>> {
    let too_large = |value: f32| {
        let remedy = "use --dtype bf16, which has the range of f32, or f32";
        Error::tensor(&tensor.name, format!("values within the range of {}", tensor.dtype), value.to_string(), remedy)
    };
    Ok(match tensor.dtype {
        StoredType::F16 => {
            if let Some(&value) = values.iter().find(|value| value.is_finite() && !f16::from_f32(**value).is_finite()) {
                return Err(too_large(value));
            }
            values.iter().flat_map(|&value| f16::from_f32(value).to_le_bytes()).collect()
        }
        StoredType::Bf16 => values.iter().flat_map(|&value| bf16::from_f32(value).to_le_bytes()).collect(),
        StoredType::F64 => values.iter().flat_map(|&value| f64::from(value).to_le_bytes()).collect(),
        StoredType::Other(..) => values.iter().flat_map(|&value| (value as i64).to_le_bytes()).collect(),
        StoredType::F32 => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
    })
}
