//! The forms of score files, with their names.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A form of score file.
///
/// | name | lines | label | score |
/// |---|---|---|---|
/// | `rat` | header `file,score,label,margin,speaker,attack,codec` | word | as is |
/// | `reference` | `file,score,label`, with or without header | 0 = bona fide, or word, or nan | as is |
/// | `asvspoof5` | header `filename`, `cm-score`, by tab | none | as is |
/// | `asvspoof2019` | `utt src key score`, as AASIST writes it | word | as is |
/// | `asvspoof2021` | `utt score` | none | as is |
/// | `asd-superb` | `utt - key score` | word | as is |
/// | `project-nn` | the lines `Output, utt, label, score` of a log | 1 = bona fide, -1 = unknown | as is |
/// | `antideepfake` | header `ID,Score,Label`, the score a list `[fake, real]` | 1 = bona fide | real - fake |
/// | `deepfense` | header `ID_audio,label,score_class0,score_class1` | 1 = bona fide | class1 - class0 |
/// | `parquet` | columns by name | word, or 0 = bona fide | as is |
/// | `named` | columns by name or place, any delimiter | word, or 0 = bona fide | as is |
///
/// The sources are the ASVspoof evaluation plans and packages, the Python reference, and the writers in AASIST,
/// nii-yamagishilab's project-NN-Pytorch-scripts and AntiDeepfake, DeepFense (its released configurations map bona fide to 1) and
/// spoof_SUPERB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScoreFormat {
    /// This library's own tables.
    Rat,
    /// The Python reference's.
    Reference,
    /// ASVspoof 5's evaluation package's.
    Asvspoof5,
    /// ASVspoof 2019's and AASIST's.
    Asvspoof2019,
    /// ASVspoof 2021's.
    Asvspoof2021,
    /// ASD-SUPERB's (spoof_SUPERB).
    AsdSuperb,
    /// project-NN-Pytorch-scripts' logs.
    ProjectNn,
    /// AntiDeepfake's.
    #[serde(rename = "antideepfake")]
    AntiDeepfake,
    /// DeepFense's.
    #[serde(rename = "deepfense")]
    DeepFense,
    /// Any Parquet file with named columns.
    Parquet,
    /// Any other columns, by name or place.
    Named,
}

impl ScoreFormat {
    /// All forms, in the order in which they are tried.
    pub const ALL: [Self; 11] = [
        Self::Rat,
        Self::Reference,
        Self::Asvspoof5,
        Self::Asvspoof2019,
        Self::Asvspoof2021,
        Self::AsdSuperb,
        Self::ProjectNn,
        Self::AntiDeepfake,
        Self::DeepFense,
        Self::Parquet,
        Self::Named,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Rat => "rat",
            Self::Reference => "reference",
            Self::Asvspoof5 => "asvspoof5",
            Self::Asvspoof2019 => "asvspoof2019",
            Self::Asvspoof2021 => "asvspoof2021",
            Self::AsdSuperb => "asd-superb",
            Self::ProjectNn => "project-nn",
            Self::AntiDeepfake => "antideepfake",
            Self::DeepFense => "deepfense",
            Self::Parquet => "parquet",
            Self::Named => "named",
        }
    }
}

impl fmt::Display for ScoreFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for ScoreFormat {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::config("format", format!("`{name}` is no score file format"), format!("use one of {names}"))
        })
    }
}
