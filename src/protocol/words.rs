//! What data sets call human and made speech, and how a label written as a number is understood.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    trial::Label,
};

/// How labels are written in a file.
///
/// | label | words, in any case |
/// |---|---|
/// | bona fide | `bonafide`, `bona-fide`, `bona_fide`, `bona fide`, `genuine`, `human`, `real`, `original`, `authentic`, `live`, `target`, `nontarget` |
/// | spoof | `spoof`, `spoofed`, `fake`, `deepfake`, `synthetic`, `generated`, `morph`, `attack` |
/// | unlabelled | `-`, `nan`, `none`, `null`, `na`, `n/a`, `unknown`, `unlabelled`, `?`, `-1`, nothing |
///
/// `nontarget` is another person's own voice, hence bona fide for a countermeasure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelConvention {
    /// As the file's format has it; where that is not laid down, words, and 0 = bona fide.
    #[default]
    Auto,
    /// 0 is bona fide and 1 spoof, as in the Python reference and in this library.
    BonafideIsZero,
    /// 1 is bona fide and 0 spoof, as in AntiDeepfake and project-NN.
    BonafideIsOne,
    /// Words only; a number is refused.
    Words,
}

impl LabelConvention {
    /// All of them, in the order of the help.
    pub const ALL: [Self; 4] = [Self::Auto, Self::BonafideIsZero, Self::BonafideIsOne, Self::Words];

    /// Those that own data may have.
    pub const OWN: [Self; 3] = [Self::Words, Self::BonafideIsZero, Self::BonafideIsOne];

    /// The label that `word` stands for; `Some(None)` for unlabelled, `None` for no label at all.
    ///
    /// ```
    /// use rat::{Label, protocol::LabelConvention};
    /// assert_eq!(LabelConvention::Auto.label("Bona-Fide"), Some(Some(Label::Bonafide)));
    /// assert_eq!(LabelConvention::BonafideIsOne.label("0"), Some(Some(Label::Spoof)));
    /// assert_eq!(LabelConvention::Auto.label("-"), Some(None));
    /// assert_eq!(LabelConvention::Words.label("1"), None);
    /// ```
    pub fn label(self, word: &str) -> Option<Option<Label>> {
        match word {
            "bonafide" => Some(Some(Label::Bonafide)),
            "spoof" => Some(Some(Label::Spoof)),
            "-" => Some(None),
            "0" | "0.0" => self.numbered(0).map(Some),
            "1" | "1.0" => self.numbered(1).map(Some),
            _ => spelled(word),
        }
    }

    fn numbered(self, number: usize) -> Option<Label> {
        match self {
            Self::Auto | Self::BonafideIsZero => Label::from_class(number),
            Self::BonafideIsOne => Label::from_class(1 - number),
            Self::Words => None,
        }
    }
}

fn spelled(word: &str) -> Option<Option<Label>> {
    // Nothing longer is in the table: a line of another format need not be copied.
    if word.len() > 12 {
        return None;
    }
    match word.to_ascii_lowercase().as_str() {
        "bonafide" | "bona-fide" | "bona_fide" | "bona fide" | "genuine" | "human" | "real" | "original"
        | "authentic" | "live" | "target" | "nontarget" => Some(Some(Label::Bonafide)),
        "spoof" | "spoofed" | "fake" | "deepfake" | "synthetic" | "generated" | "morph" | "attack" => {
            Some(Some(Label::Spoof))
        }
        "" | "nan" | "none" | "null" | "na" | "n/a" | "unknown" | "unlabelled" | "?" | "-1" => Some(None),
        _ => None,
    }
}

impl FromStr for LabelConvention {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "auto" => Ok(Self::Auto),
            "bonafide-is-zero" | "0" => Ok(Self::BonafideIsZero),
            "bonafide-is-one" | "1" => Ok(Self::BonafideIsOne),
            "words" => Ok(Self::Words),
            _ => Err(Error::config(
                "labels",
                format!("`{name}` is no label convention"),
                "use auto, bonafide-is-zero, bonafide-is-one or words",
            )),
        }
    }
}

impl std::fmt::Display for LabelConvention {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Auto => "auto",
            Self::BonafideIsZero => "bonafide-is-zero",
            Self::BonafideIsOne => "bonafide-is-one",
            Self::Words => "words",
        })
    }
}
