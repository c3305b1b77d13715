//! What a part of a sharded evaluation is: `shard.toml` beside its tables, written when they are whole. A part without it is
//! unfinished; one that is not what it says was cut short or edited.

use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    error::{Error, Result},
    output::OutputFile,
};

/// A part of a sharded evaluation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShardManifest {
    /// Its number, counted from 1.
    pub shard: usize,
    /// How many parts there are.
    pub of: usize,
    /// Trials of the whole.
    pub trials: usize,
    /// The place of its first trial in the whole, counted from 0.
    pub first: usize,
    /// The place behind its last trial.
    pub end: usize,
    /// What was scored and how, by content: alike in all parts of a whole.
    #[serde(default)]
    pub scoring: BTreeMap<String, String>,
    /// The folder's `scored.toml`, where it has one.
    #[serde(default)]
    pub origin: BTreeMap<String, String>,
    /// Its score tables.
    pub tables: Vec<ShardFile>,
    /// The list of recordings that could not be used, where there is any.
    #[serde(default)]
    pub bad_audio: Option<ShardFile>,
    /// The references of all trials, where a condition needs them.
    #[serde(default)]
    pub pairing: Option<ShardFile>,
}

/// A file of a part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShardFile {
    /// Its path, from the part's folder on.
    pub file: String,
    /// Rows below its header.
    pub rows: usize,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// How the seal's line begins.
const SEAL: &str = "seal = \"";

impl ShardManifest {
    /// The file's name.
    pub const FILE: &'static str = "shard.toml";

    /// The file beside score tables that says what they are of.
    pub const ORIGIN: &'static str = "scored.toml";

    /// The name of a part's folder, as `shard-1-of-4`.
    pub fn folder_name(shard: usize, of: usize) -> String {
        format!("shard-{shard}-of-{of}")
    }

    /// The number and the count that a folder's name tells.
    pub fn named(folder: &str) -> Option<(usize, usize)> {
        let (shard, of) = folder.strip_prefix("shard-")?.split_once("-of-")?;
        Some((shard.parse().ok()?, of.parse().ok()?))
    }

    /// Writes it into the part's folder, sealed by a hash of its own text.
    ///
    /// # Errors
    /// Where the place is not writable.
    pub fn write(&self, folder: impl AsRef<Path>) -> Result<()> {
        let body = toml::to_string(self).expect("plain data serialises");
        let text = format!("{SEAL}{}\"\n{body}", sha256(body.as_bytes()));
        OutputFile::write_all_to(folder.as_ref().join(Self::FILE), text).map(drop)
    }

    /// Reads it from a part's folder.
    ///
    /// # Errors
    /// Where it is not there, or is not what was written.
    pub fn read(folder: impl AsRef<Path>) -> Result<Self> {
        let (folder, path) = (folder.as_ref(), folder.as_ref().join(Self::FILE));
        let text = std::fs::read(&path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => {
                let message = format!("{} holds no {}: that shard is not finished", folder.display(), Self::FILE);
                Error::data(message, again(folder))
            }
            _ => Error::io("reading", &path, source),
        })?;
        let bad = |message: String| Error::parse(&path, 1, "shard", message, again(folder));
        let text = String::from_utf8(text).map_err(|_| bad("is no text".into()))?;
        let sealed = text.strip_prefix(SEAL).and_then(|rest| rest.split_once("\"\n"));
        let (seal, body) = sealed.ok_or_else(|| bad("is cut short or edited: it has no seal".into()))?;
        if seal != sha256(body.as_bytes()) {
            return Err(bad("is cut short or edited: its seal does not fit".into()));
        }
        toml::from_str(body).map_err(|source| bad(source.message().into()))
    }
}

impl ShardFile {
    /// A file that stands at `folder/file`, with so many rows.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn of(folder: &Path, file: impl Into<String>, rows: usize) -> Result<Self> {
        let file = file.into();
        let path = folder.join(&file);
        let bytes = std::fs::read(&path).map_err(|source| Error::io("reading", &path, source))?;
        Ok(Self { file, rows, sha256: sha256(&bytes) })
    }

    /// Its bytes, which must be those that were written.
    ///
    /// # Errors
    /// Where it cannot be read, or is another.
    pub fn read(&self, folder: &Path) -> Result<Vec<u8>> {
        let path = self.place(folder);
        let wrong = |what: &str| {
            let message = format!("{} of the shard in {} {what}", path.display(), folder.display());
            let remedy = match Path::new(&self.file).starts_with("..") {
                true => format!("copy that file there from where the shard was scored, or {}", again(folder)),
                false => again(folder),
            };
            Error::data(message, remedy)
        };
        let bytes = std::fs::read(&path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => wrong("is not there"),
            _ => Error::io("reading", &path, source),
        })?;
        if sha256(&bytes) == self.sha256 {
            Ok(bytes)
        } else {
            Err(wrong("was cut short or edited after it was scored"))
        }
    }

    /// Its path, in which no `..` is left where the folder is there.
    fn place(&self, folder: &Path) -> PathBuf {
        if !Path::new(&self.file).starts_with("..") {
            return folder.join(&self.file);
        }
        let mut place = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.into());
        for part in Path::new(&self.file).components() {
            match part {
                Component::ParentDir => _ = place.pop(),
                part => place.push(part),
            }
        }
        place
    }
}

/// What to do about a part that is not whole.
fn again(folder: &Path) -> String {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match ShardManifest::named(&name) {
        Some((shard, of)) => format!("score it again, with --shard {shard}/{of}"),
        None => "score that shard again".into(),
    }
}

/// SHA-256, in hexadecimal digits.
fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}
