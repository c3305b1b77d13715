//! ASVspoof 5, track 1 (Wang et al. 2024): space-separated protocols of ten columns under the ending `.tsv`.
//!
//! The corpus's README and its archives differ in where the protocols lie and whether they end in `.tsv` or `.txt`.

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
pub(in crate::data) struct Asvspoof5;

/// Who published both tracks.
pub(super) const SOURCE: &str = "Wang et al., ASVspoof 5: crowdsourced speech data, deepfakes, and adversarial attacks at scale, ASVspoof workshop 2024";

/// Folders that the archives are unpacked into.
pub(super) const ARCHIVES: &[&str] = &["ASVspoof5_protocols", "ASVspoof5", "ASVspoof5/ASVspoof5_protocols"];

const INFO: CorpusInfo = CorpusInfo {
    name: "asvspoof5",
    title: "ASVspoof 5, track 1",
    description: "ASVspoof5.train.tsv, ASVspoof5.{dev,eval}.track_1.tsv; flac_T/, flac_D/, flac_E_eval/",
    source: SOURCE,
    splits: &Split::ALL,
    subsets: &[],
    references: ReferenceOrigin::Bonafide,
    published: &[TRAIN, DEV, EVAL],
};

/// The training split, which both tracks share.
pub(super) const TRAIN: PublishedSplit = PublishedSplit {
    speakers: Some(400),
    attacks: &[
        ("A01", None),
        ("A02", None),
        ("A03", None),
        ("A04", None),
        ("A05", None),
        ("A06", None),
        ("A07", None),
        ("A08", None),
    ],
    ..PublishedSplit::of(Split::Train, None, 18_797, 163_560)
};

const DEV: PublishedSplit = PublishedSplit {
    speakers: Some(785),
    attacks: &[
        ("A09", None),
        ("A10", None),
        ("A11", None),
        ("A12", None),
        ("A13", None),
        ("A14", None),
        ("A15", None),
        ("A16", None),
    ],
    ..PublishedSplit::of(Split::Dev, None, 31_334, 109_616)
};

const EVAL: PublishedSplit = PublishedSplit {
    speakers: Some(737),
    attacks: &[
        ("A17", Some(34_414)),
        ("A18", Some(34_368)),
        ("A19", Some(30_860)),
        ("A20", Some(31_444)),
        ("A21", Some(34_360)),
        ("A22", Some(34_380)),
        ("A23", Some(34_392)),
        ("A24", Some(34_338)),
        ("A25", Some(34_386)),
        ("A26", Some(34_386)),
        ("A27", Some(34_184)),
        ("A28", Some(34_414)),
        ("A29", Some(34_408)),
        ("A30", Some(34_106)),
        ("A31", Some(33_956)),
        ("A32", Some(33_690)),
    ],
    codecs: &[
        ("-", 35_149, 136_453),
        ("C01", 9_534, 37_719),
        ("C02", 9_654, 37_772),
        ("C03", 9_710, 38_277),
        ("C04", 9_701, 37_998),
        ("C05", 9_693, 37_848),
        ("C06", 8_976, 32_578),
        ("C07", 9_610, 37_738),
        ("C08", 9_003, 37_675),
        ("C09", 8_994, 32_605),
        ("C10", 9_673, 37_804),
        ("C11", 8_991, 37_619),
    ],
    ..PublishedSplit::of(Split::Eval, None, 138_688, 542_086)
};

/// The training protocol's names.
pub(super) const TRAIN_PROTOCOLS: &[&str] = &["ASVspoof5.train.tsv", "ASVspoof5.train.txt"];

/// The folders of recordings of both tracks.
pub(super) const fn audio_folders(split: Split) -> &'static [&'static str] {
    match split {
        Split::Train => &["flac_T"],
        Split::Dev => &["flac_D"],
        Split::Eval => &["flac_E_eval", "flac_E"],
    }
}

impl Layout for Asvspoof5 {
    fn info(&self) -> &'static CorpusInfo {
        &INFO
    }

    fn protocols(&self, split: Split) -> &'static [&'static str] {
        match split {
            Split::Train => TRAIN_PROTOCOLS,
            Split::Dev => &["ASVspoof5.dev.track_1.tsv", "ASVspoof5.dev.track_1.txt"],
            Split::Eval => &["ASVspoof5.eval.track_1.tsv", "ASVspoof5.eval.track_1.txt"],
        }
    }

    fn protocol_format(&self, _split: Split) -> Option<ProtocolFormat> {
        Some(ProtocolFormat::Asvspoof5)
    }

    fn audio_folders(&self, split: Split) -> &'static [&'static str] {
        audio_folders(split)
    }

    fn archives(&self) -> &'static [&'static str] {
        ARCHIVES
    }
}
