//! How intervals are made: what is drawn, how often, and from which seed.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::super::{dcf::CostModel, eer::EerRule};
use crate::error::{Error, Result};

/// What is drawn with replacement, and from which stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resampling {
    /// Trials, from streams of our own: fastest, and for one system independent of the order of the file.
    #[default]
    Exact,
    /// Trials in file order, replicate i from NumPy's `RandomState(seed + i).randint(0, n, n)`.
    Numpy,
    /// Speakers: all trials of a speaker come and go together.
    Speaker,
    /// Cells of speaker and attack; the bona fide trials of a speaker are a cell too.
    SpeakerAttack,
}

impl Resampling {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Exact, Self::Numpy, Self::Speaker, Self::SpeakerAttack];

    /// Whether [`Clusters`](super::Clusters) are drawn, and not trials.
    pub fn is_clustered(self) -> bool {
        matches!(self, Self::Speaker | Self::SpeakerAttack)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Numpy => "numpy",
            Self::Speaker => "speaker",
            Self::SpeakerAttack => "speaker-attack",
        }
    }
}

impl fmt::Display for Resampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Resampling {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|resampling| resampling.name() == text).ok_or_else(|| {
            let message = format!("`{text}` is no way to resample");
            Error::config("bootstrap", message, "use exact, numpy, speaker or speaker-attack")
        })
    }
}

/// How intervals are made, and of which measures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Which EER.
    pub eer: EerRule,
    /// Which costs.
    pub costs: CostModel,
    /// What is drawn. Clusters are used where it says so, and else left alone.
    pub resampling: Resampling,
    /// How many resamples; 1,000 by custom.
    pub resamples: usize,
    /// How often the interval covers the truth; 0.95 by custom.
    pub level: f64,
    /// The seed of all draws.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            eer: EerRule::default(),
            costs: CostModel::ASVSPOOF5,
            resampling: Resampling::default(),
            resamples: 1_000,
            level: 0.95,
            seed: 0,
        }
    }
}

impl Settings {
    pub(super) fn check(&self) -> Result<()> {
        if self.resamples == 0 {
            return Err(Error::config(
                "resamples",
                "0 resamples make no interval",
                "give 1000, or leave intervals out",
            ));
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            let message = format!("{} is not between 0 and 1", self.level);
            return Err(Error::config("level", message, "give the share of intervals that cover the truth, as 0.95"));
        }
        Ok(())
    }

    /// The words for a caption.
    pub fn method(&self) -> String {
        let (over, stream) = match self.resampling {
            Resampling::Exact => ("trials", ""),
            Resampling::Numpy => ("trials", ", NumPy's stream"),
            Resampling::Speaker => ("speakers", ""),
            Resampling::SpeakerAttack => ("cells of speaker and attack", ""),
        };
        let percent = format!("{:.4}", 100.0 * self.level);
        let percent = percent.trim_end_matches('0').trim_end_matches('.');
        let Self { resamples, seed, .. } = self;
        format!("{percent} % percentile bootstrap over {over}, {resamples} resamples, seed {seed}{stream}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for resampling in Resampling::ALL {
            assert_eq!(resampling.to_string().parse::<Resampling>().unwrap(), resampling);
            assert_eq!(serde_json::to_string(&resampling).unwrap(), format!("\"{resampling}\""));
        }
        assert!("trials".parse::<Resampling>().unwrap_err().remedy().contains("speaker-attack"));
    }

    #[test]
    fn the_method_names_what_is_drawn() {
        let settings = Settings { resampling: Resampling::Speaker, level: 0.9, seed: 3, ..Settings::default() };
        assert_eq!(settings.method(), "90 % percentile bootstrap over speakers, 1000 resamples, seed 3");
    }
}
