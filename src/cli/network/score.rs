//! `score`: a checkpoint, trials and conditions become score tables, in one pass.

use std::path::{Path, PathBuf};

use super::{
    arguments::{DataArgs, FeedingArgs, PRECISIONS, listing, say_bad},
    console, devices,
    experiment::{SCORING_BATCH, best_network, list_bad, verify},
    hooks::FEATURE_BYTES,
    origin::{Origin, scoring},
    part::{self, Part},
    references::ReferenceArgs,
    self_check::self_check,
};
use crate::{
    cli::{
        print,
        scores::{one_of, parsed},
    },
    condition::ReferenceCondition,
    data::Split,
    device::{ComputeDevice, Precision},
    error::{Error, Result},
    loader::{BadRecordings, Shard},
    model::{Batching, Conditioning, Detector, FeatureStore, RecordingSource},
    output::{OutputFile, OutputFolder},
    protocol::Protocol,
    score::{ScoreTask, Scored, ScoresSoFar, Station, score_on},
    tables::{RunRecord, ScoreTable, is_run_directory},
    train::{RunConfig, RunDirectory},
};

/// Score a split with a trained network under reference conditions, all in one pass.
#[derive(Debug, clap::Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Conditions: matched, mismatched, zeroed, absent, silence, noise, snr:DB, duration:SECS, own.

Examples:
  rat-report score --run runs/rat --root /data/ASVspoof5 --split eval
  rat-report score --run runs/rat --root /data/ASVspoof5 --condition matched,snr:10,duration:1 --output scores/rat
  rat-report score --run runs/rat --root /data/ASVspoof5 --split dev --output scores/rat-dev
  rat-report score --run runs/rat --root /data/ASVspoof5 --shard 1/4
  rat-report score --run runs/rat --data in-the-wild --root /data/release_in_the_wild --output scores/rat-itw
  rat-report score --run runs/rat --root /data/ASVspoof5 --self-check 16"
)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    pub(super) data: DataArgs,
    /// cpu, wgpu, wgpu:N, cuda, cuda:N or auto; several that share the trials, as cuda:0,cuda:1.
    #[arg(long, default_value = "cpu", value_name = "DEVICE,..")]
    device: String,
    #[command(flatten)]
    feeding: FeedingArgs,
    /// The run directory of the network.
    #[arg(long, value_name = "DIR")]
    pub(super) run: PathBuf,
    /// The network's weights [default: the run's epoch of the lowest dev EER].
    #[arg(long, value_name = "FILE")]
    pub(super) checkpoint: Option<PathBuf>,
    /// The split to score.
    #[arg(long, value_name = "SPLIT", default_value = "eval", value_parser = one_of::<Split, _>(Split::ALL))]
    pub(super) split: Split,
    /// Conditions, separated by commas [default: the main six, or none for a network without references].
    #[arg(long, value_delimiter = ',', value_parser = parsed::<ReferenceCondition>)]
    condition: Vec<ReferenceCondition>,
    #[command(flatten)]
    pub(super) references: ReferenceArgs,
    /// What encoder and reference block compute in; bf16 is for GPUs that are fast at it [default: as the run was trained].
    #[arg(long, value_name = "TYPE", value_parser = one_of::<Precision, _>(PRECISIONS))]
    precision: Option<Precision>,
    /// The seed of references and noise [default: the run's].
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// The folder for the tables [default: the run's scores/, for eval with the run's own checkpoint and seed].
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Score so many trials alone and in batches, and print the largest difference; no table is written.
    #[arg(long, value_name = "N")]
    self_check: Option<usize>,
    /// Score only a part of the trials, 1/N to N/N, into a folder of its own; the tables of all parts in order are the whole.
    #[arg(long, value_name = "I/N", default_value_t = Shard::default(), hide_default_value = true, value_parser = parsed::<Shard>)]
    shard: Shard,
    /// Replay the batches of another program: its scores depend on the trials beside a trial.
    #[arg(long, value_name = "PROGRAM")]
    pub(super) compat: Option<Compat>,
    /// Trials a batch; the other program's, where it is replayed.
    #[arg(long, default_value_t = SCORING_BATCH, value_name = "N")]
    pub(super) batch: usize,
}

