//! Folders of impulse responses and noises: RIRS_NOISES and MUSAN as they are published, and anybody's own.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::excerpt;
use crate::error::{Error, Result};

/// What a recording in a folder serves for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceKind {
    /// A room's impulse response.
    Room,
    /// Background noise.
    Noise,
    /// Background music.
    Music,
    /// Background voices.
    Speech,
}

impl SourceKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Room, Self::Noise, Self::Music, Self::Speech];

    /// Its name in front of a folder.
    pub fn name(self) -> &'static str {
        match self {
            Self::Room => "room",
            Self::Noise => "noise",
            Self::Music => "music",
            Self::Speech => "speech",
        }
    }
}

/// A folder of recordings, written `room:DIR`, `noise:DIR`, `music:DIR` or `speech:DIR`; or `DIR` for one in a published layout.
///
/// The layouts: RIRS_NOISES (`simulated_rirs`, `real_rirs_isotropic_noises`, `pointsource_noises`) and MUSAN (`noise`, `music`,
/// `speech`), whole or a part of them that still has one of these names in its path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SourceFolder {
    /// What all recordings in it are; nothing where their paths tell.
    pub kind: Option<SourceKind>,
    /// The folder.
    pub path: PathBuf,
}

impl FromStr for SourceFolder {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let kind = SourceKind::ALL.into_iter().find(|kind| text.starts_with(&format!("{}:", kind.name())));
        let path = kind.map_or(text, |kind| &text[kind.name().len() + 1..]);
        match path {
            "" => Err(Error::config("augment.sources", "no folder is named", "write DIR, room:DIR or noise:DIR")),
            _ => Ok(Self { kind, path: path.into() }),
        }
    }
}

impl TryFrom<String> for SourceFolder {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl fmt::Display for SourceFolder {
    fn fmt(&self, form: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Some(kind) => write!(form, "{}:{}", kind.name(), self.path.display()),
            None => write!(form, "{}", self.path.display()),
        }
    }
}

impl From<SourceFolder> for String {
    fn from(folder: SourceFolder) -> Self {
        folder.to_string()
    }
}

/// Recordings of rooms and noises, by kind: folder after folder, each sorted, so that a draw means the same file on every machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    files: [Vec<PathBuf>; SourceKind::ALL.len()],
}

impl Sources {
    /// Lists the folders' WAV, FLAC and Ogg files and looks at each: WAV at 16 kHz by its header, others are decoded.
    ///
    /// # Errors
    /// Where a folder cannot be listed, holds no recording, or none whose path tells what it is; where recordings are damaged, which
    /// are named.
    pub fn open(folders: &[SourceFolder]) -> Result<Self> {
        let mut sources = Self::default();
        for folder in folders {
            let mut found = Vec::new();
            list(&folder.path, &mut found)?;
            found.sort_unstable();
            let mut known = 0;
            for path in &found {
                if let Some(kind) = folder.kind.or_else(|| kind_of(path)) {
                    known += 1;
                    sources.files[kind as usize].push(path.clone());
                }
            }
            if known == 0 {
                return Err(nothing_in(folder, found.len()));
            }
        }
        sources.check()?;
        Ok(sources)
    }

    /// The recordings of a kind.
    pub fn files(&self, kind: SourceKind) -> &[PathBuf] {
        &self.files[kind as usize]
    }

    /// The kinds that there are recordings of.
    pub fn kinds(&self) -> impl Iterator<Item = SourceKind> {
        SourceKind::ALL.into_iter().filter(|&kind| !self.files(kind).is_empty())
    }

    /// SHA-256 of the files' names and lengths, in hexadecimal: another set of files makes other draws. Empty where there are none.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for (kind, files) in self.kinds().map(|kind| (kind, self.files(kind))) {
            for path in files {
                let length = std::fs::metadata(path).map_or(0, |data| data.len());
                hash.update(format!("{} {} {length}\n", kind.name(), path.display()));
            }
        }
        if self.kinds().next().is_none() { String::new() } else { format!("{:x}", hash.finalize()) }
    }

    /// How many there are of each kind, as `2 room, 5 noise`.
    pub fn counts(&self) -> String {
        let counts = self.kinds().map(|kind| format!("{} {}", self.files(kind).len(), kind.name()));
        counts.collect::<Vec<_>>().join(", ")
    }

    fn check(&self) -> Result<()> {
        let damaged: Vec<Error> =
            self.files.par_iter().flatten().filter_map(|path| excerpt::check(path).err()).collect();
        match damaged.len() {
            0 => Ok(()),
            count => {
                let named: Vec<String> = damaged.iter().take(5).map(Error::to_string).collect();
                let more =
                    if count > named.len() { format!("; and {} more", count - named.len()) } else { String::new() };
                let message = format!("{count} damaged among the rooms and noises: {}{more}", named.join("; "));
                Err(Error::data(message, "fetch these files again, or take them out of their folder"))
            }
        }
    }
}

fn nothing_in(folder: &SourceFolder, recordings: usize) -> Error {
    let message = match recordings {
        0 => format!("no recording in {}", folder.path.display()),
        _ => format!("nothing tells rooms from noises in {}", folder.path.display()),
    };
    let remedy = "name a folder of WAV, FLAC or Ogg files; write room:DIR or noise:DIR where its layout is its own";
    Error::config("augment.sources", message, remedy)
}

/// Recordings by their ending, in the folder and all below; links to folders are not followed.
fn list(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let failed = |source| Error::io("listing the folder", folder, source);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        if entry.file_type().map_err(failed)?.is_dir() {
            list(&path, found)?;
        } else if path
            .extension()
            .is_some_and(|ending| ["wav", "flac", "ogg"].iter().any(|known| ending.eq_ignore_ascii_case(known)))
        {
            found.push(path);
        }
    }
    Ok(())
}

/// What the innermost telling folder of the published layouts says. RIRS_NOISES keeps the isotropic noises beside the real rooms;
/// they have `noise` in their names.
fn kind_of(path: &Path) -> Option<SourceKind> {
    let mut folders = path.parent()?.iter().rev();
    folders.find_map(|folder| match folder.to_str()? {
        "simulated_rirs" => Some(SourceKind::Room),
        "real_rirs_isotropic_noises" => {
            let noise = path.file_name()?.to_string_lossy().contains("noise");
            Some(if noise { SourceKind::Noise } else { SourceKind::Room })
        }
        "pointsource_noises" | "noise" => Some(SourceKind::Noise),
        "music" => Some(SourceKind::Music),
        "speech" => Some(SourceKind::Speech),
        _ => None,
    })
}
