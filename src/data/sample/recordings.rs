//! The human clips of a voice, from an unpacked package.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::manifest::Voice;
use crate::{
    audio::Waveform,
    error::{Error, Result},
};

/// Decodes a voice's clips in the order of the manifest and of names; files that repeat another's content are left out.
pub(super) fn clips(unpacked: &Path, voice: &Voice) -> Result<Vec<Waveform>> {
    let mut seen = BTreeSet::new();
    let mut clips = Vec::new();
    for prefix in &voice.files {
        for path in sound_files(&unpacked.join("usr/share").join(prefix))? {
            let content = std::fs::read(&path).map_err(|source| Error::io("reading the clip", &path, source))?;
            if seen.insert(Sha256::digest(&content)) {
                clips.push(Waveform::read(&path)?);
            }
        }
    }
    Ok(clips)
}

/// The recordings whose paths begin so, sorted; a prefix that ends in `/` is a whole folder.
fn sound_files(prefix: &Path) -> Result<Vec<PathBuf>> {
    let text = prefix.to_string_lossy();
    let folder = Path::new(text.rsplit_once('/').map_or(".", |(folder, _)| folder));
    let failed = |source| Error::io("listing the clips", folder, source);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let wanted = path.to_string_lossy().starts_with(&*text);
        if wanted && path.extension().is_some_and(|ending| ending == "ogg" || ending == "wav") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
