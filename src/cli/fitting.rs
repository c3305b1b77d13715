//! What `calibrate` and `fuse` share: a map from scores to log-likelihood ratios is fitted or loaded, applied, said and saved.

use std::path::{Path, PathBuf};

use super::scores::{Destination, ReadArgs, parsed, read, with_remedy};
use crate::{
    error::{Error, Result},
    metrics::{CostModel, LlrScores, Scale},
    report::{Input, LlrMap, LlrQuality, Overlap, Source, assignment},
    tables::ScoreTable,
};

/// Where the map comes from and where it and the scores go.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Training")]
pub(super) struct FitArgs {
    /// Scores to train on, of development trials: one file a system, in the order of the systems.
    #[arg(long, value_name = "FILE[,FILE]", value_delimiter = ',', required_unless_present = "load")]
    train: Vec<PathBuf>,
    /// Protocol or key of the training trials, where their labels do not stand in the scores.
    #[arg(long, value_name = "FILE")]
    train_protocol: Option<PathBuf>,
    /// Train only on trials whose column has that value, as subset=progress; may be repeated.
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = |text: &str| assignment(text).map_err(with_remedy))]
    train_only: Vec<(String, String)>,
    /// Costs around whose operating point the ratios are to be best: asvspoof5, asvspoof2021, or P_SPOOF,C_MISS,C_FA.
    #[arg(long, value_name = "COSTS", default_value = "asvspoof5", value_parser = parsed::<CostModel>)]
    costs: CostModel,
    /// What the scores are: of a probability the logit is taken first.
    #[arg(long, default_value = "none", value_parser = ["none", "probability", "llr"])]
    scale: String,
    /// Train though the trials are those that the result is for; it is said, and written down.
    #[arg(long)]
    allow_train_on_eval: bool,
    /// Keep what was fitted, with its provenance, as JSON.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Train nothing: apply what --save kept.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["train", "train_protocol", "train_only", "costs", "scale", "save"])]
    load: Option<PathBuf>,
    /// Where to write the scores, a table by its ending: .parquet, else CSV; - for standard output.
    #[arg(long, value_name = "FILE", help_heading = "Writing")]
    output: PathBuf,
}

/// Fits or loads, applies, says and writes.
///
/// # Errors
/// Where a file cannot be read or written, the trials do not fit, or the training trials are those of the evaluation.
pub(super) fn run(files: &[PathBuf], args: &FitArgs, reading: &ReadArgs) -> Result<()> {
    if args.load.is_none() && args.train.len() != files.len() {
        let message = format!("{} training files for {} score files", args.train.len(), files.len());
        return Err(Error::config("train", message, "name one training file for each system, in the same order"));
    }
    let destination = args.open(&args.output, files, reading)?;
    let record = args.save.as_ref().map(|path| args.open_record(path, files, reading)).transpose()?;
    let reader = reading.reader()?;
    let sources = files.iter().map(|path| read(&reader, path)).collect::<Result<Vec<_>>>()?;
    let map = match &args.load {
        Some(path) => args.loaded(path, &sources)?,
        None => args.fitted(&sources, reading)?,
    };
    say_map(&map);
    let systems = named(&sources);
    let llrs = map.apply(&systems)?;
    say_quality(&map, &systems, &llrs)?;
    destination.write(llrs.to_bytes(&args.output)?)?;
    record.map_or(Ok(()), |record| record.write(map.to_json()))
}

impl FitArgs {
    fn open(&self, path: &Path, files: &[PathBuf], reading: &ReadArgs) -> Result<Destination> {
        let protocols = self.train_protocol.iter().chain(reading.protocol()).chain(&self.load);
        Destination::open(path, files.iter().chain(&self.train).chain(protocols))
    }

    fn open_record(&self, path: &Path, files: &[PathBuf], reading: &ReadArgs) -> Result<Destination> {
        if path == self.output {
            let message = format!("{} is where the scores go", path.display());
            return Err(Error::config("save", message, "save to another file"));
        }
        self.open(path, files, reading)
    }

    fn loaded(&self, path: &Path, sources: &[Source]) -> Result<LlrMap> {
        let map = LlrMap::read(path)?;
        for source in sources {
            let input = Input::of(&source.path)?;
            if map.trained_on.iter().any(|trained| trained.sha256 == input.sha256) {
                let what = format!("{} is a file that {} was trained on", source.path.display(), path.display());
                self.refuse_or_warn(&what)?;
            }
        }
        if map.trained_on_evaluation {
            eprintln!("warning: {} was trained on the trials it was made for", path.display());
        }
        Ok(map)
    }

