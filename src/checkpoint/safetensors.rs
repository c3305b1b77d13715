//! The header of a safetensors file: eight bytes of its length, JSON, then the tensors' bytes.

use std::{collections::BTreeMap, fmt, path::Path, sync::Arc};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};

use super::{
    open::DAMAGED,
    source::SourceFile,
    stored::{Place, StoredTensor},
    types::StoredType,
};
use crate::error::{Error, Result};

/// The longest header that is read, in bytes, as in the reference implementation.
const MAX_HEADER: u64 = 100_000_000;

/// Tensors, and what a file says of itself beside them.
pub(super) type Content = (Vec<StoredTensor>, BTreeMap<String, String>);

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

#[derive(Default)]
struct Header {
    tensors: Vec<(String, Entry)>,
    metadata: BTreeMap<String, String>,
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeaderVisitor)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("names of tensors with their type, shape and place")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
        let mut header = Header::default();
        while let Some(name) = map.next_key::<String>()? {
            if name == "__metadata__" {
                header.metadata = map.next_value()?;
            } else {
                let entry = map.next_value().map_err(|source| A::Error::custom(format!("tensor {name}: {source}")))?;
                header.tensors.push((name, entry));
            }
        }
        Ok(header)
    }
}

/// Reads the header, and checks every claim against the file.
pub(super) fn open(file: &Arc<SourceFile>) -> Result<Content> {
    let refuse = |message: String| Error::data(format!("checkpoint {}: {message}", file.path.display()), DAMAGED);
    let mut length = [0_u8; 8];
    file.read(&mut length, 0)?;
    let length = u64::from_le_bytes(length);
    if length > MAX_HEADER || length > file.bytes - 8 {
        return Err(refuse(format!("its header claims {length} bytes, the file has {}", file.bytes)));
    }
    let mut text = vec![0; length as usize];
    file.read(&mut text, 8)?;
    let header: Header = serde_json::from_slice(&text).map_err(|source| refuse(format!("its header: {source}")))?;
    let data = 8 + length;
    let tensors = header.tensors.into_iter().map(|(name, entry)| {
        let dtype = StoredType::named(&entry.dtype)
            .ok_or_else(|| refuse(format!("tensor {name}: type {} is not known", entry.dtype)))?;
        let shape = checked_shape(&file.path, &name, dtype, &entry.shape, entry.data_offsets, file.bytes - data)?;
        let place = Place::File(Arc::clone(file), data + entry.data_offsets.0);
        Ok(StoredTensor { name, dtype, shape, id: None, place })
    });
    Ok((tensors.collect::<Result<_>>()?, header.metadata))
}

/// The shape, if it needs just the bytes between the offsets and these lie within the file's data.
pub(super) fn checked_shape(
    path: &Path,
    name: &str,
    dtype: StoredType,
    shape: &[u64],
    (start, end): (u64, u64),
    data: u64,
) -> Result<Vec<usize>> {
    let bytes = shape.iter().try_fold(dtype.bytes() as u64, |product, &size| product.checked_mul(size));
    let expected = match bytes {
        Some(bytes) if start.checked_add(bytes) == Some(end) => {
            format!("{bytes} bytes within the {data} of {}", path.display())
        }
        Some(bytes) => format!("{bytes} bytes for shape {shape:?} of {dtype}"),
        None => format!("a shape that a file can hold, not {shape:?}"),
    };
    let fits = bytes.is_some_and(|bytes| start.checked_add(bytes) == Some(end)) && end <= data;
    if !fits {
        return Err(Error::tensor(name, expected, format!("bytes {start} to {end}"), DAMAGED));
    }
    let sizes: Option<Vec<usize>> = shape.iter().map(|&size| usize::try_from(size).ok()).collect();
    sizes.ok_or_else(|| Error::tensor(name, "sizes that this machine can count", format!("{shape:?}"), DAMAGED))
}
