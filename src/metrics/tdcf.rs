//! The tandem detection cost function (t-DCF): what a countermeasure is worth in front of a fixed speaker verifier (ASV).
//!
//! Kinnunen et al., *Tandem assessment of spoofing countermeasures and automatic speaker verification: fundamentals* (IEEE
//! TASLP 28, 2020), equations 10 and 11, as ASVspoof 2021 and 5 use it: (C0 + C1 Pmiss + C2 Pfa) / (C0 + min(C1, C2)); and the
//! form of ASVspoof 2019, which leaves C0 out. The operating point of the ASV comes with the data, or from ASV scores at
//! the threshold of its EER.

use serde::{Deserialize, Serialize};

use super::{
    dcf,
    det::{DetectionScores, OperatingPoint},
    eer::EerRule,
    tandem::{TandemCosts, TandemKey, TandemScores},
};
use crate::error::{Error, Result};

/// The errors of a speaker verifier at its threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AsvRates {
    /// Share of nontargets accepted.
    pub p_fa_nontarget: f64,
    /// Share of targets rejected.
    pub p_miss: f64,
    /// Share of spoofs accepted.
    pub p_fa_spoof: f64,
}

impl AsvRates {
    /// The organisers' ASV on the evaluation set of ASVspoof 5, as the package holds them.
    pub const ASVSPOOF5: Self = Self {
        p_fa_nontarget: 0.018_810_165_575_664_23,
        p_miss: 0.018_801_410_105_757_93,
        p_fa_spoof: 0.460_708_290_760_472_9,
    };

    /// The errors at the threshold of the EER between targets and nontargets by the package's rule, and that threshold.
    ///
    /// As in the package, a trial at the threshold itself is accepted, though the EER's own point rejects it. With
    /// few trials this shows: where all nontargets of a perfect ASV score alike, all of them count as accepted.
    ///
    /// # Errors
    /// None in truth: [`TandemScores`] holds finite scores of all kinds.
    pub fn at_eer_threshold(asv: &TandemScores) -> Result<(Self, f64)> {
        let [target, nontarget, spoof] =
            [TandemKey::Target, TandemKey::Nontarget, TandemKey::Spoof].map(|key| asv.of(key));
        let threshold = DetectionScores::new(&target, &nontarget)?.eer(EerRule::Official).threshold;
        let accepted = |scores: &[f64]| {
            (scores.len() - scores.partition_point(|score| *score < threshold)) as f64 / scores.len() as f64
        };
        let p_miss = target.partition_point(|score| *score < threshold) as f64 / target.len() as f64;
        let rates = Self { p_fa_nontarget: accepted(&nontarget), p_miss, p_fa_spoof: accepted(&spoof) };
        Ok((rates, threshold))
    }
}

impl Default for AsvRates {
    fn default() -> Self {
        Self::ASVSPOOF5
    }
}

/// Which t-DCF.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TdcfForm {
    /// Since 2020: errors of the ASV itself count, so that a perfect countermeasure does not reach 0.
    #[default]
    Revisited,
    /// ASVspoof 2019: only what the countermeasure adds; a perfect one has 0.
    Asvspoof2019,
}

/// C0, C1 and C2: what the ASV costs alone, and what the countermeasure's misses and false alarms cost.
fn constants(rates: &AsvRates, costs: &TandemCosts) -> Result<[f64; 3]> {
    for rate in [rates.p_fa_nontarget, rates.p_miss, rates.p_fa_spoof] {
        if !(0.0..=1.0).contains(&rate) {
            let message = format!("{rate} is not within 0 and 1");
            return Err(Error::config("asv_rates", message, "give the ASV's error rates as fractions"));
        }
    }
    let asv = costs.of_misses() * rates.p_miss + costs.of_nontargets() * rates.p_fa_nontarget;
    let (miss, false_alarm) = (costs.of_misses() - asv, costs.of_spoofs() * rates.p_fa_spoof);
    if miss > 0.0 && false_alarm > 0.0 {
        return Ok([asv, miss, false_alarm]);
    }
    Err(Error::data(
        "with this speaker verifier a countermeasure changes nothing: it errs too often, or accepts no spoof",
        "check the ASV's scores and keys, and that higher means the claimed speaker",
    ))
}

impl DetectionScores {
    /// The minimum of the normalised tandem cost of this countermeasure with a fixed ASV; at most 1.
    ///
    /// The threshold is the package's, as in [`min_dcf`](Self::min_dcf).
    ///
    /// # Errors
    /// Where the ASV's rates are out of range, or leave the countermeasure nothing to do.
    ///
    /// ```
    /// use rat::metrics::{AsvRates, DetectionScores, TandemCosts, TdcfForm};
    /// let perfect = DetectionScores::new(&[0.9, 0.8], &[0.2, 0.1])?;
    /// let cost = |form| perfect.min_tdcf(&AsvRates::ASVSPOOF5, &TandemCosts::ASVSPOOF5, form).map(|point| point.rate);
    /// assert!(cost(TdcfForm::Revisited)? > 0.0);
    /// assert_eq!(cost(TdcfForm::Asvspoof2019)?, 0.0);
    /// # Ok::<(), rat::Error>(())
    /// ```
    pub fn min_tdcf(&self, rates: &AsvRates, costs: &TandemCosts, form: TdcfForm) -> Result<OperatingPoint> {
        let [asv, miss, false_alarm] = constants(rates, costs)?;
        let asv = if form == TdcfForm::Revisited { asv } else { 0.0 };
        let trivial = asv + miss.min(false_alarm);
        let cost = |frr: f64, far: f64| (asv + miss * frr + false_alarm * far) / trivial;
        let (rate, distinct) = dcf::lowest_by(self.counts(), self.totals(), cost);
        Ok(OperatingPoint { rate, threshold: self.highest_rejected(distinct) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asv_that_errs_too_often_is_refused() {
        let scores = DetectionScores::new(&[0.9], &[0.1]).unwrap();
        let of = |p_miss, p_fa_spoof| {
            let rates = AsvRates { p_miss, p_fa_spoof, p_fa_nontarget: 0.01 };
            scores.min_tdcf(&rates, &TandemCosts::default(), TdcfForm::default())
        };
        assert!(of(0.02, 0.5).is_ok());
        assert!(of(1.0, 0.5).is_err() && of(0.02, 0.0).is_err() && of(f64::NAN, 0.5).is_err() && of(2.0, 0.5).is_err());
    }
}
