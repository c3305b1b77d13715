//! ML-DF (multilingual deepfakes in English, German, French, Spanish and Italian): evaluation of single-input detectors.
//!
//! A file of metadata for each language, separated by spaces, with columns wav_file, tool (`bonafide` or the synthesiser),
//! gender and group; rows of the group `test` are kept, and each row gets its language. What a later release says of speakers
//! is of the synthesisers' targets: no row has a reference.

use std::path::Path;

use crate::{
    data::{
        info::{CorpusInfo, ReferenceOrigin},
        layout::Layout,
        split::Split,
    },
    error::Result,
    protocol::{Protocol, ProtocolFormat},
};

/// The layout of the published corpus, unpacked.
#[derive(Debug)]
pub(super) struct Mldf;

const INFO: CorpusInfo = CorpusInfo {
    name: "mldf",
    title: "ML-DF",
    description: "metadata/metadata_{EN,DE,FR,ES,IT}.csv with paths in wav_file; the rows of group test",
    source: "ML-DF, a multilingual deepfake data set on Multilingual LibriSpeech, Zenodo 17098081",
    splits: &[Split::Eval],
    subsets: &[],
    references: ReferenceOrigin::None,
    published: &[],
};

impl Layout for Mldf {
    fn info(&self) -> &'static CorpusInfo {
        &INFO
    }

    fn protocols(&self, split: Split) -> &'static [&'static str] {
        match split {
            Split::Eval => &[
                "metadata/metadata_EN.csv",
                "metadata/metadata_DE.csv",
                "metadata/metadata_FR.csv",
                "metadata/metadata_ES.csv",
                "metadata/metadata_IT.csv",
            ],
            _ => &[],
        }
    }

    fn in_parts(&self) -> bool {
        true
    }

    fn protocol_format(&self, _split: Split) -> Option<ProtocolFormat> {
        Some(ProtocolFormat::Mldf)
    }

    fn audio_folders(&self, _split: Split) -> &'static [&'static str] {
        &["", "dataset_EN", "dataset_DE", "dataset_FR", "dataset_ES", "dataset_IT"]
    }

    fn archives(&self) -> &'static [&'static str] {
        &["datasets", "ML-DF", "MLDF"]
    }

    fn arrange(&self, protocol: Protocol, _split: Split) -> Result<Protocol> {
        let language = language(protocol.path());
        let tested: Vec<usize> = match protocol.column("group") {
            Some(groups) => (0..).zip(groups).filter(|(_, group)| *group == "test").map(|(at, _)| at).collect(),
            None => (0..protocol.len()).collect(),
        };
        let protocol = protocol.select(&tested).without_column("speaker");
        let count = protocol.len();
        protocol.with_column("language", std::iter::repeat_n(language.as_str(), count))
    }
}

/// `EN` of `metadata_EN.csv`.
fn language(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    stem.rsplit('_').next().unwrap_or("-").to_uppercase()
}
