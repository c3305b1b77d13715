//! ASVspoof 2019, logical access (Wang et al. 2020): space-separated protocols of five columns.
//!
//! The training protocol is published as `train.trn`, and called `train.trl` by the Python reference; the published archive
//! `LA.zip` puts a folder `LA/` around everything.

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
pub(super) struct Asvspoof2019La;

const INFO: CorpusInfo = CorpusInfo {
    name: "asvspoof2019-la",
    title: "ASVspoof 2019 LA",
    description: "ASVspoof2019_LA_cm_protocols/ASVspoof2019.LA.cm.{train.trn,dev.trl,eval.trl}.txt; ASVspoof2019_LA_{train,dev,eval}/flac/",
    source: "Wang et al., ASVspoof 2019: a large-scale public database of synthesized, converted and replayed speech, Computer Speech & Language 2020",
    splits: &Split::ALL,
    subsets: &[],
    references: ReferenceOrigin::Bonafide,
    published: &[
        PublishedSplit::of(Split::Train, None, 2_580, 22_800),
        PublishedSplit::of(Split::Dev, None, 2_548, 22_296),
        PublishedSplit { attacks: EVAL_ATTACKS, ..PublishedSplit::of(Split::Eval, None, 7_355, 63_882) },
    ],
};

const EVAL_ATTACKS: &[(&str, Option<usize>)] = &[
    ("A07", Some(4_914)),
    ("A08", Some(4_914)),
    ("A09", Some(4_914)),
    ("A10", Some(4_914)),
    ("A11", Some(4_914)),
    ("A12", Some(4_914)),
    ("A13", Some(4_914)),
    ("A14", Some(4_914)),
    ("A15", Some(4_914)),
    ("A16", Some(4_914)),
    ("A17", Some(4_914)),
    ("A18", Some(4_914)),
    ("A19", Some(4_914)),
];

impl Layout for Asvspoof2019La {
    fn info(&self) -> &'static CorpusInfo {
        &INFO
    }

    fn protocols(&self, split: Split) -> &'static [&'static str] {
        match split {
            Split::Train => &[
                "ASVspoof2019_LA_cm_protocols/ASVspoof2019.LA.cm.train.trn.txt",
                "ASVspoof2019_LA_cm_protocols/ASVspoof2019.LA.cm.train.trl.txt",
                "ASVspoof2019.LA.cm.train.trn.txt",
                "ASVspoof2019.LA.cm.train.trl.txt",
            ],
            Split::Dev => {
                &["ASVspoof2019_LA_cm_protocols/ASVspoof2019.LA.cm.dev.trl.txt", "ASVspoof2019.LA.cm.dev.trl.txt"]
            }
            Split::Eval => {
                &["ASVspoof2019_LA_cm_protocols/ASVspoof2019.LA.cm.eval.trl.txt", "ASVspoof2019.LA.cm.eval.trl.txt"]
            }
        }
    }

    fn protocol_format(&self, _split: Split) -> Option<ProtocolFormat> {
        Some(ProtocolFormat::Asvspoof2019)
    }

    fn audio_folders(&self, split: Split) -> &'static [&'static str] {
        match split {
            Split::Train => &["ASVspoof2019_LA_train/flac"],
            Split::Dev => &["ASVspoof2019_LA_dev/flac"],
            Split::Eval => &["ASVspoof2019_LA_eval/flac"],
        }
    }

    fn archives(&self) -> &'static [&'static str] {
        &["LA", "ASVspoof2019"]
    }
}
