//! What scores are worth before and after calibration, in one line.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    error::Result,
    metrics::{CostModel, DetectionScores, EerRule, LlrScores},
    tables::ScoreTable,
};

/// The measures that calibration and fusion are to better.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LlrQuality {
    /// Equal error rate by the official rule, which a calibration leaves as it is.
    pub eer: f64,
    /// The minimum of the detection cost, too.
    pub min_dcf: f64,
    /// The detection cost at the Bayes threshold.
    pub act_dcf: f64,
    /// The cost of the log-likelihood ratio, in bits.
    pub cllr: f64,
    /// What of it no calibration can take away.
    pub min_cllr: f64,
}

impl LlrQuality {
    /// Measures scores as log-likelihood ratios; `None` where a class has no labelled trial.
    ///
    /// # Errors
    /// Where a score is not finite.
    pub fn of(table: &ScoreTable, costs: &CostModel) -> Result<Option<Self>> {
        let (bonafide, spoof) = (table.bonafide(), table.spoof());
        if bonafide.is_empty() || spoof.is_empty() {
            return Ok(None);
        }
        let llrs = LlrScores::declared(DetectionScores::new(&bonafide, &spoof)?);
        Ok(Some(Self {
            eer: llrs.detection().eer(EerRule::Official).rate,
            min_dcf: llrs.detection().min_dcf(costs).rate,
            act_dcf: llrs.act_dcf(costs).rate,
            cllr: llrs.cllr(),
            min_cllr: llrs.min_cllr(),
        }))
    }

    /// What the order of the scores alone decides.
    pub fn of_order(&self) -> String {
        let Self { eer, min_dcf, min_cllr, .. } = self;
        format!("EER {:.2} %, minDCF {min_dcf:.4}, minCllr {min_cllr:.4}", 100.0 * eer)
    }
}

/// All measures.
impl fmt::Display for LlrQuality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, Cllr {:.4}, actDCF {:.4}", self.of_order(), self.cllr, self.act_dcf)
    }
}