    fn fitted(&self, sources: &[Source], reading: &ReadArgs) -> Result<LlrMap> {
        let reader = reading.training_reader(self.train_protocol.as_ref(), &self.train_only)?;
        let trained = self.train.iter().map(|path| read(&reader, path)).collect::<Result<Vec<_>>>()?;
        let trained_on_evaluation = self.check_overlap(&trained, sources)?;
        let scale = if self.scale == "none" { Scale::Unknown } else { self.scale.parse()? };
        let map = LlrMap::fit(&named(&trained), self.costs, scale)?;
        let files = self.train.iter().chain(&self.train_protocol);
        let trained_on = files.map(|path| Input::of(path)).collect::<Result<_>>()?;
        Ok(LlrMap { trained_on, trained_on_evaluation, ..map })
    }

    /// Whether the training trials are those of the evaluation, which is refused unless allowed.
    fn check_overlap(&self, trained: &[Source], sources: &[Source]) -> Result<bool> {
        let mut same = false;
        for (train, source) in trained.iter().flat_map(|train| sources.iter().map(move |source| (train, source))) {
            let overlap = Overlap::between(&train.table, &source.table)?;
            let (train, source) = (train.path.display(), source.path.display());
            let shared = format!("{train} and {source} share {} trials", overlap.shared);
            if overlap.is_most() && !same {
                let share = 100.0 * overlap.share;
                self.refuse_or_warn(&format!(
                    "{shared}, {share:.0} % of the smaller: it would be measured on what it was trained on"
                ))?;
                same = true;
            } else if overlap.shared > 0 && !same {
                eprintln!("warning: {shared}");
            }
        }
        Ok(same)
    }

    fn refuse_or_warn(&self, what: &str) -> Result<()> {
        if self.allow_train_on_eval {
            eprintln!("warning: {what}; the measures will flatter");
            return Ok(());
        }
        let remedy = "train on development trials; --allow-train-on-eval does it all the same, and writes it down";
        Err(Error::config("train", what, remedy))
    }
}

fn named(sources: &[Source]) -> Vec<(String, &ScoreTable)> {
    sources.iter().map(|source| (source.path.display().to_string(), &source.table)).collect()
}

fn say_map(map: &LlrMap) {
    let LlrMap { bonafide, spoof, prior_bonafide, costs, offset, .. } = map;
    eprintln!(
        "note: trained on {bonafide} bona fide and {spoof} spoof trials; prior of bona fide {prior_bonafide:.4}, which the costs {costs} ask for"
    );
    let of = if map.scale == Scale::Probability { " of the logit" } else { "" };
    match map.weights[..] {
        [scale] => eprintln!("note: scale{of} {scale}, offset {offset}"),
        _ => {
            for (system, weight) in map.systems.iter().zip(&map.weights) {
                eprintln!("note: weight{of} {weight} for {system}");
            }
            eprintln!("note: offset {offset}");
        }
    }
    for (system, weight) in map.systems.iter().zip(&map.weights).filter(|(_, weight)| **weight <= 0.0) {
        eprintln!("warning: {system} has the weight {weight}: there, higher scores speak for spoof");
    }
}

/// Measures before and after, where the trials are labelled.
fn say_quality(map: &LlrMap, systems: &[(String, &ScoreTable)], llrs: &ScoreTable) -> Result<()> {
    let Some(after) = LlrQuality::of(llrs, &map.costs)? else {
        eprintln!("note: without labels of both classes nothing is measured");
        return Ok(());
    };
    for (name, table) in systems {
        let logits = |scores: &[f64]| -> Vec<f64> {
            scores.iter().map(|&score| LlrScores::of_probability(score, 0.5)).collect()
        };
        let before = match map.scale {
            Scale::Probability => LlrQuality::of(&table.with_scores(&logits(table.scores()))?, &map.costs)?,
            _ => LlrQuality::of(table, &map.costs)?,
        };
        match (before, map.scale) {
            (None, _) => {}
            (Some(before), Scale::Unknown) => eprintln!("note: before: {} ({name})", before.of_order()),
            (Some(before), Scale::Llr) => eprintln!("note: before: {before} ({name})"),
            (Some(before), Scale::Probability) => eprintln!("note: before, as logits: {before} ({name})"),
        }
    }
    eprintln!("note: after: {after}");
    Ok(())
}