/// Whose batches are replayed.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Compat {
    /// The RAT authors' code on torchaudio: whole batches normalised at once, padding not masked, order of the protocol.
    TorchaudioBatch,
}

impl Args {
    pub(super) fn precision(&self, config: &RunConfig) -> Precision {
        self.precision.unwrap_or(config.recipe.precision)
    }
}

pub(super) fn batching(compat: Option<Compat>) -> Batching {
    match compat {
        Some(Compat::TorchaudioBatch) => Batching::TorchaudioBatch,
        None => Batching::PerUtterance,
    }
}

pub(super) fn run(args: &Args) -> Result<()> {
    check(args)?;
    let run = RunDirectory::open(&args.run)?;
    let config = run.config()?;
    let checkpoint = checkpoint(args, &run)?;
    let folder = output(args, &run, &config)?;
    let output = part::folder(&folder, args.shard);
    let _made = OutputFolder::create(&output)?;
    drop(OutputFile::create(output.join("matched.csv"))?);
    // What else the run's own scores have in common is guarded by `output`.
    let own = Origin::of_own(&checkpoint);
    let origin = args.output.is_some().then(|| Origin::of(args, &config));
    if args.self_check.is_none() {
        origin.as_ref().unwrap_or(&own).check(&folder)?;
    }
    let workers = args.feeding.workers()?;
    let devices = devices::open_all(&args.device)?;
    let corpus = args.data.open()?;
    let network = Network::load(args, &config, &checkpoint, &devices)?;
    let conditions = conditions(args, config.classifier);
    let listing = listing(&corpus, args.split)?;
    let trials = listing.trials();
    let seed = args.seed.unwrap_or(config.recipe.seed);
    let paired = conditions.iter().any(|condition| condition.needs_reference());
    let pairing = if paired { Some(args.references.pairing(&corpus, args.split, &trials, seed)?) } else { None };
    let task = ScoreTask {
        trials: part::share(&trials, args.shard)?,
        pairing: pairing.as_ref(),
        conditions: &conditions,
        batch: args.batch,
        batching: batching(args.compat),
        on_bad_audio: args.feeding.on_bad_audio,
        workers,
    };
    let source = RecordingSource { corpus: &corpus, split: args.split, seed };
    if let Some(count) = args.self_check {
        return self_check(&network.detectors[0], &devices[0].device, source, &task, count);
    }
    let scoring = scoring(args, &config, &checkpoint, &trials, &task)?;
    let part =
        Part { folder: &output, shard: args.shard, trials: trials.len(), scoring, own, origin, pairing: task.pairing };
    score_part(&part, &run, &folder, &network, source, &task, &listing.columns)
}

