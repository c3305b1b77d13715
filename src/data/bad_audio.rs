//! What is done about a recording that is missing or cannot be decoded.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The policy for recordings that cannot be used. None is ever passed over in silence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BadAudio {
    /// The first one ends the work with its error.
    #[default]
    Fail,
    /// Its trial is left out, counted, and listed with the reason.
    SkipAndList,
}

impl fmt::Display for BadAudio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Fail => "fail",
            Self::SkipAndList => "skip-and-list",
        })
    }
}

impl FromStr for BadAudio {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "fail" => Ok(Self::Fail),
            "skip-and-list" => Ok(Self::SkipAndList),
            _ => Err(Error::config("on-bad-audio", format!("`{name}` is no policy"), "use fail or skip-and-list")),
        }
    }
}
