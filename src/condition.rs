//! The reference conditions of the ablation: what the model is given as reference at inference.
//!
//! Name, parsing and display only; what a condition does to a waveform is in [`data::degrade`](crate::data).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What the model gets as reference.
///
/// ```
/// use rat::ReferenceCondition;
/// let condition: ReferenceCondition = "snr:10".parse()?;
/// assert_eq!(condition, ReferenceCondition::Snr { db: 10.0 });
/// assert_eq!(condition.to_string(), "snr:10");
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ReferenceCondition {
    /// A bona fide recording of the claimed speaker.
    Matched,
    /// A bona fide recording of another speaker.
    Mismatched,
    /// Zeros in place of the normed reference embedding: the paper's zero vector.
    Zeroed,
    /// No attention term at all: the test branch only.
    Absent,
    /// A waveform of zeros as long as the reference.
    Silence,
    /// White noise with the reference's mean power.
    Noise,
    /// The reference with white noise added.
    Snr {
        /// Signal to noise ratio in decibel.
        db: f64,
    },
    /// The start of the reference.
    Duration {
        /// How much of it is kept, in seconds.
        secs: f64,
    },
    /// The test utterance as its own reference.
    Own,
}

/// Beyond it either of speech and noise is below the other's rounding.
const MOST_DB: f64 = 100.0;

/// Seconds from the encoder's first frame to an hour.
const DURATIONS: std::ops::RangeInclusive<f64> = 0.025..=3_600.0;

impl ReferenceCondition {
    /// The six that the demo and the main ablation run, in report order.
    pub const MAIN: [Self; 6] =
        [Self::Matched, Self::Mismatched, Self::Zeroed, Self::Absent, Self::Silence, Self::Noise];

    /// Whether a reference recording has to be chosen (and in most cases read) for this condition.
    pub const fn needs_reference(self) -> bool {
        !matches!(self, Self::Zeroed | Self::Absent | Self::Own)
    }

    /// The name as part of a file name: `snr:10` becomes `snr-10`.
    pub fn file_stem(self) -> String {
        self.to_string().replace(':', "-")
    }
}

impl fmt::Display for ReferenceCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Matched => "matched",
            Self::Mismatched => "mismatched",
            Self::Zeroed => "zeroed",
            Self::Absent => "absent",
            Self::Silence => "silence",
            Self::Noise => "noise",
            Self::Own => "own",
            Self::Snr { db } => return f.pad(&format!("snr:{db}")),
            Self::Duration { secs } => return f.pad(&format!("duration:{secs}")),
        };
        f.pad(name)
    }
}

impl FromStr for ReferenceCondition {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (name, argument) = text.split_once(':').map_or((text, None), |(name, rest)| (name, Some(rest)));
        let number = || argument.and_then(|text| text.parse::<f64>().ok()).filter(|value| value.is_finite());
        let condition = match (name, argument) {
            ("matched", None) => Some(Self::Matched),
            ("mismatched", None) => Some(Self::Mismatched),
            ("zeroed", None) => Some(Self::Zeroed),
            ("absent", None) => Some(Self::Absent),
            ("silence", None) => Some(Self::Silence),
            ("noise", None) => Some(Self::Noise),
            ("own", None) => Some(Self::Own),
            ("snr", Some(_)) if number().is_some_and(|db| db.abs() > MOST_DB) => {
                let message = format!("`{text}` leaves nothing of the speech, or of the noise");
                return Err(Error::config("condition", message, "give a ratio from -100 to 100 dB"));
            }
            ("snr", Some(_)) => number().map(|db| Self::Snr { db }),
            ("duration", Some(_)) if number().is_some_and(|secs| !DURATIONS.contains(&secs)) => {
                let message = format!("`{text}` is no length of a reference");
                return Err(Error::config("condition", message, "give 0.025 to 3600 seconds"));
            }
            ("duration", Some(_)) => number().map(|secs| Self::Duration { secs }),
            _ => None,
        };
        condition.ok_or_else(|| {
            Error::config(
                "condition",
                format!("`{text}` is not a reference condition"),
                "use matched, mismatched, zeroed, absent, silence, noise, snr:DB, duration:SECS or own",
            )
        })
    }
}

impl TryFrom<String> for ReferenceCondition {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<ReferenceCondition> for String {
    fn from(condition: ReferenceCondition) -> Self {
        condition.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_condition_survives_its_name() {
        let parameterised = [ReferenceCondition::Snr { db: 12.5 }, ReferenceCondition::Duration { secs: 3.0 }];
        for condition in ReferenceCondition::MAIN.into_iter().chain(parameterised).chain([ReferenceCondition::Own]) {
            assert_eq!(condition.to_string().parse::<ReferenceCondition>().expect("parses"), condition);
        }
    }

    #[test]
    fn bad_names_are_refused() {
        for bad in [
            "",
            "match",
            "snr",
            "snr:",
            "snr:nan",
            "snr:-400",
            "duration:-1",
            "duration:1e-9",
            "duration:1e300",
            "zeroed:1",
        ] {
            assert!(bad.parse::<ReferenceCondition>().is_err(), "{bad}");
        }
    }
}
