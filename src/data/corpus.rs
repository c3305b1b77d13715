//! A corpus on disk: where its protocols and recordings lie. What differs between data sets is a [`Layout`], one file
//! each.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use super::{asvspoof5::Asvspoof5, protocol, split::Split, summary::SplitSummary};
use crate::{
    audio::Waveform,
    error::{Error, Result},
    protocol::ProtocolFormat,
    trial::Trial,
};

/// What a data set is made of; paths are relative to the corpus's root.
pub(super) trait Layout: fmt::Debug + Sync {
    /// The data set's name on the command line.
    fn name(&self) -> &'static str;

    /// The protocol's file names, the published one first.
    fn protocols(&self, split: Split) -> &'static [&'static str];

    /// The folder of recordings.
    fn audio_folder(&self, split: Split) -> &'static str;

    /// The file endings tried, in order.
    fn endings(&self) -> &'static [&'static str] {
        &["flac", "wav"]
    }

    /// The form of its protocols.
    fn protocol_format(&self) -> ProtocolFormat;
}

/// The data sets known by name.
const LAYOUTS: [&dyn Layout; 1] = [&Asvspoof5];

/// A data set at its place on disk.
///
/// ```no_run
/// use rat::data::{Corpus, Split};
/// let corpus = Corpus::open("asvspoof5", "/data/ASVspoof5")?;
/// let trials = corpus.trials(Split::Dev)?;
/// let waveform = corpus.load(Split::Dev, &trials[0].file)?;
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Corpus {
    layout: &'static dyn Layout,
    root: PathBuf,
}

impl Corpus {
    /// The names that [`open`](Self::open) takes.
    pub fn names() -> impl Iterator<Item = &'static str> {
        LAYOUTS.iter().map(|layout| layout.name())
    }

    /// The data set `name` below the folder `root`.
    ///
    /// # Errors
    /// Where the name is unknown or the folder not there.
    pub fn open(name: &str, root: impl AsRef<Path>) -> Result<Self> {
        let root = root.as_ref();
        let layout = LAYOUTS.into_iter().find(|layout| layout.name() == name).ok_or_else(|| {
            let known: Vec<_> = Self::names().collect();
            Error::config("data", format!("`{name}` is not a known data set"), format!("use {}", known.join(" or ")))
        })?;
        match std::fs::metadata(root) {
            Ok(data) if data.is_dir() => Ok(Self { layout, root: root.into() }),
            Ok(_) => Err(Error::io("opening the corpus", root, std::io::ErrorKind::NotADirectory.into())),
            Err(source) => Err(Error::io("opening the corpus", root, source)),
        }
    }

    /// The data set's name, as `asvspoof5`.
    pub fn name(&self) -> &'static str {
        self.layout.name()
    }

    /// The folder it lies in.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The protocol of a split: the one that is there, else the one that should be.
    pub fn protocol_path(&self, split: Split) -> PathBuf {
        let candidates = self.layout.protocols(split);
        let mut paths = candidates.iter().map(|file| self.root.join(file));
        paths.clone().find(|path| path.exists()).or_else(|| paths.next()).expect("every layout names a protocol")
    }

    /// The trials of a split, in the protocol's order.
    ///
    /// # Errors
    /// Where the protocol is missing or empty, a line has another number of columns or an unknown key, or a file is
    /// named twice.
    pub fn trials(&self, split: Split) -> Result<Vec<Trial>> {
        protocol::read(&self.protocol_path(split), self.layout)
    }

    /// Where a recording lies; `file` is the protocol's name for it, without folder or ending.
    ///
    /// # Errors
    /// Where there is none; the error names every place looked at.
    pub fn audio_path(&self, split: Split, file: &str) -> Result<PathBuf> {
        let folder = self.root.join(self.layout.audio_folder(split));
        let endings = self.layout.endings();
        let candidates = || endings.iter().map(|ending| folder.join(format!("{file}.{ending}")));
        if let Some(found) = candidates().find(|path| path.exists()) {
            return Ok(found);
        }
        let (message, remedy) = match folder.is_dir() {
            true => (format!("missing, with any of the endings {}", endings.join(", ")), "fetch or unpack it again"),
            false => (format!("the folder {} is missing", folder.display()), "check the corpus's root, or unpack it"),
        };
        Err(Error::audio(folder.join(format!("{file}.{}", endings[0])), message, remedy))
    }

    /// Reads a recording, brought to 16 kHz mono.
    ///
    /// # Errors
    /// As [`audio_path`](Self::audio_path) and [`Waveform::read`].
    pub fn load(&self, split: Split, file: &str) -> Result<Waveform> {
        Waveform::read(self.audio_path(split, file)?)
    }

    /// Counts a split's trials and hashes its protocol.
    ///
    /// # Errors
    /// Where the protocol cannot be read.
    pub fn summary(&self, split: Split, trials: &[Trial]) -> Result<SplitSummary> {
        SplitSummary::of(split, &self.protocol_path(split), trials)
    }
}
