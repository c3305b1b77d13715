//! ASVspoof 5, track 1 (Wang et al. 2024): space-separated protocols of ten columns under the ending `.tsv`.

use super::{corpus::Layout, split::Split};
use crate::protocol::ProtocolFormat;

/// The layout of the published corpus, unpacked.
#[derive(Debug)]
pub(super) struct Asvspoof5;

impl Layout for Asvspoof5 {
    fn name(&self) -> &'static str {
        "asvspoof5"
    }

    fn protocols(&self, split: Split) -> &'static [&'static str] {
        match split {
            Split::Train => &["ASVspoof5.train.tsv", "ASVspoof5.train.txt"],
            Split::Dev => &["ASVspoof5.dev.track_1.tsv", "ASVspoof5.dev.track_1.txt"],
            Split::Eval => &["ASVspoof5.eval.track_1.tsv", "ASVspoof5.eval.track_1.txt"],
        }
    }

    fn audio_folder(&self, split: Split) -> &'static str {
        match split {
            Split::Train => "flac_T",
            Split::Dev => "flac_D",
            Split::Eval => "flac_E_eval",
        }
    }

    fn protocol_format(&self) -> ProtocolFormat {
        ProtocolFormat::Asvspoof5
    }
}
