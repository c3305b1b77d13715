//! Measures of detection: EER, minDCF, DET curves, and how sure they are.
//!
//! Formulas follow the ASVspoof 5 evaluation plan and its package; each file names its own source. Scores grow with
//! the belief in bona fide. Rates are fractions. Nothing here reads a file.

pub mod bootstrap;
mod calibration;
mod cllr;
mod dcf;
mod det;
mod eer;
mod estimate;
mod llr;
mod logistic;
mod mt19937;
mod pav;
mod probit;
mod resample;
mod rocch;
mod t_eer;
mod tandem;
mod tdcf;

pub use bootstrap::{Intervals, Resampling};
pub use calibration::{Calibration, Fusion};
pub use dcf::CostModel;
pub use det::{DetPoint, DetectionScores, OperatingPoint};
pub use eer::EerRule;
pub use estimate::Estimate;
pub(crate) use estimate::percentiles;
pub use llr::{BayesErrorPoint, LlrScores, Scale};
pub use mt19937::Mt19937;
pub use pav::CalibratedScore;
pub use probit::{normal_cdf, probit};
pub use resample::LabelledScores;
pub use t_eer::{TandemPoint, TandemTrial, t_eer};
pub use tandem::{TandemCosts, TandemKey, TandemScores};
pub use tdcf::{AsvRates, TdcfForm};
