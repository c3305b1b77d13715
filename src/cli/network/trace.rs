//! `trace`: the contribution of the reference, for every checkpoint of a run.

use std::path::PathBuf;

use super::{
    arguments::{DataArgs, DeviceArgs, listing},
    console, devices,
    experiment::{SCORING_BATCH, spread},
    hooks::FEATURE_BYTES,
};
use crate::{
    cli::print,
    contribution::{TraceTask, measure},
    data::{Pairing, SelfReference, Split},
    error::{Error, Result},
    model::{Detector, FeatureStore, RecordingSource},
    output::OutputFile,
    tables::{ContributionTable, TrainingHistory},
    train::RunDirectory,
};

/// Measure how much the reference contributes, epoch by epoch.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  rat-report trace --run runs/rat --root /data/ASVspoof5 --split dev --trials 256")]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    device: DeviceArgs,
    /// The run directory.
    #[arg(long, value_name = "DIR")]
    run: PathBuf,
    /// train, dev or eval.
    #[arg(long, default_value = "dev")]
    split: Split,
    /// Trials to measure on, evenly spread over the labelled ones.
    #[arg(long, default_value_t = 96)]
    trials: usize,
    /// Where to write [default: the run's contribution.csv].
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let run = RunDirectory::open(&args.run)?;
    let config = run.config()?;
    if args.split != Split::Dev && args.output.is_none() {
        let message = format!("the run's own table is measured on dev, not on {}", args.split);
        return Err(Error::config("output", message, "name a file for it with --output FILE"));
    }
    let path = args.output.clone().unwrap_or_else(|| run.file("contribution.csv"));
    drop(OutputFile::create(&path)?);
    let history = TrainingHistory::read(run.file("history.csv"))?;
    if history.rows.is_empty() {
        let message = format!("{} holds no trained epoch", run.path().display());
        return Err(Error::data(message, "train first, with rat-report train"));
    }
    let device = devices::open(&args.device.device)?;
    let corpus = args.data.open()?;
    let mut trials = listing(&corpus, args.split)?.trials();
    trials.retain(|trial| trial.label.is_some());
    let pool = corpus.references(args.split, &trials)?;
    let alone = if config.allow_self_reference { SelfReference::WhereAlone } else { SelfReference::Never };
    let pairing = Pairing::draw_from(&pool, &trials, config.recipe.seed, alone)?;
    let task = TraceTask { trials: &spread(&trials, args.trials), pairing: &pairing, batch: SCORING_BATCH };
    let source = RecordingSource { corpus: &corpus, split: args.split, seed: config.recipe.seed };
    let mut table = ContributionTable::default();
    let bar = console::bar("tracing", history.rows.len());
    for row in &history.rows {
        let checkpoint = run.checkpoint(row.epoch);
        let detector = Detector::load_as(checkpoint, &config.encoder, config.classifier, &device.device)?;
        let mut store = FeatureStore::new(&detector.encoder, &device.device, source, FEATURE_BYTES);
        table.rows.extend(measure(&detector, &mut store, &task, row.epoch, &row.stage)?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    table.write(&path)?;
    console::say("the contribution table:");
    print(&format!("{}\n", path.display()))
}
