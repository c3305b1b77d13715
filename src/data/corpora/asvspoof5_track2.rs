//! ASVspoof 5, track 2 (Wang et al. 2024): trials of spoofing-robust speaker verification, with enrolled recordings as
//! references.
//!
//! A recording is tried with several claimed speakers, hence a trial is (file, speaker). Its key is target, nontarget or
//! spoof, and stays as the column `key`; the label of target and nontarget is bona fide. Speakers have up to three enrolled
//! recordings, which are no trials. Training is track 1's. Protocols were also published as `ASVspoof5.dev.trial.txt`.

use super::asvspoof5::{ARCHIVES, SOURCE, TRAIN, TRAIN_PROTOCOLS, audio_folders};
use crate::{
    data::{
        info::{CorpusInfo, ReferenceOrigin},
        layout::Layout,
        split::Split,
    },
    protocol::ProtocolFormat,
};

/// The layout of the published corpus, unpacked.
#[derive(Debug)]
pub(super) struct Asvspoof5Track2;

const INFO: CorpusInfo = CorpusInfo {
    name: "asvspoof5-track2",
    title: "ASVspoof 5, track 2",
    description: "ASVspoof5.train.tsv, ASVspoof5.{dev,eval}.track_2.{trial,enroll}.tsv; flac_T/, flac_D/, flac_E_eval/",
    source: SOURCE,
    splits: &Split::ALL,
    subsets: &[],
    references: ReferenceOrigin::Enrolment,
    published: &[TRAIN],
};

impl Layout for Asvspoof5Track2 {
    fn info(&self) -> &'static CorpusInfo {
        &INFO
    }

    fn protocols(&self, split: Split) -> &'static [&'static str] {
        match split {
            Split::Train => TRAIN_PROTOCOLS,
            Split::Dev => &[
                "ASVspoof5.dev.track_2.trial.tsv",
                "ASVspoof5.dev.track_2.trial.txt",
                "ASVspoof5.dev.trial.tsv",
                "ASVspoof5.dev.trial.txt",
            ],
            Split::Eval => &[
                "ASVspoof5.eval.track_2.trial.tsv",
                "ASVspoof5.eval.track_2.trial.txt",
                "ASVspoof5.eval.trial.tsv",
                "ASVspoof5.eval.trial.txt",
            ],
        }
    }

    fn enrolment(&self, split: Split) -> &'static [&'static str] {
        match split {
            Split::Train => &[],
            Split::Dev => &[
                "ASVspoof5.dev.track_2.enroll.tsv",
                "ASVspoof5.dev.track_2.enroll.txt",
                "ASVspoof5.dev.enroll.tsv",
                "ASVspoof5.dev.enroll.txt",
            ],
            Split::Eval => &[
                "ASVspoof5.eval.track_2.enroll.tsv",
                "ASVspoof5.eval.track_2.enroll.txt",
                "ASVspoof5.eval.enroll.tsv",
                "ASVspoof5.eval.enroll.txt",
            ],
        }
    }

    fn protocol_format(&self, split: Split) -> Option<ProtocolFormat> {
        Some(if split == Split::Train { ProtocolFormat::Asvspoof5 } else { ProtocolFormat::Asvspoof5Track2 })
    }

    fn audio_folders(&self, split: Split) -> &'static [&'static str] {
        audio_folders(split)
    }

    fn archives(&self) -> &'static [&'static str] {
        ARCHIVES
    }

    fn repeats_files(&self) -> bool {
        true
    }
}
