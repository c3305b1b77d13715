//! The detection cost function (DCF) and its minimum over thresholds, normalised by the better of the trivial decisions.
//!
//! ASVspoof 5 evaluation plan, equations 3 and 4; the order of the operations is that of the package's `compute_mindcf`, so
//! that results agree to the last bit.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::det::{DetectionScores, OperatingPoint, Rejected, Totals};
use crate::error::{Error, Result};

/// What a miss and a false alarm cost, and how probable spoofing is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedCosts")]
pub struct CostModel {
    p_spoof: f64,
    c_miss: f64,
    c_fa: f64,
}

impl CostModel {
    /// The costs of the ASVspoof 5 challenge: P(spoof) 0.05, a miss 1, a false alarm 10.
    pub const ASVSPOOF5: Self = Self { p_spoof: 0.05, c_miss: 1.0, c_fa: 10.0 };

    /// The costs that the t-DCF of ASVspoof 2019 and 2021 gives to the countermeasure: the same P(spoof) 0.05, miss 1, false
    /// alarm 10. Those plans rank by t-DCF and EER and have no cost of the countermeasure alone.
    pub const ASVSPOOF2021: Self = Self::ASVSPOOF5;

    /// The costs of a challenge: `asvspoof5`, `asvspoof2021`, `asvspoof2019`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "asvspoof5" => Some(Self::ASVSPOOF5),
            "asvspoof2021" | "asvspoof2019" => Some(Self::ASVSPOOF2021),
            _ => None,
        }
    }

    /// Other costs.
    ///
    /// # Errors
    /// Where the probability is not between 0 and 1, or a cost is not above 0.
    pub fn new(p_spoof: f64, c_miss: f64, c_fa: f64) -> Result<Self> {
        if !(p_spoof > 0.0 && p_spoof < 1.0) {
            let message = format!("{p_spoof} is not between 0 and 1");
            return Err(Error::config("p_spoof", message, "give the probability of spoofing, as 0.05"));
        }
        for (key, cost) in [("c_miss", c_miss), ("c_fa", c_fa)] {
            if !(cost > 0.0 && cost.is_finite()) {
                let message = format!("{cost} is not a number above 0");
                return Err(Error::config(
                    key,
                    message,
                    "give a cost above 0, as 1 for a miss and 10 for a false alarm",
                ));
            }
        }
        Ok(Self { p_spoof, c_miss, c_fa })
    }

    /// The prior probability of spoofing.
    pub fn p_spoof(&self) -> f64 {
        self.p_spoof
    }

    /// The cost of rejecting a bona fide trial.
    pub fn c_miss(&self) -> f64 {
        self.c_miss
    }

    /// The cost of accepting a spoof.
    pub fn c_fa(&self) -> f64 {
        self.c_fa
    }

    /// The cost at given rates, over that of the better trivial decision (accept all, or reject all).
    pub fn normalised(&self, frr: f64, far: f64) -> f64 {
        self.cost(frr, far) / self.trivial()
    }

    /// The prior of bona fide that, with equal costs, asks for the same decisions; 0.655 for ASVspoof 5.
    pub fn effective_prior(&self) -> f64 {
        let (miss, false_alarm) = (self.c_miss * (1.0 - self.p_spoof), self.c_fa * self.p_spoof);
        miss / (miss + false_alarm)
    }

    /// The log-likelihood ratio from which on accepting is cheaper; -ln 1.9 = -0.642 for ASVspoof 5 (its plan, equation 3).
    pub fn bayes_threshold(&self) -> f64 {
        -((self.c_miss * (1.0 - self.p_spoof)) / (self.c_fa * self.p_spoof)).ln()
    }

    fn cost(&self, frr: f64, far: f64) -> f64 {
        let p_bonafide = 1.0 - self.p_spoof;
        ((self.c_miss * frr) * p_bonafide) + ((self.c_fa * far) * (1.0 - p_bonafide))
    }

    fn trivial(&self) -> f64 {
        let p_bonafide = 1.0 - self.p_spoof;
        (self.c_miss * p_bonafide).min(self.c_fa * (1.0 - p_bonafide))
    }
}

impl Default for CostModel {
    fn default() -> Self {
        Self::ASVSPOOF5
    }
}

/// `p_spoof,c_miss,c_fa`, as it is read back.
impl fmt::Display for CostModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{},{},{}", self.p_spoof, self.c_miss, self.c_fa))
    }
}

