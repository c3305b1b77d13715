//! Where a checkpoint is: a folder as Hugging Face lays it out, an index of shards, or the file itself.

use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
};

use serde::Deserialize;

use super::source::SourceFile;
use crate::error::{Error, Result};

/// Files that a folder may hold, the best first.
const NAMES: [&str; 4] =
    ["model.safetensors.index.json", "model.safetensors", "pytorch_model.bin.index.json", "pytorch_model.bin"];

/// The longest index that is read, in bytes.
const MAX_INDEX: u64 = 100_000_000;

/// Each shard with the tensors that the index promises in it.
pub(super) type Shards = BTreeMap<PathBuf, Vec<String>>;

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// The file to open: in a folder, the one that it holds.
pub(super) fn resolve(path: &Path) -> Result<PathBuf> {
    if !path.is_dir() {
        return Ok(path.into());
    }
    NAMES.iter().map(|name| path.join(name)).find(|file| file.is_file()).ok_or_else(|| {
        let message = format!("folder {} holds no checkpoint", path.display());
        Error::data(message, format!("name the file itself, or a folder with one of {}", NAMES.join(", ")))
    })
}

/// The shards, if the file is an index of them.
pub(super) fn shards(file: &SourceFile) -> Result<Option<Shards>> {
    if file.path.extension().is_none_or(|ending| ending != "json") {
        return Ok(None);
    }
    let refuse = |message: String| {
        let message = format!("index {}: {message}", file.path.display());
        Error::data(message, "give the index that was published with the shards, or the checkpoint itself")
    };
    if file.bytes > MAX_INDEX {
        return Err(refuse(format!("{} bytes are too many for an index", file.bytes)));
    }
    let mut text = vec![0; file.bytes as usize];
    file.read(&mut text, 0)?;
    let index: Index = serde_json::from_slice(&text).map_err(|source| refuse(source.to_string()))?;
    let folder = file.path.parent().unwrap_or(Path::new("."));
    let mut shards = Shards::new();
    for (tensor, shard) in index.weight_map {
        let mut parts = Path::new(&shard).components();
        if !matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None)) {
            return Err(refuse(format!("tensor {tensor} is said to be in {shard:?}, which is no file beside it")));
        }
        shards.entry(folder.join(shard)).or_default().push(tensor);
    }
    Ok(Some(shards))
}
