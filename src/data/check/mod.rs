//! Whether a copy of a corpus is whole: its protocols counted and compared with what was published, every recording
//! decoded, and the files that no protocol names.
//!
//! [`CorpusCheck`] is pure data: a page, a table or JSON is made of it elsewhere. Recordings are decoded on all cores and
//! let go at once; a check can be stopped, and then says that it is partial.

mod audio;
mod contents;
mod durations;
mod recordings;
mod strays;

use std::{collections::HashSet, path::PathBuf};

use serde::{Deserialize, Serialize};

pub use audio::{AudioCheck, BadRecording, FaultCount, FormCount, OddRecording};
pub use contents::{Contents, Difference, GenderCount, Tally};
pub use durations::{DurationHistogram, Durations};
pub use strays::Strays;

use super::{corpus::Corpus, split::Split};
use crate::error::Result;

/// What a check tells while it goes on, and when it is to stop.
pub trait Watch: Sync {
    /// So many recordings of a split are about to be decoded.
    fn begin(&self, _split: Split, _recordings: usize) {}

    /// One more recording is done.
    fn done(&self) {}

    /// Whether to leave the rest and give what is known so far.
    fn stopped(&self) -> bool {
        false
    }
}

/// Nobody watches.
impl Watch for () {}

/// A copy of a corpus, checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CorpusCheck {
    /// The data set's name, as `asvspoof5`.
    pub corpus: String,
    /// Its name for people.
    pub title: String,
    /// The folder it lies in.
    pub root: PathBuf,
    /// The subset of the evaluation set that was checked, where the data set has such.
    pub subset: Option<String>,
    /// Whether trials without recordings were left out beforehand, as for a partial copy.
    pub present_only: bool,
    /// Whether the check was stopped before its end: what was not decoded is counted in [`AudioCheck::unchecked`].
    pub partial: bool,
    /// Splits of the data set whose protocol is not there.
    pub absent: Vec<Split>,
    /// The splits that were checked.
    pub splits: Vec<SplitCheck>,
    /// Recordings that no protocol names; not looked for where the check was stopped.
    pub strays: Option<Strays>,
}

/// A split, checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SplitCheck {
    /// Which.
    pub split: Split,
    /// What its protocol holds.
    pub contents: Contents,
    /// What its recordings hold.
    pub audio: AudioCheck,
}

impl CorpusCheck {
    /// Checks splits of a corpus: the ones named, each once, else all whose protocol is there.
    ///
    /// ```no_run
    /// use rat::data::{Corpus, Split, check::CorpusCheck};
    /// let corpus = Corpus::open("asvspoof5", "/data/ASVspoof5")?;
    /// let check = CorpusCheck::of(&corpus, Some(&[Split::Dev]), &())?;
    /// for bad in check.bad() {
    ///     println!("{}: {}", bad.file, bad.reason);
    /// }
    /// # Ok::<(), rat::Error>(())
    /// ```
    ///
    /// # Errors
    /// Where a protocol is missing or broken. Bad recordings are no errors but results.
    pub fn of(corpus: &Corpus, wanted: Option<&[Split]>, watch: &dyn Watch) -> Result<Self> {
        let there = |split: &Split| corpus.protocol_paths(*split).iter().any(|path| path.is_file());
        let (chosen, absent) = match wanted {
            Some(named) => (each_once(named), Vec::new()),
            None => corpus.splits().iter().partition(|split| there(split)),
        };
        // Where nothing is there, reading says what should be.
        let chosen = if chosen.is_empty() { absent.clone() } else { chosen };
        let mut found = HashSet::new();
        let mut splits = Vec::new();
        for &split in &chosen {
            let listing = corpus.listing(split)?;
            let trials = listing.trials();
            let contents = Contents::of(corpus, split, &trials, listing.left_out);
            let audio = AudioCheck::of(corpus, split, &trials, watch, &mut found)?;
            splits.push(SplitCheck { split, contents, audio });
        }
        let partial = splits.iter().any(|split| split.audio.unchecked > 0);
        let strays = (!partial).then(|| Strays::of(corpus, &chosen, &found));
        if !partial {
            strays::find_elsewhere(corpus, &mut splits, &found);
        }
        Ok(Self {
            corpus: corpus.name().into(),
            title: corpus.info().title.into(),
            root: corpus.root().into(),
            subset: corpus.subset().map(Into::into),
            present_only: corpus.present_only(),
            partial,
            absent,
            splits,
            strays,
        })
    }

    /// The recordings that cannot be used.
    pub fn bad(&self) -> impl Iterator<Item = &BadRecording> {
        self.splits.iter().flat_map(|split| &split.audio.bad)
    }

    /// Where the counts contradict the published ones; for a partial copy these are to be expected.
    pub fn differences(&self) -> impl Iterator<Item = (Split, &Difference)> {
        self.splits
            .iter()
            .flat_map(|split| split.contents.differences.iter().map(|difference| (split.split, difference)))
    }

    /// Whether the counts contradict the published ones though all should be there.
    pub fn contradicts(&self) -> bool {
        !self.present_only && (self.differences().next().is_some() || !self.absent.is_empty())
    }

    /// Whether everything was checked and found good.
    pub fn is_sound(&self) -> bool {
        !self.partial && self.bad().next().is_none() && !self.contradicts()
    }
}

/// The splits in their order, each once.
fn each_once(named: &[Split]) -> Vec<Split> {
    let mut seen = HashSet::new();
    named.iter().copied().filter(|split| seen.insert(*split)).collect()
}