/// Scores a part, or the whole: goes on where an earlier call stopped, and writes the tables.
fn score_part(
    part: &Part<'_>,
    run: &RunDirectory,
    folder: &Path,
    network: &Network<'_>,
    source: RecordingSource<'_>,
    task: &ScoreTask<'_>,
    columns: &Protocol,
) -> Result<()> {
    if let Some(paths) = part.finished()? {
        console::say(format!("part {} is scored already; the tables:", part.shard));
        return print(&paths.iter().map(|path| format!("{}\n", path.display())).collect::<String>());
    }
    let unfinished = part.folder.join(UNFINISHED);
    let mut so_far = ScoresSoFar::open(unfinished, &part.scoring, task.trials.len(), task.tables().len())?;
    if let Some(pairing) = &part.pairing {
        // Not among the tables, so that DIR/*.csv are scores.
        let own = part.origin.is_none();
        pairing.write(if own { run.pairing() } else { folder.join("pairing/pairing.parquet") })?;
    }
    let scored = network.score(source, task, &mut so_far)?;
    list(part, run, &scored.bad)?;
    if part.shard.is_whole() && scored.tables.iter().all(|(_, table)| table.is_empty()) {
        let message = format!("none of {} trials has recordings that can be used", task.trials.len());
        return Err(Error::data(message, "see the list of recordings, and fetch or unpack them again"));
    }
    if let Some(origin) = &part.origin {
        origin.write(folder)?;
    }
    part.begin()?;
    let written = write(part.folder, &scored, columns, task.trials.len())?;
    part.finish(&scored)?;
    so_far.finish()?;
    if part.origin.is_none() && part.shard.is_whole() {
        part.own.write(folder)?;
        RunRecord::note_tables(run.file("run.json"), scored.tables.iter().map(|(name, _)| part::table_name(name)))?;
    }
    console::say(format!("{} trials, {} recordings encoded; the tables:", task.trials.len(), scored.encoded));
    print(&written)
}

/// A network on each of the devices.
struct Network<'a> {
    detectors: Vec<Detector>,
    devices: &'a [ComputeDevice],
}

impl<'a> Network<'a> {
    fn load(args: &Args, config: &RunConfig, checkpoint: &Path, devices: &'a [ComputeDevice]) -> Result<Self> {
        let load = |device: &ComputeDevice| {
            let detector = Detector::load_as(checkpoint, &config.encoder, config.classifier, &device.device)?;
            Ok(detector.in_precision(args.precision(config)))
        };
        Ok(Self { detectors: devices.iter().map(load).collect::<Result<_>>()?, devices })
    }

    /// Scores what has no scores so far, on all devices; says where an earlier call is gone on with.
    fn score(&self, source: RecordingSource<'_>, task: &ScoreTask<'_>, so_far: &mut ScoresSoFar) -> Result<Scored> {
        if so_far.count() > 0 {
            console::say(format!("going on after {} of {} trials", so_far.count(), task.trials.len()));
        }
        let mut stores = Vec::with_capacity(self.devices.len());
        for (detector, device) in self.detectors.iter().zip(self.devices) {
            stores.push(FeatureStore::new(&detector.encoder, &device.device, source, FEATURE_BYTES));
        }
        let mut stations: Vec<Station<'_, '_>> =
            self.detectors.iter().zip(&mut stores).map(|(detector, store)| Station { detector, store }).collect();
        let bar = console::bar("scoring", task.trials.len());
        let scored = score_on(&mut stations, task, so_far, &mut |done| bar.set_position(done as u64));
        bar.finish_and_clear();
        scored
    }
}

/// What a run that was stopped has scored, in the folder of its tables.
const UNFINISHED: &str = "unfinished.scores";

/// The weights that were named, or those of the run's best epoch.
fn checkpoint(args: &Args, run: &RunDirectory) -> Result<PathBuf> {
    match &args.checkpoint {
        Some(path) => verify(run, path).map(|()| path.clone()),
        None => best_network(run),
    }
}

fn conditions(args: &Args, classifier: Conditioning) -> Vec<ReferenceCondition> {
    match (args.condition.as_slice(), classifier) {
        ([], Conditioning::None) => vec![],
        ([], _) => ReferenceCondition::MAIN.to_vec(),
        (named, _) => named.to_vec(),
    }
}

/// Lists the recordings that could not be used, in the run's list where the scores are the run's own, and says so.
fn list(part: &Part<'_>, run: &RunDirectory, bad: &BadRecordings) -> Result<()> {
    if part.origin.is_none() && part.shard.is_whole() {
        list_bad(run, bad)?;
        say_bad(bad, &run.bad_audio());
        return Ok(());
    }
    let path = part.folder.join(part::BAD_AUDIO);
    if !bad.is_empty() {
        bad.write(&path)?;
    } else if path.exists() {
        std::fs::remove_file(&path).map_err(|source| Error::io("removing", &path, source))?;
        // Its folder, where nothing else is in it.
        let _ = path.parent().map(std::fs::remove_dir);
    }
    say_bad(bad, &path);
    Ok(())
}

