//! Voice morphs, two speakers' voices in one: a file separated by spaces with the columns FILE, LABEL (`bonafide` or `morph`),
//! SPEAKER_ID1 and SPEAKER_ID2. Evaluation only.
//!
//! A morph is tried with each of its speakers, so it makes two trials of one file; a bona fide recording is tried with its own
//! speaker, the first.

use crate::{
    data::{
        info::{CorpusInfo, ReferenceOrigin},
        layout::Layout,
        split::Split,
    },
    error::{Error, Result},
    protocol::{Protocol, ProtocolFormat},
    trial::Label,
};

/// The layout that the Python reference reads.
#[derive(Debug)]
pub(super) struct Morphing;

const INFO: CorpusInfo = CorpusInfo {
    name: "morphing",
    title: "Morphing",
    description: "a protocol (FILE LABEL SPEAKER_ID1 SPEAKER_ID2) with paths in FILE; the root is it or its folder",
    source: "voice morphs in the layout of the RAT authors' code, arXiv 2606.10908",
    splits: &[Split::Eval],
    subsets: &[],
    references: ReferenceOrigin::Bonafide,
    published: &[],
};

const REMEDY: &str = "name the speaker, or take the line out";

impl Layout for Morphing {
    fn info(&self) -> &'static CorpusInfo {
        &INFO
    }

    fn protocols(&self, split: Split) -> &'static [&'static str] {
        if split == Split::Eval { &["protocol.txt", "protocol.csv", "protocol.tsv"] } else { &[] }
    }

    fn protocol_endings(&self) -> &'static [&'static str] {
        &["txt", "csv", "tsv"]
    }

    fn protocol_format(&self, _split: Split) -> Option<ProtocolFormat> {
        Some(ProtocolFormat::Morphing)
    }

    fn audio_folders(&self, _split: Split) -> &'static [&'static str] {
        &["", "wav"]
    }

    fn repeats_files(&self) -> bool {
        true
    }

    fn arrange(&self, protocol: Protocol, _split: Split) -> Result<Protocol> {
        let of = |name: &str| -> Vec<String> {
            let column = protocol.column(name);
            column.map_or_else(|| vec!["-".into(); protocol.len()], |texts| texts.map(String::from).collect())
        };
        let (first, second, labels) = (of("speaker"), of("speaker_id2"), protocol.labels());
        let (mut rows, mut speakers) = (Vec::new(), Vec::new());
        for (at, label) in labels.into_iter().enumerate() {
            let tried: &[&String] = match label {
                Some(Label::Bonafide) => &[&first[at]],
                _ if first[at] == second[at] => &[&first[at]],
                _ => &[&first[at], &second[at]],
            };
            for &speaker in tried {
                if is_unknown(speaker) {
                    let line = protocol.lines()[at].into();
                    let message = "a trial's speaker is not named";
                    return Err(Error::parse(protocol.path(), line, "speaker", message, REMEDY));
                }
                rows.push(at);
                speakers.push(speaker.as_str());
            }
        }
        protocol.select(&rows).with_column("speaker", speakers)
    }
}

fn is_unknown(speaker: &str) -> bool {
    matches!(speaker, "" | "-" | "nan" | "NaN")
}
