//! How the numbers of a page came about: what is needed to derive them again.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{
    document::Document,
    measure::{Llr, MeasureSettings},
    params,
    run::{Input, Run},
};
use crate::{error::Result, metrics::CostModel};

/// How the numbers of a page came about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Provenance {
    /// The command that rendered the page.
    pub command: Vec<String>,
    /// The version that rendered it.
    pub version: String,
    /// The git revision that it was built from, where that was known.
    pub revision: String,
    /// The document.
    pub document: String,
    /// Whether the program carries the document with it.
    pub built_in: bool,
    /// The scores that the document's parameters name.
    pub scores: Vec<PathBuf>,
    /// The costs of minDCF.
    pub costs: CostModel,
    /// The rules of both equal error rates.
    pub eer_rules: [String; 2],
    /// How intervals were made.
    pub intervals: String,
    /// How scores became log-likelihood ratios.
    pub llr: String,
    /// The files that were read.
    pub inputs: Vec<Input>,
}

impl Provenance {
    pub(super) fn of(
        document: &Document,
        command: &[String],
        settings: &MeasureSettings,
        runs: &[Run],
    ) -> Result<Self> {
        let llr = match settings.llr {
            Llr::None => "scores are not taken for log-likelihood ratios; actDCF and Cllr are left out".into(),
            Llr::AsGiven => "scores are log-likelihood ratios, as the user says".into(),
            Llr::FromProbability { training_prior } => {
                format!("logit of the probability, less that of the share of bona fide in training, {training_prior}")
            }
        };
        let mut inputs: Vec<Input> = runs.iter().flat_map(|run| run.inputs.clone()).collect();
        let protocol = params::read_settings(document)?.protocol;
        for path in protocol.into_iter().chain((!document.is_built_in()).then(|| document.path().to_owned())) {
            inputs.push(Input::of(&path)?);
        }
        let mut seen = std::collections::HashSet::new();
        inputs.retain(|input| seen.insert(input.path.clone()));
        Ok(Self {
            command: command.to_vec(),
            version: env!("CARGO_PKG_VERSION").into(),
            revision: option_env!("RAT_REVISION").unwrap_or("unknown").into(),
            document: document.path().to_string_lossy().into_owned(),
            built_in: document.is_built_in(),
            scores: params::paths(document)?,
            costs: settings.cost,
            eer_rules: ["official", "tie-merged"].map(String::from),
            intervals: if settings.resamples == 0 { "none".into() } else { settings.bootstrap().method() },
            llr,
            inputs,
        })
    }
}