/// Refuses what does not go together.
fn check(args: &Args) -> Result<()> {
    if args.batch == 0 {
        return Err(Error::config("batch", "0 trials are no batch", "give at least 1"));
    }
    let mut asked = args.condition.iter().enumerate();
    if let Some((_, twice)) = asked.find(|(at, condition)| args.condition[..*at].contains(condition)) {
        return Err(Error::config("condition", format!("{twice} is given twice"), "give each condition once"));
    }
    args.references.check()?;
    if args.compat.is_some() && args.self_check.is_some() {
        let remedy = "leave one of --self-check and --compat out";
        return Err(Error::config("self-check", "replayed scores depend on the batch by design", remedy));
    }
    if args.compat.is_some() && !args.shard.is_whole() {
        let remedy = "leave one of --shard and --compat out";
        return Err(Error::config("shard", "replayed scores depend on the batch, which a part would cut", remedy));
    }
    Ok(())
}

/// Writes the tables; gives their paths, a line each. Says how many trials a table lacks.
fn write(output: &Path, scored: &Scored, columns: &Protocol, trials: usize) -> Result<String> {
    let mut written = String::new();
    for (condition, table) in &scored.tables {
        let path = output.join(part::table_name(condition));
        with_columns(table, columns)?.write(&path)?;
        written += &format!("{}\n", path.display());
        if table.len() < trials {
            console::say(format!("{condition}: {} of {trials} trials left out", trials - table.len()));
        }
    }
    Ok(written)
}

/// The run's own scores are those of its best epoch on the evaluation set with its own references; others go elsewhere.
fn output(args: &Args, run: &RunDirectory, config: &RunConfig) -> Result<PathBuf> {
    let own = args.split == Split::Eval
        && args.compat.is_none()
        && (args.data.data == config.data && args.data.subset.is_none() && !args.data.present_only)
        && args.checkpoint.is_none()
        && args.seed.is_none()
        && args.references.are_drawn_as_usual()
        && args.precision(config) == config.recipe.precision;
    match &args.output {
        Some(output) if is_of_a_run(output) => {
            let message = format!("{} is a run directory, or a folder that a run writes itself", output.display());
            Err(Error::config("output", message, "leave out --output to score for the run, or name another folder"))
        }
        Some(output) => Ok(output.clone()),
        None if own || args.self_check.is_some() => Ok(run.file("scores")),
        None => {
            let message = "scores of another corpus, split, checkpoint, seed, pairing, precision or program would mix with the run's own";
            Err(Error::config("output", message, "name a folder for them with --output DIR"))
        }
    }
}

/// Whether this is a run directory, or its folder of scores or checkpoints.
fn is_of_a_run(output: &Path) -> bool {
    let path = std::fs::canonicalize(output).or_else(|_| std::path::absolute(output));
    let path = path.unwrap_or_else(|_| output.into());
    let own = path.file_name().is_some_and(|name| name == "scores" || name == "checkpoints");
    is_run_directory(&path) || (own && path.parent().is_some_and(is_run_directory))
}

/// The table with what the corpus tells of its trials: gender, subset, vocoder, language and others, as far as it tells.
pub(super) fn with_columns(table: &ScoreTable, columns: &Protocol) -> Result<ScoreTable> {
    let tells = |name: &&str| columns.column(name).is_some_and(|mut values| values.any(|value| value != "-"));
    let silent: Vec<String> = columns.columns().into_iter().filter(|name| !tells(name)).map(String::from).collect();
    let telling = silent.iter().fold(columns.clone(), |columns, name| columns.without_column(name));
    table.with_protocol(&telling)
}
