//! Tandem files: trials of speaker verification that may be spoofed, with the scores of a countermeasure, of a speaker verifier, or
//! of both as one system (SASV). Higher is more surely bona fide, the claimed speaker, or both.
//!
//! | form | lines |
//! |---|---|
//! | ASVspoof 5, track 2 | header `spk filename cm-score asv-score sasv-score`, with a key file `spk filename cm-label asv-label` |
//! | any with a header | scores `cm_score`, `asv_score`, `sasv_score`; key `asv_label`, `trial_type`, `key` or `label` |
//! | ASV scores of ASVspoof 2019 | `attack key score`, or `speaker attack key score` |
//! | ASV scores of ASVspoof 2021 | `speaker file score`, with `trial_metadata.txt` for a key |
//! | SASV scores of the a-DCF package | `speaker file score key` |
//! | countermeasure scores | `file attack label score` or `file score` with a key |
//!
//! Sources: `util.py` and README of the ASVspoof 5 evaluation package, `eval-package/config.py` of ASVspoof 2021. Refused are files whose columns
//! are in doubt, scores that are no finite numbers, trials that stand twice, and trials that the key does not know.

mod columns;
mod key;
mod layout;
mod read;
mod words;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{error::Result, metrics::TandemKey, trial::Label};

/// A trial of a tandem file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TandemScoreRow {
    /// The claimed speaker, `-` where unknown.
    pub speaker: String,
    /// The test utterance, `-` where unknown.
    pub file: String,
    /// The spoofing system, `-` where unknown or human.
    pub attack: String,
    /// What it is; `None` for a bona fide trial of which the file does not tell whether it is the claimed speaker.
    pub key: Option<TandemKey>,
    /// The countermeasure's score.
    pub cm: Option<f64>,
    /// The speaker verifier's.
    pub asv: Option<f64>,
    /// That of both as one system.
    pub sasv: Option<f64>,
}

impl TandemScoreRow {
    /// Whether the voice is human.
    pub fn label(&self) -> Label {
        if self.key == Some(TandemKey::Spoof) { Label::Spoof } else { Label::Bonafide }
    }

    /// Its score of a kind.
    pub fn score(&self, kind: TandemScoreKind) -> Option<f64> {
        match kind {
            TandemScoreKind::Cm => self.cm,
            TandemScoreKind::Asv => self.asv,
            TandemScoreKind::Sasv => self.sasv,
        }
    }
}

/// Which system a score is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TandemScoreKind {
    /// The countermeasure: human or made.
    Cm,
    /// The speaker verifier: the claimed speaker or another.
    Asv,
    /// One score for both questions.
    Sasv,
}

impl TandemScoreKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Cm, Self::Asv, Self::Sasv];

    /// As in the names of columns.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cm => "cm",
            Self::Asv => "asv",
            Self::Sasv => "sasv",
        }
    }
}

/// How a tandem file is to be read, where its own lines do not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TandemOptions {
    /// What a single column of scores without a telling name is.
    pub scores: Option<TandemScoreKind>,
}

/// The trials of a tandem file.
///
/// ```
/// use rat::{metrics::TandemKey, tables::TandemTable};
/// let folder = std::env::temp_dir().join("rat-doc-tandem");
/// std::fs::create_dir_all(&folder)?;
/// let path = folder.join("asv.txt");
/// std::fs::write(&path, "bonafide target 36.8\nbonafide nontarget -39.2\nA07 spoof 27.1\n")?;
/// let table = TandemTable::read(&path)?;
/// assert_eq!(table.rows()[2].key, Some(TandemKey::Spoof));
/// assert_eq!((table.rows()[2].asv, table.rows()[2].attack.as_str()), (Some(27.1), "A07"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TandemTable {
    rows: Vec<TandemScoreRow>,
    note: String,
}

impl TandemTable {
    /// From trials that are in memory.
    pub fn from_rows(rows: impl IntoIterator<Item = TandemScoreRow>) -> Self {
        Self { rows: rows.into_iter().collect(), note: "made in memory".into() }
    }

    /// Reads a file that holds its own keys.
    ///
    /// # Errors
    /// Where the file is missing, of no known form or without keys, a line does not fit, or a trial stands twice.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Self::read_as(path, None::<&Path>, &TandemOptions::default())
    }

    /// Reads a score file with its key file, and as the options say.
    ///
    /// # Errors
    /// As [`read`](Self::read), and where a trial is not in the key file, or is called something else there.
    pub fn read_as(path: impl AsRef<Path>, key: Option<impl AsRef<Path>>, options: &TandemOptions) -> Result<Self> {
        read::read(path.as_ref(), key.as_ref().map(AsRef::as_ref), options)
    }

    /// The trials, in the order of the file.
    pub fn rows(&self) -> &[TandemScoreRow] {
        &self.rows
    }

    /// How the file was understood, in one line.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// Whether its trials have scores of a kind.
    pub fn has(&self, kind: TandemScoreKind) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(|row| row.score(kind).is_some())
    }

    /// Whether it tells the claimed speaker from others.
    pub fn knows_targets(&self) -> bool {
        self.rows.iter().all(|row| row.key.is_some())
    }
}
