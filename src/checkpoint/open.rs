//! A checkpoint opened: its form told by its first bytes, its tensors known by name, nothing read yet.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{burnpack, folder, pickle, safetensors, source::SourceFile, stored::StoredTensor};
use crate::error::{Error, Result};

/// What to do about a file that contradicts itself.
pub(super) const DAMAGED: &str = "the file is damaged or cut off; fetch or write it again";

/// How a checkpoint is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Hugging Face's safetensors.
    Safetensors,
    /// A pickle that `torch.save` wrote, in any of its containers.
    Pytorch,
    /// Our own `.bpk`: burn's names, linear maps as `[in, out]`.
    Burnpack,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Safetensors => "safetensors",
            Self::Pytorch => "PyTorch pickle",
            Self::Burnpack => "bpk",
        })
    }
}

/// Named tensors of one file, or of the shards of one checkpoint.
///
/// ```no_run
/// let checkpoint = rat::checkpoint::Checkpoint::open("model.safetensors")?;
/// for tensor in checkpoint.tensors() {
///     println!("{} {} {:?}", tensor.name(), tensor.dtype(), tensor.shape());
/// }
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Debug)]
pub struct Checkpoint {
    pub(super) path: PathBuf,
    pub(super) form: Form,
    pub(super) files: usize,
    pub(super) tensors: Vec<StoredTensor>,
    pub(super) metadata: BTreeMap<String, String>,
}

impl Checkpoint {
    /// Opens a file, an index of shards, or a folder that holds one of them.
    ///
    /// # Errors
    /// Where it cannot be read, is no checkpoint, is cut off, or claims more than the file holds.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = folder::resolve(path.as_ref())?;
        let file = SourceFile::open(path.clone())?;
        let mut checkpoint = match folder::shards(&file)? {
            Some(shards) => Self::open_shards(path, &shards)?,
            None => Self::open_file(file)?,
        };
        checkpoint.tensors.sort_by(|a, b| a.name.cmp(&b.name));
        if checkpoint.tensors.is_empty() {
            let message = format!("checkpoint {}: no tensors", checkpoint.path.display());
            return Err(Error::data(message, "give a file of weights; code that a pickle holds is never run"));
        }
        if let Some(pair) = checkpoint.tensors.windows(2).find(|pair| pair[0].name == pair[1].name) {
            let message = format!("checkpoint {}: tensor {} comes twice", checkpoint.path.display(), pair[0].name);
            return Err(Error::data(message, DAMAGED));
        }
        Ok(checkpoint)
    }

    fn open_file(file: SourceFile) -> Result<Self> {
        let mut magic = [0_u8; 9];
        let length = file.bytes.min(9) as usize;
        file.read(&mut magic[..length], 0)?;
        let path = file.path.clone();
        refuse_text(&path, &magic[..length])?;
        let (form, (tensors, metadata)) = if magic.starts_with(&burnpack::MAGIC) {
            (Form::Burnpack, burnpack::open(&Arc::new(file))?)
        } else if length == 9 && magic[8] == b'{' {
            (Form::Safetensors, safetensors::open(&Arc::new(file))?)
        } else {
            (Form::Pytorch, (pickle::open(&file)?, BTreeMap::new()))
        };
        Ok(Self { path, form, files: 1, tensors, metadata })
    }

    fn open_shards(path: PathBuf, shards: &folder::Shards) -> Result<Self> {
        let mut whole = Self { path, form: Form::Safetensors, files: 0, tensors: vec![], metadata: BTreeMap::new() };
        for (file, names) in shards {
            let mut part = Self::open_file(SourceFile::open(file.clone())?)?;
            if let Some(name) = names.iter().find(|name| !part.tensors.iter().any(|tensor| &tensor.name == *name)) {
                let message = format!("checkpoint {}: {} lacks tensor {name}", whole.path.display(), file.display());
                return Err(Error::data(message, "fetch the index and all its shards again, from one place"));
            }
            whole.form = part.form;
            whole.files += 1;
            whole.tensors.append(&mut part.tensors);
            whole.metadata.append(&mut part.metadata);
        }
        Ok(whole)
    }

    /// The file, or the index of the shards.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How it is stored.
    pub fn form(&self) -> Form {
        self.form
    }

    /// In how many files.
    pub fn files(&self) -> usize {
        self.files
    }

    /// All tensors, sorted by name.
    pub fn tensors(&self) -> &[StoredTensor] {
        &self.tensors
    }

    /// The tensor of that name.
    pub fn get(&self, name: &str) -> Option<&StoredTensor> {
        self.tensors.binary_search_by(|tensor| tensor.name.as_str().cmp(name)).ok().map(|index| &self.tensors[index])
    }

    /// What the file says of itself beside its tensors.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.metadata.get(key).map(String::as_str)
    }
}

/// What comes in place of weights where a download goes wrong.
fn refuse_text(path: &Path, start: &[u8]) -> Result<()> {
    // A safetensors file begins with a length in eight bytes, the first of which may be any, the last of which are zero.
    let is_text = !start.iter().take(8).any(|&byte| byte == 0);
    let (what, remedy) = match start {
        [] => ("the file is empty", "fetch it again"),
        _ if start.starts_with(b"version ") => {
            ("a git-lfs pointer in place of the weights", "run `git lfs pull` there")
        }
        [b'<', ..] if is_text => {
            ("a web page in place of the weights", "fetch the file itself, as with its raw or resolve address")
        }
        [b'{', ..] if is_text => (
            "JSON text, not weights",
            "if it is a server's answer, fetch the file again; an index of shards ends with .index.json",
        ),
        _ => return Ok(()),
    };
    Err(Error::data(format!("checkpoint {}: {what}", path.display()), remedy))
}
