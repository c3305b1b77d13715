//! Spoofing-robust speaker verification: trials are target, nontarget or spoof, and the architecture-agnostic detection
//! cost function (a-DCF) judges one score for all three.
//!
//! Shim et al., *a-DCF: an architecture agnostic metric with application to spoofing-robust speaker verification* (Odyssey
//! 2024); thresholds and costs as in the ASVspoof 5 evaluation package (`a_dcf.py`), track 2. The cascade of a countermeasure
//! and a speaker verifier is in [`min_tdcf`](super::DetectionScores::min_tdcf) and [`t_eer`](super::t_eer).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::det::OperatingPoint;
use crate::error::{Error, Result};

/// Who speaks in a trial of speaker verification, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TandemKey {
    /// The claimed speaker in person: the only one to accept.
    Target,
    /// Another speaker in person.
    Nontarget,
    /// A made voice.
    Spoof,
}

impl fmt::Display for TandemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Target => "target",
            Self::Nontarget => "nontarget",
            Self::Spoof => "spoof",
        })
    }
}

impl FromStr for TandemKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "target" => Ok(Self::Target),
            "nontarget" => Ok(Self::Nontarget),
            "spoof" => Ok(Self::Spoof),
            _ => Err(Error::data(format!("`{text}` is no key"), "use target, nontarget or spoof")),
        }
    }
}

/// How probable the three kinds are, and what errors cost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedTandemCosts")]
pub struct TandemCosts {
    p_target: f64,
    p_nontarget: f64,
    p_spoof: f64,
    c_miss: f64,
    c_fa_nontarget: f64,
    c_fa_spoof: f64,
}

impl TandemCosts {
    /// ASVspoof 5, track 2 (and the t-DCF of 2019 and 2021): spoof 0.05; of the rest 99 % target; a miss 1, either false
    /// alarm 10.
    pub const ASVSPOOF5: Self = Self {
        p_target: (1.0 - 0.05) * 0.99,
        p_nontarget: (1.0 - 0.05) * 0.01,
        p_spoof: 0.05,
        c_miss: 1.0,
        c_fa_nontarget: 10.0,
        c_fa_spoof: 10.0,
    };

    /// The a-DCF paper's own: target 0.9, nontarget and spoof 0.05 each; a miss 1, a nontarget accepted 10, a spoof 20.
    pub const ADCF_PAPER: Self =
        Self { p_target: 0.9, p_nontarget: 0.05, p_spoof: 0.05, c_miss: 1.0, c_fa_nontarget: 10.0, c_fa_spoof: 20.0 };

    /// Other costs: the priors of target, nontarget and spoof, and the costs of a miss, a nontarget and a spoof accepted.
    ///
    /// # Errors
    /// Where the priors are not between 0 and 1 with sum 1, or a cost is not above 0.
    pub fn new(priors: [f64; 3], c_miss: f64, c_fa_nontarget: f64, c_fa_spoof: f64) -> Result<Self> {
        let [p_target, p_nontarget, p_spoof] = priors;
        let inside = priors.iter().all(|prior| *prior > 0.0 && *prior < 1.0);
        // The package's own tolerance.
        if !inside || (p_target + p_nontarget + p_spoof - 1.0).abs() > 1e-10 {
            let message = format!("{p_target}, {p_nontarget} and {p_spoof} are not priors with sum 1");
            let remedy = "give the shares of target, nontarget and spoof, as 0.9405, 0.0095 and 0.05";
            return Err(Error::config("tandem_priors", message, remedy));
        }
        for cost in [c_miss, c_fa_nontarget, c_fa_spoof] {
            if !(cost > 0.0 && cost.is_finite()) {
                let message = format!("{cost} is not a number above 0");
                return Err(Error::config("tandem_costs", message, "give a cost above 0, as 1 for a miss"));
            }
        }
        Ok(Self { p_target, p_nontarget, p_spoof, c_miss, c_fa_nontarget, c_fa_spoof })
    }

    /// What missing all targets costs.
    pub fn of_misses(&self) -> f64 {
        self.c_miss * self.p_target
    }

    /// What accepting all nontargets costs.
    pub fn of_nontargets(&self) -> f64 {
        self.c_fa_nontarget * self.p_nontarget
    }

    /// What accepting all spoofs costs.
    pub fn of_spoofs(&self) -> f64 {
        self.c_fa_spoof * self.p_spoof
    }
}

