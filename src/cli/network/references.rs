//! How `score` draws references, or takes those of a pairing file.

use std::path::PathBuf;

use super::console;
use crate::{
    cli::scores::one_of,
    data::{Corpus, Enrolment, Pairing, ReferenceDraw, SelfReference, Split},
    error::{Error, Result},
    trial::Trial,
};

/// Which references trials get.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "References")]
pub(super) struct ReferenceArgs {
    /// References to use; drawn from the seed and written down where not given.
    #[arg(long, value_name = "FILE")]
    pub(super) pairing: Option<PathBuf>,
    /// Let a recording be its own reference where its speaker has no other.
    #[arg(long)]
    pub(super) allow_self_reference: bool,
    /// How a speaker's recordings are heard: one is drawn, or all of an enrolment list are, their frames one after the other, or
    /// each by itself with the attention's output averaged.
    #[arg(long, value_name = "HOW", default_value = "one", value_parser = one_of::<Enrolment, _>(Enrolment::ALL))]
    pub(super) enrolment: Enrolment,
    /// Recordings a speaker that are heard; needed where the corpus has no enrolment lists.
    #[arg(long, value_name = "K", conflicts_with = "pairing")]
    pub(super) enrolment_size: Option<usize>,
    /// Draw a mismatched reference for each trial, rather than one for all trials of a reference: another recording to encode a trial.
    #[arg(long, conflicts_with = "pairing")]
    pub(super) mismatched_per_trial: bool,
}

impl ReferenceArgs {
    /// Refuses what would do nothing.
    pub(super) fn check(&self) -> Result<()> {
        if self.enrolment == Enrolment::One && self.enrolment_size.is_some() {
            let remedy = "give --enrolment concatenate or --enrolment average with it, or leave it out";
            return Err(Error::config("enrolment-size", "only one recording of a speaker is heard", remedy));
        }
        Ok(())
    }

    /// Whether each trial draws one reference and one mismatched one.
    pub(super) fn are_drawn_as_usual(&self) -> bool {
        self.pairing.is_none() && self.enrolment == Enrolment::One && !self.mismatched_per_trial
    }

    /// The references that were given, checked against the corpus, else drawn.
    pub(super) fn pairing(&self, corpus: &Corpus, split: Split, trials: &[Trial], seed: u64) -> Result<Pairing> {
        let own_recording = SelfReference::allowed(self.allow_self_reference);
        let pool = corpus.references(split, trials)?;
        let &Self { enrolment, enrolment_size, mismatched_per_trial, .. } = self;
        let how = ReferenceDraw { seed, own_recording, mismatched_per_trial, enrolment, enrolment_size };
        let Some(path) = &self.pairing else { return Pairing::draw_as(&pool, trials, &how) };
        let pairing = Pairing::read_with(path, own_recording)?.heard_as(enrolment)?;
        pairing.check(trials, &pool)?;
        let surplus = pairing.rows.len().saturating_sub(trials.len());
        if surplus > 0 {
            let path = path.display();
            console::say(format!("{path}: {surplus} of its rows are of trials that are not among those of {split}"));
        }
        Ok(pairing)
    }
}
