//! What is known of a data set before its files are seen: its name, splits, citation, and the counts that were published.

use super::split::Split;

/// A data set as it was published.
#[derive(Debug)]
#[non_exhaustive]
pub struct CorpusInfo {
    /// The name on the command line, as `asvspoof2019-la`.
    pub name: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// Where protocols and recordings lie below the root, in a line.
    pub description: &'static str,
    /// Who published it.
    pub source: &'static str,
    /// The splits that it has.
    pub splits: &'static [Split],
    /// The subsets that its evaluation set is made of; the first is taken where none is named. Empty for most.
    pub subsets: &'static [&'static str],
    /// Where the references of its trials come from.
    pub references: ReferenceOrigin,
    /// The published counts, as far as they are known.
    pub published: &'static [PublishedSplit],
}

impl CorpusInfo {
    /// The published counts of a split, and of a subset of it where the data set has subsets.
    pub fn published(&self, split: Split, subset: Option<&str>) -> Option<&'static PublishedSplit> {
        self.published.iter().find(|published| published.split == split && published.subset == subset)
    }
}

/// Where the references of a data set's trials come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceOrigin {
    /// The bona fide recordings of the same split.
    Bonafide,
    /// A list of enrolled recordings for each speaker.
    Enrolment,
    /// Nowhere: speakers are not named.
    None,
}

/// The published counts of a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedSplit {
    /// Which split.
    pub split: Split,
    /// The subset that is counted, where the data set has subsets.
    pub subset: Option<&'static str>,
    /// Bona fide trials.
    pub bonafide: usize,
    /// Spoof trials.
    pub spoof: usize,
    /// Speakers, where published.
    pub speakers: Option<usize>,
    /// Spoofing systems with their trials, where published.
    pub attacks: &'static [(&'static str, Option<usize>)],
    /// Codecs with their bona fide and spoof trials, where published.
    pub codecs: &'static [(&'static str, usize, usize)],
}

impl PublishedSplit {
    /// Counts of which no more is known.
    pub(super) const fn of(split: Split, subset: Option<&'static str>, bonafide: usize, spoof: usize) -> Self {
        Self { split, subset, bonafide, spoof, speakers: None, attacks: &[], codecs: &[] }
    }

    /// All trials.
    pub const fn trials(&self) -> usize {
        self.bonafide + self.spoof
    }
}
