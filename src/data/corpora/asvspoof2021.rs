//! ASVspoof 2021, logical access and deepfake (Yamagishi et al. 2021; Liu et al. 2023): evaluation sets only, whose
//! `trial_metadata.txt` comes in an archive of keys of its own.
//!
//! Each trial belongs to the subset progress, eval or hidden; results are reported on eval. DF is published in four parts,
//! `ASVspoof2021_DF_eval_part00` and on.

use crate::{
    data::{
        info::{CorpusInfo, PublishedSplit, ReferenceOrigin},
        layout::Layout,
        split::Split,
    },
    protocol::ProtocolFormat,
};

/// Logical access: speech that went through telephone lines.
#[derive(Debug)]
pub(super) struct Asvspoof2021La;

/// Deepfake: speech that went through media codecs.
#[derive(Debug)]
pub(super) struct Asvspoof2021Df;

const SOURCE: &str = "Yamagishi et al., ASVspoof 2021: accelerating progress in spoofed and deepfake speech detection, ASVspoof workshop 2021";
/// The first is the default.
const SUBSETS: &[&str] = &["eval", "progress", "hidden"];

const LA: CorpusInfo = CorpusInfo {
    name: "asvspoof2021-la",
    title: "ASVspoof 2021 LA",
    description: "trial_metadata.txt or keys/LA/CM/trial_metadata.txt; flac/ or ASVspoof2021_LA_eval/flac/",
    source: SOURCE,
    splits: &[Split::Eval],
    subsets: SUBSETS,
    references: ReferenceOrigin::Bonafide,
    published: &[
        PublishedSplit::of(Split::Eval, Some("eval"), 14_816, 133_360),
        PublishedSplit::of(Split::Eval, Some("all"), 18_452, 163_114),
    ],
};

const DF: CorpusInfo = CorpusInfo {
    name: "asvspoof2021-df",
    title: "ASVspoof 2021 DF",
    description: "trial_metadata.txt or keys/DF/CM/trial_metadata.txt; flac/ or ASVspoof2021_DF_eval/flac/",
    source: SOURCE,
    splits: &[Split::Eval],
    subsets: SUBSETS,
    references: ReferenceOrigin::Bonafide,
    published: &[
        PublishedSplit::of(Split::Eval, Some("eval"), 14_869, 519_059),
        PublishedSplit::of(Split::Eval, Some("all"), 22_617, 589_212),
    ],
};

impl Layout for Asvspoof2021La {
    fn info(&self) -> &'static CorpusInfo {
        &LA
    }

    fn protocols(&self, split: Split) -> &'static [&'static str] {
        match split {
            Split::Eval => &[
                "trial_metadata.txt",
                "keys/LA/CM/trial_metadata.txt",
                "keys/CM/trial_metadata.txt",
                "LA-keys-full/keys/LA/CM/trial_metadata.txt",
                "LA/CM/trial_metadata.txt",
                "CM/trial_metadata.txt",
            ],
            _ => &[],
        }
    }

    fn protocol_format(&self, _split: Split) -> Option<ProtocolFormat> {
        Some(ProtocolFormat::Asvspoof2021La)
    }

    fn audio_folders(&self, _split: Split) -> &'static [&'static str] {
        &["flac"]
    }

    fn archives(&self) -> &'static [&'static str] {
        &["ASVspoof2021_LA_eval", "LA", "LA/ASVspoof2021_LA_eval"]
    }
}

impl Layout for Asvspoof2021Df {
    fn info(&self) -> &'static CorpusInfo {
        &DF
    }

    fn protocols(&self, split: Split) -> &'static [&'static str] {
        match split {
            Split::Eval => &[
                "trial_metadata.txt",
                "keys/DF/CM/trial_metadata.txt",
                "keys/CM/trial_metadata.txt",
                "DF-keys-full/keys/DF/CM/trial_metadata.txt",
                "DF/CM/trial_metadata.txt",
                "CM/trial_metadata.txt",
            ],
            _ => &[],
        }
    }

    fn protocol_format(&self, _split: Split) -> Option<ProtocolFormat> {
        Some(ProtocolFormat::Asvspoof2021Df)
    }

    fn audio_folders(&self, _split: Split) -> &'static [&'static str] {
        &[
            "flac",
            "ASVspoof2021_DF_eval_part00/flac",
            "ASVspoof2021_DF_eval_part01/flac",
            "ASVspoof2021_DF_eval_part02/flac",
            "ASVspoof2021_DF_eval_part03/flac",
            "ASVspoof2021_DF_eval_part00/ASVspoof2021_DF_eval/flac",
            "ASVspoof2021_DF_eval_part01/ASVspoof2021_DF_eval/flac",
            "ASVspoof2021_DF_eval_part02/ASVspoof2021_DF_eval/flac",
            "ASVspoof2021_DF_eval_part03/ASVspoof2021_DF_eval/flac",
        ]
    }

    fn archives(&self) -> &'static [&'static str] {
        &["ASVspoof2021_DF_eval", "DF", "DF/ASVspoof2021_DF_eval"]
    }
}
