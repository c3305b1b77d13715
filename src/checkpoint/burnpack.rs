//! The header of our own `.bpk`: burn-pack's magic number, version and length, CBOR, then tensors at multiples of 256 bytes.
//!
//! Layout as in the documentation of burn-pack 0.22; read here so that a tensor's place is known and it can be read alone.

use std::{collections::BTreeMap, sync::Arc};

use burn::tensor::DType;
use serde::Deserialize;

use super::{
    open::DAMAGED,
    safetensors::{Content, checked_shape},
    source::SourceFile,
    stored::{Place, StoredTensor},
    types::StoredType,
};
use crate::error::{Error, Result};

/// "BURN" as a little-endian number.
pub(super) const MAGIC: [u8; 4] = *b"NRUB";
/// Magic number, version and length.
const HEADER: u64 = 10;
/// The version that is read.
const VERSION: u16 = 1;
/// The longest description that is read, in bytes.
const MAX_DESCRIPTION: u64 = 100 * 1024 * 1024;
/// Tensors begin at multiples of this.
const ALIGNMENT: u64 = 256;
/// How deeply descriptions may nest.
const MAX_DEPTH: usize = 32;

#[derive(Deserialize)]
struct Description {
    tensors: BTreeMap<String, Entry>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Entry {
    dtype: DType,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
    #[serde(default)]
    param_id: Option<u64>,
}

/// Reads the description, and checks every claim against the file.
pub(super) fn open(file: &Arc<SourceFile>) -> Result<Content> {
    let refuse = |message: String| Error::data(format!("checkpoint {}: {message}", file.path.display()), DAMAGED);
    let mut header = [0_u8; HEADER as usize];
    if file.bytes < HEADER {
        return Err(refuse(format!("{} bytes are no whole header", file.bytes)));
    }
    file.read(&mut header, 0)?;
    let version = u16::from_le_bytes([header[4], header[5]]);
    if version > VERSION {
        return Err(refuse(format!("version {version} of the format is not known")));
    }
    let length = u64::from(u32::from_le_bytes([header[6], header[7], header[8], header[9]]));
    if length > MAX_DESCRIPTION || length > file.bytes - HEADER {
        return Err(refuse(format!("its header claims {length} bytes, the file has {}", file.bytes)));
    }
    let mut text = vec![0; length as usize];
    file.read(&mut text, HEADER)?;
    let description: Description = ciborium::de::from_reader_with_recursion_limit(text.as_slice(), MAX_DEPTH)
        .map_err(|source| refuse(format!("its header: {source}")))?;
    let data = (HEADER + length).next_multiple_of(ALIGNMENT);
    let tensors = description.tensors.into_iter().map(|(name, entry)| {
        let dtype = stored_type(entry.dtype)
            .ok_or_else(|| refuse(format!("tensor {name}: type {:?} is not known", entry.dtype)))?;
        let available = file.bytes.saturating_sub(data);
        let shape = checked_shape(&file.path, &name, dtype, &entry.shape, entry.data_offsets, available)?;
        let place = Place::File(Arc::clone(file), data + entry.data_offsets.0);
        Ok(StoredTensor { name, dtype, shape, id: entry.param_id, place })
    });
    Ok((tensors.collect::<Result<_>>()?, description.metadata))
}

fn stored_type(dtype: DType) -> Option<StoredType> {
    match dtype {
        DType::Flex32 => Some(StoredType::F32),
        DType::Bool(_) | DType::QFloat(_) => None,
        plain => StoredType::named(&format!("{plain:?}")),
    }
}
