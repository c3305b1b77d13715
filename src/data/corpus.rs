//! A corpus on disk: where its protocols and recordings lie. What differs between data sets is a [`Layout`], one file
//! each.

use std::{
    borrow::Cow,
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    corpora::LAYOUTS,
    enrolment,
    info::{CorpusInfo, ReferenceOrigin},
    layout::Layout,
    listing::{self, Listing},
    open,
    recordings::{ENDINGS, Recordings},
    references::ReferencePool,
    split::Split,
    summary::SplitSummary,
};
use crate::{
    audio::{AudioFault, Waveform},
    error::{Error, Result},
    protocol::{LabelConvention, Protocol},
    trial::{Speaker, Trial},
};

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
    pub(super) layout: &'static dyn Layout,
    pub(super) root: PathBuf,
    /// The one protocol, where the root is it or holds it only.
    pub(super) protocol: Option<PathBuf>,
    pub(super) splits: Arc<[Split]>,
    pub(super) options: CorpusOptions,
    pub(super) recordings: Recordings,
}

/// Which trials of a corpus are taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorpusOptions {
    /// The subset of an evaluation set that has such, or `all` [default: the one that results are reported on].
    pub subset: Option<String>,
    /// Whether to leave out trials whose recordings are not there, as in a partial copy.
    pub present_only: bool,
    /// What numbers as labels of own data mean; refused where nothing is said.
    pub labels: LabelConvention,
}

