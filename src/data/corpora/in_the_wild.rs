//! In-the-Wild (Müller et al. 2022): speech of public persons, true and made, from the net. Evaluation only.
//!
//! `meta.csv` with or without its header `file,speaker,label`; speakers' names hold spaces, labels are `bona-fide` and
//! `spoof`, and the recordings lie beside it.

use crate::{
    data::{
        info::{CorpusInfo, PublishedSplit, ReferenceOrigin},
        layout::Layout,
        split::Split,
    },
    protocol::ProtocolFormat,
};

/// The layout of the published corpus, unpacked.
#[derive(Debug)]
pub(super) struct InTheWild;

const INFO: CorpusInfo = CorpusInfo {
    name: "in-the-wild",
    title: "In-the-Wild",
    description: "meta.csv (file,speaker,label) with the .wav files beside it",
    source: "Müller et al., Does audio deepfake detection generalize?, Interspeech 2022",
    splits: &[Split::Eval],
    subsets: &[],
    references: ReferenceOrigin::Bonafide,
    published: &[PublishedSplit::of(Split::Eval, None, 19_963, 11_816)],
};

impl Layout for InTheWild {
    fn info(&self) -> &'static CorpusInfo {
        &INFO
    }

    fn protocols(&self, split: Split) -> &'static [&'static str] {
        if split == Split::Eval { &["meta.csv"] } else { &[] }
    }

    fn protocol_format(&self, _split: Split) -> Option<ProtocolFormat> {
        Some(ProtocolFormat::InTheWild)
    }

    fn audio_folders(&self, _split: Split) -> &'static [&'static str] {
        &["", "wav"]
    }

    fn archives(&self) -> &'static [&'static str] {
        &["release_in_the_wild", "in_the_wild", "InTheWild"]
    }
}