impl Default for TandemCosts {
    fn default() -> Self {
        Self::ASVSPOOF5
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedTandemCosts {
    p_target: f64,
    p_nontarget: f64,
    p_spoof: f64,
    c_miss: f64,
    c_fa_nontarget: f64,
    c_fa_spoof: f64,
}

impl TryFrom<UncheckedTandemCosts> for TandemCosts {
    type Error = Error;

    fn try_from(costs: UncheckedTandemCosts) -> Result<Self> {
        let priors = [costs.p_target, costs.p_nontarget, costs.p_spoof];
        Self::new(priors, costs.c_miss, costs.c_fa_nontarget, costs.c_fa_spoof)
    }
}

/// The scores of one system on trials of all three kinds, sorted; higher is more surely the target in person.
///
/// ```
/// use rat::metrics::{TandemCosts, TandemKey::{Nontarget, Spoof, Target}, TandemScores};
/// let trials = [(0.9, Target), (0.6, Target), (0.2, Nontarget), (0.7, Spoof), (0.1, Spoof)];
/// let cost = TandemScores::new(trials)?.a_dcf(&TandemCosts::ASVSPOOF5);
/// assert!((cost.rate - 0.25 / 0.595).abs() < 1e-12 && cost.threshold == 0.2);
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TandemScores {
    /// Ascending; in a tie target, nontarget, spoof.
    trials: Vec<(f64, TandemKey)>,
    totals: KeyCounts,
}

/// How many trials of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct KeyCounts([usize; 3]);

impl KeyCounts {
    pub(super) fn add(&mut self, key: TandemKey) {
        self.0[key as usize] += 1;
    }

    pub(super) fn of(self, key: TandemKey) -> usize {
        self.0[key as usize]
    }

    /// The share rejected where so many of `totals` are.
    pub(super) fn share(self, totals: Self, key: TandemKey) -> f64 {
        self.of(key) as f64 / totals.of(key) as f64
    }
}

impl TandemScores {
    /// Sorts the scores.
    ///
    /// # Errors
    /// Where a score is not finite, or there is no target, no nontarget or no spoof.
    pub fn new(trials: impl IntoIterator<Item = (f64, TandemKey)>) -> Result<Self> {
        let mut trials: Vec<(f64, TandemKey)> = trials.into_iter().map(|(score, key)| (score + 0.0, key)).collect();
        if let Some(place) = trials.iter().position(|trial| !trial.0.is_finite()) {
            return Err(Error::data(
                format!("score {} of {} trials is {}", place + 1, trials.len(), trials[place].0),
                "find out why the model gave no number for it; a score is never left out silently",
            ));
        }
        let mut totals = KeyCounts::default();
        trials.iter().for_each(|trial| totals.add(trial.1));
        for key in [TandemKey::Target, TandemKey::Nontarget, TandemKey::Spoof] {
            if totals.of(key) == 0 {
                let remedy = "give trials of all three keys: target, nontarget and spoof";
                return Err(Error::data(format!("no {key} trial among the scores"), remedy));
            }
        }
        trials.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        Ok(Self { trials, totals })
    }

    /// How many trials have this key.
    pub fn count(&self, key: TandemKey) -> usize {
        self.totals.of(key)
    }

    /// The scores of the trials with this key, ascending.
    pub fn of(&self, key: TandemKey) -> Vec<f64> {
        self.trials.iter().filter(|trial| trial.1 == key).map(|trial| trial.0).collect()
    }

    /// The lowest architecture-agnostic cost, over that of the better trivial decision; at most 1.
    ///
    /// The threshold is the package's: the highest rejected score (the lowest score less 1e-8 where all is accepted).
    pub fn a_dcf(&self, costs: &TandemCosts) -> OperatingPoint {
        let trivial = costs.of_misses().min(costs.of_nontargets() + costs.of_spoofs());
        let mut best = OperatingPoint { rate: f64::INFINITY, threshold: f64::NAN };
        for (rejected, threshold) in self.curve(1e-8) {
            let far = |key| (self.count(key) - rejected.of(key)) as f64 / self.count(key) as f64;
            let cost = costs.of_misses() * rejected.share(self.totals, TandemKey::Target)
                + costs.of_nontargets() * far(TandemKey::Nontarget)
                + costs.of_spoofs() * far(TandemKey::Spoof);
            let rate = cost / trivial;
            if rate < best.rate {
                best = OperatingPoint { rate, threshold };
            }
        }
        best
    }

    /// What each threshold rejects, from nothing to all, one point a trial; the first threshold is `margin` below the lowest
    /// score, the others are the scores rejected last.
    pub(super) fn curve(&self, margin: f64) -> impl Iterator<Item = (KeyCounts, f64)> + '_ {
        let mut rejected = KeyCounts::default();
        let first = [(rejected, self.trials[0].0 - margin)].into_iter();
        first.chain(self.trials.iter().map(move |&(score, key)| {
            rejected.add(key);
            (rejected, score)
        }))
    }

    pub(super) fn totals(&self) -> KeyCounts {
        self.totals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_priors_are_the_plans() {
        let costs = TandemCosts::ASVSPOOF5;
        assert!((costs.of_misses() - 0.9405).abs() < 1e-15 && (costs.of_nontargets() - 0.095).abs() < 1e-15);
        let text = serde_json::to_string(&costs).unwrap();
        assert_eq!(serde_json::from_str::<TandemCosts>(&text).unwrap(), costs);
        assert!(TandemCosts::new([0.5, 0.5, 0.5], 1.0, 1.0, 1.0).is_err());
        assert!(TandemCosts::new([0.5, 0.25, 0.25], 1.0, 0.0, 1.0).is_err());
    }

    #[test]
    fn keys_are_read_back_and_all_needed() {
        for key in [TandemKey::Target, TandemKey::Nontarget, TandemKey::Spoof] {
            assert_eq!(key.to_string().parse::<TandemKey>().unwrap(), key);
        }
        let refused = TandemScores::new([(0.1, TandemKey::Target), (0.2, TandemKey::Spoof)]).unwrap_err();
        assert!(refused.to_string().contains("no nontarget"), "{refused}");
        assert!(TandemScores::new([(f64::NAN, TandemKey::Target)]).is_err());
    }
}