impl Corpus {
    /// The data sets that [`open`](Self::open) knows.
    pub fn known() -> impl Iterator<Item = &'static CorpusInfo> {
        LAYOUTS.into_iter().map(Layout::info)
    }

    /// Their names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::known().map(|info| info.name)
    }

    /// The data set `name` below the folder `root`, or one above its published archive; for own data the file itself.
    ///
    /// # Errors
    /// Where the name is unknown or the folder not there; own data is read, and its errors are named.
    pub fn open(name: &str, root: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(name, root, CorpusOptions::default())
    }

    /// As [`open`](Self::open), with a choice of trials.
    ///
    /// # Errors
    /// As [`open`](Self::open), and where the data set has no such subset.
    pub fn open_with(name: &str, root: impl AsRef<Path>, options: CorpusOptions) -> Result<Self> {
        open::open(name, root.as_ref(), options)
    }

    /// What is known of the data set from its publication.
    pub fn info(&self) -> &'static CorpusInfo {
        self.layout.info()
    }

    /// The data set's name, as `asvspoof5`.
    pub fn name(&self) -> &'static str {
        self.info().name
    }

    /// The folder it lies in.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The splits that the data set has; of own data, those that its rows name.
    pub fn splits(&self) -> &[Split] {
        &self.splits
    }

    /// The subset that is taken, where the data set has subsets; `all` for all of them.
    pub fn subset(&self) -> Option<&str> {
        let default = || self.info().subsets.first().copied();
        self.options.subset.as_deref().or_else(default)
    }

    /// What numbers as labels of own data mean.
    pub fn labels(&self) -> LabelConvention {
        self.options.labels
    }

    /// Whether trials without recordings are left out.
    pub fn present_only(&self) -> bool {
        self.options.present_only
    }

    /// The protocol of a split, or the first of several: the one that is there, else the one that should be. For a split that
    /// the data set lacks, a place where nothing is.
    pub fn protocol_path(&self, split: Split) -> PathBuf {
        let first = self.protocol_paths(split).into_iter().next();
        first.unwrap_or_else(|| self.root.join(format!("no-{split}-split")))
    }

    /// All protocols of a split: several where each language has its own, none where the data set lacks the split.
    pub fn protocol_paths(&self, split: Split) -> Vec<PathBuf> {
        let names = self.layout.protocols(split);
        match &self.protocol {
            _ if !self.splits.contains(&split) => Vec::new(),
            Some(path) => vec![path.clone()],
            None if self.layout.in_parts() => {
                let parts = |folder: &PathBuf| names.iter().map(|name| folder.join(name)).collect::<Vec<_>>();
                let all: Vec<_> = self.bases().iter().map(parts).collect();
                let found = all.iter().find(|parts| parts.iter().any(|path| path.exists()));
                let mut parts = found.or(all.first()).cloned().unwrap_or_default();
                // Of a partial copy, the parts that are there.
                parts.retain(|path| !(self.options.present_only && found.is_some()) || path.exists());
                parts
            }
            None => self.first_of(names).into_iter().collect(),
        }
    }

    /// The enrolment list of a split, where its references come from one.
    pub fn enrolment_path(&self, split: Split) -> Option<PathBuf> {
        self.first_of(self.layout.enrolment(split))
    }

    /// The trials of a split, in the protocol's order.
    ///
    /// # Errors
    /// Where the data set lacks the split, the protocol is missing or empty, a line has another number of columns or an
    /// unknown key, or a trial is named twice.
    pub fn trials(&self, split: Split) -> Result<Vec<Trial>> {
        Ok(self.listing(split)?.trials())
    }

    /// Everything that the protocol tells, by column, a row for each of the [`trials`](Self::trials) in their order: codec,
    /// subset, vocoder, language and whatever else the data set has.
    ///
    /// # Errors
    /// As [`trials`](Self::trials).
    pub fn columns(&self, split: Split) -> Result<Protocol> {
        Ok(self.listing(split)?.columns)
    }

    /// Trials and columns in one, with the count of those left out.
    ///
    /// # Errors
    /// As [`trials`](Self::trials).
    pub fn listing(&self, split: Split) -> Result<Listing> {
        if !self.splits.contains(&split) {
            return Err(open::no_split(self, split));
        }
        listing::read(self, split)
    }

    /// The recordings that may be references of these trials of a split: the enrolled ones where the data set has such lists,
    /// else the bona fide ones among the trials. Claimed speakers whom the key calls nontarget are not in their recordings.
    ///
    /// # Errors
    /// Where the data set names no speakers, or an enrolment list is missing or broken.
    pub fn references(&self, split: Split, trials: &[Trial]) -> Result<ReferencePool> {
        let named = trials.iter().any(|trial| trial.speaker.as_str() != "-");
        if self.info().references == ReferenceOrigin::None || !(named || trials.is_empty()) {
            let message = format!("{} names no speakers, so no references can be drawn", self.name());
            let remedy = "use --condition zeroed,absent,own, or a network without references (RAT_baseline, FF)";
            return Err(Error::data(message, remedy));
        }
        let Some(path) = self.enrolment_path(split) else { return self.bonafide(split, trials) };
        let mut enrolled = enrolment::read(&path)?;
        if self.options.present_only {
            enrolled.values_mut().for_each(|files| files.retain(|file| self.find_audio(split, file).is_some()));
        }
        let nontargets = self.nontargets(split, trials)?;
        let is_in = |trial: &Trial| !nontargets.contains(&(trial.file.clone(), trial.speaker.clone()));
        Ok(ReferencePool::enrolled(enrolled).hearing(trials, is_in))
    }

    fn bonafide(&self, split: Split, trials: &[Trial]) -> Result<ReferencePool> {
        let nontargets = self.nontargets(split, trials)?;
        if nontargets.is_empty() {
            return Ok(ReferencePool::new(trials));
        }
        let is_in = |trial: &Trial| !nontargets.contains(&(trial.file.clone(), trial.speaker.clone()));
        let spoken: Vec<Trial> = trials.iter().filter(|trial| is_in(trial)).cloned().collect();
        Ok(ReferencePool::new(&spoken).hearing(trials, is_in))
    }

    /// Trials by file and claimed speaker whose key says that another is speaking.
    fn nontargets(&self, split: Split, trials: &[Trial]) -> Result<HashSet<(String, Speaker)>> {
        if !self.layout.repeats_files() || trials.is_empty() {
            return Ok(HashSet::new());
        }
        let listing = self.listing(split)?;
        let Some(keys) = listing.columns.column("key") else { return Ok(HashSet::new()) };
        let named = listing.trials().into_iter().zip(keys).filter(|(_, key)| *key == "nontarget");
        Ok(named.map(|(trial, _)| (trial.file, trial.speaker)).collect())
    }

    /// Where a recording lies; `file` is the protocol's name for it, with or without ending, in any case.
    ///
    /// # Errors
    /// Where there is none; the error names every place looked at.
    pub fn audio_path(&self, split: Split, file: &str) -> Result<PathBuf> {
        self.find_audio(split, file).ok_or_else(|| self.no_recording(split, file))
    }

    /// Reads a recording, brought to 16 kHz mono.
    ///
    /// # Errors
    /// As [`audio_path`](Self::audio_path) and [`Waveform::read`].
    pub fn load(&self, split: Split, file: &str) -> Result<Waveform> {
        Waveform::read(self.audio_path(split, file)?)
    }

    /// Counts a split's trials and hashes its protocols.
    ///
    /// # Errors
    /// Where a protocol cannot be read.
    pub fn summary(&self, split: Split, trials: &[Trial]) -> Result<SplitSummary> {
        SplitSummary::of(split, &self.protocol_paths(split), trials)
    }

    pub(super) fn layout(&self) -> &'static dyn Layout {
        self.layout
    }

    pub(super) fn find_audio(&self, split: Split, file: &str) -> Option<PathBuf> {
        self.recordings.find(&self.audio_folders(split), file)
    }

    /// Where recordings of a split may lie: the folders that are there, else the published one.
    pub(super) fn audio_folders(&self, split: Split) -> Cow<'_, [PathBuf]> {
        let names = self.layout.audio_folders(split);
        let there = || {
            let all = self.bases().into_iter().flat_map(|base| names.iter().map(move |name| base.join(name)));
            all.filter(|folder| folder.is_dir()).collect()
        };
        match self.recordings.folders(split, there) {
            Some(folders) => Cow::Borrowed(folders),
            None => names.first().map(|name| self.root.join(name)).into_iter().collect(),
        }
    }

    /// The root, and the folders in it that the published archive brings.
    fn bases(&self) -> Vec<PathBuf> {
        let archives = self.layout.archives().iter().map(|name| self.root.join(name));
        std::iter::once(self.root.clone()).chain(archives.filter(|folder| folder.is_dir())).collect()
    }

    /// The file of these names that is there, else the one that should be.
    fn first_of(&self, names: &[&str]) -> Option<PathBuf> {
        let bases = self.bases();
        let mut paths = bases.iter().flat_map(|base| names.iter().map(move |name| base.join(name)));
        paths.clone().find(|path| path.exists()).or_else(|| paths.next())
    }

    fn no_folder(&self, split: Split) -> String {
        match self.layout.audio_folders(split) {
            [only] => format!("the folder {} is missing", self.root.join(only).display()),
            several => format!("none of the folders {} is in {}", several.join(", "), self.root.display()),
        }
    }

    fn no_recording(&self, split: Split, file: &str) -> Error {
        let folders = self.audio_folders(split);
        let place = folders.first().cloned().unwrap_or_default();
        let others: Vec<String> = folders.iter().skip(1).map(|folder| folder.display().to_string()).collect();
        let also = if others.is_empty() { String::new() } else { format!(", also in {}", others.join(", ")) };
        let (message, remedy) = match place.is_dir() {
            true => (
                format!("missing, with any of the endings {}{also}", ENDINGS.join(", ")),
                "fetch or unpack it again; --present-only leaves out what is not there",
            ),
            false => (self.no_folder(split), "check the corpus's root, or unpack it"),
        };
        Error::faulty_audio(place.join(format!("{file}.{}", ENDINGS[0])), AudioFault::Missing, message, remedy)
    }
}