/// A name of [`named`](CostModel::named), or `p_spoof,c_miss,c_fa`.
impl FromStr for CostModel {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if let Some(costs) = Self::named(text) {
            return Ok(costs);
        }
        let numbers: Result<Vec<f64>, _> = text.split(',').map(|number| number.trim().parse()).collect();
        match numbers.as_deref() {
            Ok(&[p_spoof, c_miss, c_fa]) => Self::new(p_spoof, c_miss, c_fa),
            _ => {
                let remedy =
                    "use asvspoof5, asvspoof2021, or P(spoof), cost of a miss and of a false alarm, as 0.05,1,10";
                Err(Error::config("costs", format!("`{text}` is no cost model"), remedy))
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedCosts {
    p_spoof: f64,
    c_miss: f64,
    c_fa: f64,
}

impl TryFrom<UncheckedCosts> for CostModel {
    type Error = Error;

    fn try_from(costs: UncheckedCosts) -> Result<Self> {
        Self::new(costs.p_spoof, costs.c_miss, costs.c_fa)
    }
}

/// The lowest normalised cost, and after how many distinct scores it is first reached.
pub(super) fn lowest(counts: impl Iterator<Item = (usize, usize)>, totals: Totals, costs: &CostModel) -> (f64, usize) {
    let (cost, distinct) = lowest_by(counts, totals, |frr, far| costs.cost(frr, far));
    (cost / costs.trivial(), distinct)
}

/// The same of any cost that grows with both rates.
pub(super) fn lowest_by(
    counts: impl Iterator<Item = (usize, usize)>,
    totals: Totals,
    cost: impl Fn(f64, f64) -> f64,
) -> (f64, usize) {
    let mut rejected = Rejected::default();
    let mut best = (cost(totals.frr(rejected), totals.far(rejected)), 0);
    for (index, (bonafide, spoof)) in counts.enumerate() {
        rejected.bonafide += bonafide;
        rejected.spoof += spoof;
        let cost = cost(totals.frr(rejected), totals.far(rejected));
        if cost < best.0 {
            best = (cost, index + 1);
        }
    }
    best
}

impl DetectionScores {
    /// The minimum of the normalised cost; at most 1. The same by either [`EerRule`](super::EerRule): inside a tie no
    /// point is cheaper than both its ends.
    ///
    /// The threshold is the package's: the highest rejected score (the lowest score less 0.001 where all is accepted).
    pub fn min_dcf(&self, costs: &CostModel) -> OperatingPoint {
        let (rate, distinct) = lowest(self.counts(), self.totals(), costs);
        OperatingPoint { rate, threshold: self.highest_rejected(distinct) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trivial_decisions_cost_one() {
        let scores = DetectionScores::new(&[0.1], &[0.9]).unwrap();
        assert_eq!(scores.min_dcf(&CostModel::ASVSPOOF5).rate, 1.0);
        assert_eq!(CostModel::ASVSPOOF5.normalised(0.0, 1.0), 1.0);
    }

    #[test]
    fn costs_are_read_back() {
        let costs = CostModel::new(0.1, 2.0, 3.5).unwrap();
        assert_eq!(costs.to_string().parse::<CostModel>().unwrap(), costs);
        assert_eq!("asvspoof5".parse::<CostModel>().unwrap().to_string(), "0.05,1,10");
        for text in ["", "asvspoof", "0.05,1", "0.05,1,10,1", "0.05,one,10", "2,1,10"] {
            assert!(text.parse::<CostModel>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_bayes_threshold_is_the_plans() {
        assert_eq!(CostModel::ASVSPOOF5.bayes_threshold(), -0.641_853_886_172_394_7);
        let prior = CostModel::ASVSPOOF5.effective_prior();
        assert!((prior / (1.0 - prior) - 1.9).abs() < 1e-14);
    }

    #[test]
    fn costs_out_of_range_are_refused() {
        for (p_spoof, c_miss, c_fa) in
            [(0.0, 1.0, 1.0), (1.0, 1.0, 1.0), (f64::NAN, 1.0, 1.0), (0.5, 0.0, 1.0), (0.5, 1.0, f64::INFINITY)]
        {
            assert!(CostModel::new(p_spoof, c_miss, c_fa).is_err());
        }
        let read: Result<CostModel, _> = serde_json::from_str(r#"{"p_spoof": 2, "c_miss": 1, "c_fa": 1}"#);
        assert!(read.unwrap_err().to_string().contains("p_spoof"));
    }
}
