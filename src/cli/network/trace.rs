//! `trace`: the contribution of the reference, for every checkpoint of a run or for files that are named.

use std::path::{Path, PathBuf};

use super::{
    arguments::{DataArgs, DeviceArgs, listing},
    console, devices,
    experiment::{SCORING_BATCH, spread, verify},
    hooks::FEATURE_BYTES,
    page,
    traced::{TraceSettings, Traced, trials_sha256},
};
use crate::{
    checkpoint::fingerprint,
    cli::{print, scores::one_of},
    contribution::{Contribution, TraceTask, trace},
    data::{Corpus, Pairing, SelfReference, Split},
    device::ComputeDevice,
    error::{Error, Result},
    model::{Conditioning, Detector, FeatureStore, RecordingSource},
    output::OutputFile,
    train::{RunConfig, RunDirectory},
    trial::Trial,
};

/// Measure how much the reference contributes, epoch by epoch and layer by layer.
#[derive(Debug, clap::Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Writes contribution.csv and, layer by layer, contribution_layers.csv. An epoch that was measured before on the same trials and of \
the same checkpoint is not measured again.

Examples:
  rat-report trace --run runs/rat --root /data/ASVspoof5 --split dev --trials 256
  rat-report trace --run runs/rat --root /data/ASVspoof5 --epoch 1,11 --output first-and-last.csv
  rat-report trace --checkpoint authors.pt --root /data/ASVspoof5 --output authors.csv"
)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    device: DeviceArgs,
    /// The run directory.
    #[arg(long, value_name = "DIR", required_unless_present = "checkpoint")]
    run: Option<PathBuf>,
    /// Networks in place of a run's, separated by commas; counted as epochs 1, 2... in this order.
    #[arg(long, value_name = "FILE", value_delimiter = ',', conflicts_with = "run", requires = "output")]
    checkpoint: Vec<PathBuf>,
    /// Only these epochs, separated by commas [default: all].
    #[arg(long, value_name = "N", value_delimiter = ',')]
    epoch: Vec<usize>,
    /// The split to measure on.
    #[arg(long, value_name = "SPLIT", default_value = "dev", value_parser = one_of::<Split, _>(Split::ALL))]
    split: Split,
    /// Trials to measure on, evenly spread over the labelled ones.
    #[arg(long, default_value_t = 96)]
    trials: usize,
    /// The seed of references and noise [default: the run's, or 0].
    #[arg(long)]
    seed: Option<u64>,
    /// Measure again what is measured already: all epochs, or those of --epoch.
    #[arg(long)]
    fresh: bool,
    /// Where to write [default: the run's contribution.csv].
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// A network to measure.
struct Station {
    epoch: usize,
    stage: String,
    checkpoint: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let run = args.run.as_ref().map(RunDirectory::open).transpose()?;
    let config = run.as_ref().map(RunDirectory::config).transpose()?;
    config.as_ref().map_or(Ok(()), |config| check_classifier(config.classifier))?;
    let path = output(args, run.as_ref())?;
    let stations = stations(args, run.as_ref())?;
    let device = devices::open(&args.device.device)?;
    let corpus = args.data.open()?;
    let mut trials = listing(&corpus, args.split)?.trials();
    trials.retain(|trial| trial.label.is_some());
    let seed = args.seed.or(config.as_ref().map(|config| config.recipe.seed)).unwrap_or(0);
    let pairing = pairing(&corpus, args.split, &trials, seed, config.as_ref())?;
    let trials = spread(&trials, args.trials);
    let settings = TraceSettings {
        data: corpus.name().into(),
        split: args.split.to_string(),
        seed,
        trials: trials.len(),
        trials_sha256: trials_sha256(&trials, &pairing)?,
    };
    let mut traced = earlier(args, &path, settings)?;
    let task = TraceTask { trials: &trials, pairing: &pairing, batch: SCORING_BATCH };
    let source = RecordingSource { corpus: &corpus, split: args.split, seed };
    let bar = console::bar("tracing", stations.len());
    for station in &stations {
        let sha256 = fingerprint(&station.checkpoint)?;
        if traced.has(station.epoch, &sha256) {
            console::say(format!("epoch {} is measured already; --fresh measures it again", station.epoch));
        } else {
            let detector = load(station, config.as_ref(), &device)?;
            traced.put(station.epoch, sha256, measured(station, &detector, source, &task, &device)?)?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    if let Some(run) = run.filter(|_| args.output.is_none()) {
        page::grow(&run)?;
    }
    console::say("the contribution table, and beside it that of the layers:");
    print(&format!("{}\n", path.display()))
}

/// References of all labelled trials, drawn as the run draws them.
fn pairing(corpus: &Corpus, split: Split, trials: &[Trial], seed: u64, config: Option<&RunConfig>) -> Result<Pairing> {
    let alone = SelfReference::allowed(config.is_some_and(|config| config.allow_self_reference));
    Pairing::draw_from(&corpus.references(split, trials)?, trials, seed, alone)
}

fn measured(
    station: &Station,
    detector: &Detector,
    source: RecordingSource<'_>,
    task: &TraceTask<'_>,
    device: &ComputeDevice,
) -> Result<Contribution> {
    let mut store = FeatureStore::new(&detector.encoder, &device.device, source, FEATURE_BYTES);
    trace(detector, &mut store, task, station.epoch, &station.stage)
}

fn check_classifier(classifier: Conditioning) -> Result<()> {
    if classifier == Conditioning::Reference {
        return Ok(());
    }
    let message = format!("{classifier} takes no reference, so none contributes to it");
    Err(Error::config("classifier", message, "trace a network that was trained with references: RAT"))
}

/// Where the table goes; it is tried before the work.
fn output(args: &Args, run: Option<&RunDirectory>) -> Result<PathBuf> {
    if args.split != Split::Dev && args.output.is_none() {
        let message = format!("the run's own table is measured on dev, not on {}", args.split);
        return Err(Error::config("output", message, "name a file for it with --output FILE"));
    }
    let own = run.map(|run| run.file("contribution.csv"));
    let path = args.output.clone().or(own).unwrap_or_else(|| "contribution.csv".into());
    if args.output.is_some() {
        Traced::check_places(&path)?;
    }
    drop(OutputFile::create(&path)?);
    Ok(path)
}

/// The epochs that were trained, or the files that were named; of them those that are asked for.
fn stations(args: &Args, run: Option<&RunDirectory>) -> Result<Vec<Station>> {
    let mut stations: Vec<Station> = match run {
        None => {
            let named = args.checkpoint.iter().enumerate();
            named.map(|(at, path)| Station { epoch: at + 1, stage: "given".into(), checkpoint: path.clone() }).collect()
        }
        Some(run) => {
            let rows = run.history()?.rows.into_iter();
            rows.map(|row| Station { epoch: row.epoch, stage: row.stage, checkpoint: run.checkpoint(row.epoch) })
                .collect()
        }
    };
    if let Some(unknown) = args.epoch.iter().find(|&&epoch| stations.iter().all(|known| known.epoch != epoch)) {
        let message = format!("there is no epoch {unknown}");
        return Err(Error::config("epoch", message, format!("there are epochs 1 to {}", stations.len())));
    }
    stations.retain(|station| args.epoch.is_empty() || args.epoch.contains(&station.epoch));
    if let Some(missing) = stations.iter().find(|station| !station.checkpoint.is_file()) {
        let message =
            format!("the checkpoint of epoch {} is not there: {}", missing.epoch, missing.checkpoint.display());
        return Err(Error::data(message, "name the epochs that are there, with --epoch"));
    }
    if let Some(run) = run {
        stations.iter().try_for_each(|station| verify(run, &station.checkpoint))?;
    }
    Ok(stations)
}

/// What was measured before and need not be again. Rows that were measured otherwise go, unless only some epochs are asked for:
/// then the table would lack the others.
fn earlier(args: &Args, path: &Path, settings: TraceSettings) -> Result<Traced> {
    let mut traced = Traced::open(path, settings, args.fresh && args.epoch.is_empty())?;
    if args.fresh {
        traced.forget(&args.epoch);
    }
    let Some(why) = &traced.dropped else { return Ok(traced) };
    if !args.epoch.is_empty() {
        let message = format!("the rows of {} {why}", path.display());
        return Err(Error::config("epoch", message, "leave --epoch out, or name another file with --output"));
    }
    console::say(format!("the rows of {} {why}: all epochs are measured anew", path.display()));
    Ok(traced)
}

fn load(station: &Station, config: Option<&RunConfig>, device: &ComputeDevice) -> Result<Detector> {
    match config {
        Some(config) => Detector::load_as(&station.checkpoint, &config.encoder, config.classifier, &device.device),
        None => {
            let detector = Detector::load(&station.checkpoint, &device.device)?;
            check_classifier(detector.conditioning())?;
            Ok(detector)
        }
    }
}
