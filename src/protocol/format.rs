//! The published forms of protocols, one row of a table each.

use super::fields::Delimiter;

/// A form of protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProtocolFormat {
    /// ASVspoof 5, track 1: ten columns separated by spaces or tabs, no header (Wang et al. 2024).
    Asvspoof5,
    /// ASVspoof 5, track 2: five columns, no header; the key is target, nontarget or spoof.
    Asvspoof5Track2,
    /// ASVspoof 2019: five columns, no header; the third is the environment in PA and `-` in LA.
    Asvspoof2019,
    /// ASVspoof 2021 LA, `trial_metadata.txt`: eight columns, no header.
    Asvspoof2021La,
    /// ASVspoof 2021 DF, `trial_metadata.txt`: thirteen columns, no header.
    Asvspoof2021Df,
    /// Two or three columns without header: file and key, with a speaker before or between.
    Keys,
    /// A header that names the columns; any delimiter.
    Named,
    /// In-the-Wild, `meta.csv`: file, speaker and label by commas, with or without header (Müller et al. 2022).
    InTheWild,
    /// Voice morphs: file, label and two speakers by spaces, with or without header.
    Morphing,
    /// ML-DF, `metadata_EN.csv` and others: file, tool, gender and group by spaces, with or without header.
    Mldf,
}

/// The columns of a form without header; `_` is left out, a leading `?` where every value is `-`.
pub(super) struct Layout {
    pub(super) format: ProtocolFormat,
    pub(super) columns: &'static [&'static str],
    pub(super) key: usize,
    /// The words that the key may be, `-` besides.
    pub(super) words: &'static [&'static str],
}

/// What a key is, but in track 2 of ASVspoof 5.
const KEYS: &[&str] = &["bonafide", "spoof"];

/// ASVspoof's own forms: separated by spaces or tabs, told apart by their number of columns and the key's place.
pub(super) const LAYOUTS: [Layout; 5] = [
    Layout {
        format: ProtocolFormat::Asvspoof5,
        columns: &[
            "speaker",
            "file",
            "gender",
            "codec",
            "codec_quality",
            "codec_seed",
            "attack_tag",
            "attack",
            "label",
            "_",
        ],
        key: 8,
        words: KEYS,
    },
    Layout {
        format: ProtocolFormat::Asvspoof5Track2,
        columns: &["speaker", "file", "gender", "attack", "label"],
        key: 4,
        words: &["target", "nontarget", "bonafide", "spoof"],
    },
    Layout {
        format: ProtocolFormat::Asvspoof2019,
        columns: &["speaker", "file", "?environment", "attack", "label"],
        key: 4,
        words: KEYS,
    },
    Layout {
        format: ProtocolFormat::Asvspoof2021La,
        columns: &["speaker", "file", "codec", "transmission", "attack", "label", "trim", "subset"],
        key: 5,
        words: KEYS,
    },
    Layout {
        format: ProtocolFormat::Asvspoof2021Df,
        columns: &[
            "speaker",
            "file",
            "codec",
            "source",
            "attack",
            "label",
            "trim",
            "subset",
            "vocoder",
            "?task",
            "?team",
            "?gender_pair",
            "?language",
        ],
        key: 5,
        words: KEYS,
    },
];

impl ProtocolFormat {
    /// Its name for people.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Asvspoof5 => "ASVspoof 5",
            Self::Asvspoof5Track2 => "ASVspoof 5 track 2",
            Self::Asvspoof2019 => "ASVspoof 2019",
            Self::Asvspoof2021La => "ASVspoof 2021 LA",
            Self::Asvspoof2021Df => "ASVspoof 2021 DF",
            Self::Keys => "key file",
            Self::Named => "columns by name",
            Self::InTheWild => "In-the-Wild",
            Self::Morphing => "voice morphs",
            Self::Mldf => "ML-DF",
        }
    }

    /// The columns of the forms whose header is sometimes left out, and what stands between them.
    pub(super) fn without_header(self) -> Option<(Delimiter, &'static [&'static str])> {
        match self {
            Self::InTheWild => Some((Delimiter::Character(','), &["file", "speaker", "label"])),
            Self::Morphing => Some((Delimiter::Whitespace, &["file", "label", "speaker", "speaker_id2"])),
            Self::Mldf => Some((Delimiter::Whitespace, &["file", "attack", "gender", "group"])),
            _ => None,
        }
    }

    /// The columns in order, for the forms without header that have always the same.
    pub(super) fn layout(self) -> Option<&'static Layout> {
        LAYOUTS.iter().find(|layout| layout.format == self)
    }
}

/// How the lines of one file are read.
pub(super) struct Plan {
    pub(super) format: ProtocolFormat,
    pub(super) delimiter: Delimiter,
    /// The names, normalised; see [`Layout`] for `_` and `?`.
    pub(super) columns: Vec<String>,
    /// Whether the first line is a header.
    pub(super) header: bool,
    /// Whether the file is the first column and takes surplus fields.
    pub(super) peel: bool,
    /// Whether labels may be other words than `bonafide`, `spoof` and `-`.
    pub(super) any_word: bool,
}
