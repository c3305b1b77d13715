//! The detection cost function (DCF) and its minimum over thresholds, normalised by the better of the trivial decisions.
//!
//! ASVspoof 5 evaluation plan, equations 3 and 4; the order of the operations is that of the package's `compute_mindcf`, so
//! that results agree to the last bit.

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
    let mut rejected = Rejected::default();
    let mut best = (costs.cost(totals.frr(rejected), totals.far(rejected)), 0);
    for (index, (bonafide, spoof)) in counts.enumerate() {
        rejected.bonafide += bonafide;
        rejected.spoof += spoof;
        let cost = costs.cost(totals.frr(rejected), totals.far(rejected));
        if cost < best.0 {
            best = (cost, index + 1);
        }
    }
    (best.0 / costs.trivial(), best.1)
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
