//! PyTorch's own files: zip, legacy and tar, through `pytorch-reader`, which interprets pickles and runs no code.

use std::fmt::Display;

use pytorch_reader::{DType, PytorchReader};

use super::{
    source::SourceFile,
    stored::{Place, StoredTensor},
    types::StoredType,
};
use crate::error::{Error, Result};

/// The tensors of a pickle. Views that are larger than the whole file are refused: a few bytes can claim any size.
pub(super) fn open(file: &SourceFile) -> Result<Vec<StoredTensor>> {
    let path = &file.path;
    let reader = PytorchReader::new(path).map_err(|source| refused(file, &source))?;
    let tensors = reader.into_tensors().into_iter().map(|(name, tensor)| {
        if tensor.byte_len() as u64 > file.bytes {
            let expected = format!("at most the {} bytes of {}", file.bytes, path.display());
            let found = format!("shape {:?}", tensor.shape());
            return Err(Error::tensor(name, expected, found, "save it again after `tensor.clone()`"));
        }
        let dtype = match tensor.dtype() {
            DType::F64 => StoredType::F64,
            DType::F32 => StoredType::F32,
            DType::F16 => StoredType::F16,
            DType::BF16 => StoredType::Bf16,
            other => StoredType::named(&format!("{other:?}")).unwrap_or(StoredType::Other("bytes", other.size())),
        };
        let shape = tensor.shape().to_vec();
        Ok(StoredTensor { name, dtype, shape, id: None, place: Place::Pickle(tensor) })
    });
    tensors.collect()
}

fn refused(file: &SourceFile, source: &dyn Display) -> Error {
    let message = format!("checkpoint {}: {source}", file.path.display());
    Error::data(
        message,
        "give a .safetensors, .pt, .pth, .bin, .ckpt or .bpk file of weights; if it is one, it is damaged: fetch it again",
    )
}
