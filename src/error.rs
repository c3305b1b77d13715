//! The one error type: what was being done, where, why it failed, and what to do about it.
//!
//! Messages are lower case without a full stop. [`Error::remedy`] is printed by the command line as a line of its own.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// The result of everything in this library that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or directory could not be read or written.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// What was being done, as "reading the protocol".
        doing: String,
        /// The file or directory.
        path: PathBuf,
        /// The operating system's word.
        source: std::io::Error,
        /// What to do.
        remedy: String,
    },
    /// A line of a text file does not hold what it should.
    #[error("{}, line {line}, {field}: {message}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
        /// The column's name, as "key" or "score".
        field: String,
        /// What is wrong with it.
        message: String,
        /// What to do.
        remedy: String,
    },
    /// A recording that cannot be used.
    #[error("audio file {}: {message}", path.display())]
    Audio {
        /// The recording.
        path: PathBuf,
        /// The kind of fault, for counting.
        fault: AudioFault,
        /// What is wrong with it.
        message: String,
        /// What to do.
        remedy: String,
    },
    /// Data that is well formed but cannot be worked with, as a set of trials without spoofs.
    #[error("{message}")]
    Data {
        /// What is wrong.
        message: String,
        /// What to do.
        remedy: String,
    },
    /// A setting that is unknown or out of range.
    #[error("setting {key}: {message}")]
    Config {
        /// The setting's name, as it is written on the command line or in a file.
        key: String,
        /// What is wrong with it.
        message: String,
        /// What to do.
        remedy: String,
    },
    /// A tensor that does not fit.
    #[error("tensor {name}: expected {expected}, found {found}")]
    Tensor {
        /// The tensor's name in the checkpoint or table.
        name: String,
        /// The shape or type that fits.
        expected: String,
        /// The shape or type that came.
        found: String,
        /// What to do.
        remedy: String,
    },
    /// A program or device that this machine lacks.
    #[error("{message}")]
    Unavailable {
        /// What is missing.
        message: String,
        /// What to do.
        remedy: String,
    },
}

/// What can be wrong with a recording, as it is counted and listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AudioFault {
    /// There is no such file.
    Missing,
    /// The operating system does not hand it out, or it is a folder.
    Unreadable,
    /// The file has no bytes.
    Empty,
    /// It ends before its header says.
    Truncated,
    /// No decoder takes it.
    Undecodable,
    /// A well-formed file without audio.
    NoSamples,
    /// A sample is NaN, infinite, or beyond any sound.
    NotFinite,
    /// A sample rate that no recorder has.
    ImplausibleRate,
    /// Longer than any utterance.
    TooLong,
    /// Anything else.
    Other,
}

impl AudioFault {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 10] = [
        Self::Missing,
        Self::Unreadable,
        Self::Empty,
        Self::Truncated,
        Self::Undecodable,
        Self::NoSamples,
        Self::NotFinite,
        Self::ImplausibleRate,
        Self::TooLong,
        Self::Other,
    ];
}

impl fmt::Display for AudioFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Missing => "missing",
            Self::Unreadable => "unreadable",
            Self::Empty => "empty",
            Self::Truncated => "truncated",
            Self::Undecodable => "undecodable",
            Self::NoSamples => "no-samples",
            Self::NotFinite => "not-finite",
            Self::ImplausibleRate => "implausible-rate",
            Self::TooLong => "too-long",
            Self::Other => "other",
        })
    }
}

impl Error {
    /// A failed read or write; the remedy follows from the operating system's word.
    pub fn io(doing: impl Into<String>, path: impl AsRef<Path>, source: std::io::Error) -> Self {
        use std::io::ErrorKind;
        let remedy = match source.kind() {
            ErrorKind::NotFound => "check the path; it does not exist",
            ErrorKind::PermissionDenied => "choose a place you may write to, or change the permissions",
            ErrorKind::StorageFull => "free some space, or choose another disk",
            ErrorKind::AlreadyExists => "a file or a link that leads nowhere stands there; choose another path",
            ErrorKind::NotADirectory | ErrorKind::IsADirectory => {
                "a file stands where a directory is needed, or the reverse; choose another path"
            }
            _ => "check the path and the disk",
        };
        Self::Io { doing: doing.into(), path: path.as_ref().into(), source, remedy: remedy.into() }
    }

    /// A bad field in a text file; `line` counts from 1.
    pub fn parse(
        path: impl AsRef<Path>,
        line: u64,
        field: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::Parse {
            path: path.as_ref().into(),
            line,
            field: field.into(),
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    /// A recording that cannot be used, for another reason than those that [`AudioFault`] names.
    pub fn audio(path: impl AsRef<Path>, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::faulty_audio(path, AudioFault::Other, message, remedy)
    }

    /// A recording that cannot be used, with the kind of its fault.
    pub fn faulty_audio(
        path: impl AsRef<Path>,
        fault: AudioFault,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::Audio { path: path.as_ref().into(), fault, message: message.into(), remedy: remedy.into() }
    }

    /// What is wrong with a recording; `None` where the error is about something else.
    pub fn audio_fault(&self) -> Option<AudioFault> {
        match self {
            Self::Audio { fault, .. } => Some(*fault),
            _ => None,
        }
    }

    /// Well-formed data that cannot be worked with.
    pub fn data(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Data { message: message.into(), remedy: remedy.into() }
    }

    /// A setting that is unknown or out of range.
    pub fn config(key: impl Into<String>, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Config { key: key.into(), message: message.into(), remedy: remedy.into() }
    }

    /// A tensor of another shape or type than the network's.
    pub fn tensor(
        name: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::Tensor { name: name.into(), expected: expected.into(), found: found.into(), remedy: remedy.into() }
    }

    /// A program or device that this machine lacks.
    pub fn unavailable(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Unavailable { message: message.into(), remedy: remedy.into() }
    }

    /// What to do about it.
    pub fn remedy(&self) -> &str {
        match self {
            Self::Io { remedy, .. }
            | Self::Parse { remedy, .. }
            | Self::Audio { remedy, .. }
            | Self::Data { remedy, .. }
            | Self::Config { remedy, .. }
            | Self::Tensor { remedy, .. }
            | Self::Unavailable { remedy, .. } => remedy,
        }
    }
}
