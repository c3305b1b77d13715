//! RawBoost's eight algorithms: which of its three noises, and how they are put together.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Which noises, by the number that the paper's code gives them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Algorithm {
    /// 1: linear and non-linear convolutive noise.
    Convolutive = 1,
    /// 2: impulsive signal-dependent noise.
    Impulsive = 2,
    /// 3: stationary signal-independent noise.
    Stationary = 3,
    /// 4: 1, 2 and 3 in series.
    AllInSeries = 4,
    /// 5: 1, then 2; what RAT is trained with.
    #[default]
    ConvolutiveThenImpulsive = 5,
    /// 6: 1, then 3.
    ConvolutiveThenStationary = 6,
    /// 7: 2, then 3.
    ImpulsiveThenStationary = 7,
    /// 8: the sum of 1 and 2.
    ConvolutiveBesideImpulsive = 8,
}

impl Algorithm {
    pub(super) fn has_convolutive(self) -> bool {
        !matches!(self, Self::Impulsive | Self::Stationary | Self::ImpulsiveThenStationary)
    }

    pub(super) fn has_impulsive(self) -> bool {
        !matches!(self, Self::Convolutive | Self::Stationary | Self::ConvolutiveThenStationary)
    }

    pub(super) fn has_stationary(self) -> bool {
        let with =
            [Self::Stationary, Self::AllInSeries, Self::ConvolutiveThenStationary, Self::ImpulsiveThenStationary];
        with.contains(&self)
    }
}

impl TryFrom<u8> for Algorithm {
    type Error = Error;

    fn try_from(number: u8) -> Result<Self, Error> {
        Ok(match number {
            1 => Self::Convolutive,
            2 => Self::Impulsive,
            3 => Self::Stationary,
            4 => Self::AllInSeries,
            5 => Self::ConvolutiveThenImpulsive,
            6 => Self::ConvolutiveThenStationary,
            7 => Self::ImpulsiveThenStationary,
            8 => Self::ConvolutiveBesideImpulsive,
            _ => {
                let message = format!("{number} is not one of RawBoost's algorithms");
                return Err(Error::config("rawboost_algorithm", message, "give a number from 1 to 8; RAT uses 5"));
            }
        })
    }
}

impl FromStr for Algorithm {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        // What is no small number is no algorithm either.
        text.parse().unwrap_or(0_u8).try_into().map_err(|_| {
            let message = format!("{text} is not one of RawBoost's algorithms");
            Error::config("rawboost_algorithm", message, "give a number from 1 to 8; RAT uses 5")
        })
    }
}

impl From<Algorithm> for u8 {
    fn from(algorithm: Algorithm) -> Self {
        algorithm as Self
    }
}
