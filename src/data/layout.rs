//! What differs between data sets: where their files lie and how they are read. One implementation a data set, in
//! [`corpora`](super::corpora).

use std::{fmt, path::Path};

use super::{info::CorpusInfo, split::Split};
use crate::{
    error::Result,
    protocol::{LabelConvention, Protocol, ProtocolFormat},
};

/// What a data set is made of; names of files and folders are relative to the corpus's root.
pub(super) trait Layout: fmt::Debug + Sync {
    /// What is known of it.
    fn info(&self) -> &'static CorpusInfo;

    /// The protocol's file names, the published one first; none for a split that it lacks.
    fn protocols(&self, split: Split) -> &'static [&'static str];

    /// The form of its protocols; told from the file where there is none.
    fn protocol_format(&self, split: Split) -> Option<ProtocolFormat>;

    /// Whether it is the user's own, whose labels are what he says.
    fn is_own(&self) -> bool {
        false
    }

    /// Reads one of its protocols; `labels` is for own data.
    ///
    /// # Errors
    /// As [`Protocol::read_as`].
    fn read(&self, path: &Path, split: Split, _labels: LabelConvention) -> Result<Protocol> {
        match self.protocol_format(split) {
            Some(format) => Protocol::read_as(path, format),
            None => Protocol::read(path),
        }
    }

    /// The folders of recordings, the published one first.
    fn audio_folders(&self, split: Split) -> &'static [&'static str];

    /// Folders that the published archive puts around everything; the root may be one above of each.
    fn archives(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether all protocols belong to a split, one after the other, rather than the first that is there.
    fn in_parts(&self) -> bool {
        false
    }

    /// The endings of a protocol that the root itself may be, or hold as its only one; none for a folder with fixed names.
    fn protocol_endings(&self) -> &'static [&'static str] {
        &[]
    }

    /// The enrolment lists' file names, where references come from such.
    fn enrolment(&self, _split: Split) -> &'static [&'static str] {
        &[]
    }

    /// Whether one file may be tried with several speakers.
    fn repeats_files(&self) -> bool {
        false
    }

    /// The splits that a protocol's rows belong to, where its rows tell.
    ///
    /// # Errors
    /// Where a row names an unknown one.
    fn splits_of(&self, _protocol: &Protocol) -> Result<Vec<Split>> {
        Ok(self.info().splits.to_vec())
    }

    /// The rows of a protocol as trials of a split: some of them, or some twice, with columns that follow from the file.
    ///
    /// # Errors
    /// Where a row does not hold what it should.
    fn arrange(&self, protocol: Protocol, _split: Split) -> Result<Protocol> {
        Ok(protocol)
    }
}
