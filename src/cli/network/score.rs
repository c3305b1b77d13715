//! `score`: a checkpoint, trials and conditions become score tables, in one pass.

use std::path::{Path, PathBuf};

use super::{
    arguments::{DataArgs, DeviceArgs, FeedingArgs, listing, say_bad},
    console, devices,
    experiment::{SCORING_BATCH, best_epoch, list_bad, spread},
    hooks::FEATURE_BYTES,
    origin::Origin,
};
use crate::{
    cli::print,
    condition::ReferenceCondition,
    data::{BadAudio, Corpus, Pairing, SelfReference, Split},
    error::{Error, Result},
    loader::{BadRecordings, Shard},
    model::{Batching, Conditioning, Detector, FeatureStore, RecordingSource},
    output::OutputFile,
    protocol::Protocol,
    score::{ScoreTask, Scored, score},
    tables::{ScoreTable, TrainingHistory},
    train::{RunConfig, RunDirectory},
    trial::Trial,
};

/// Score a split with a trained network under reference conditions, all in one pass.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Conditions: matched, mismatched, zeroed, absent, silence, noise, snr:DB, duration:SECS, own.

Examples:
  rat-report score --run runs/rat --root /data/ASVspoof5 --split eval
  rat-report score --run runs/rat --root /data/ASVspoof5 --condition matched,snr:10,duration:1 --output scores/rat
  rat-report score --run runs/rat --root /data/ASVspoof5 --split dev --output scores/rat-dev
  rat-report score --run runs/rat --root /data/ASVspoof5 --shard 1/4
  rat-report score --run runs/rat --data in-the-wild --root /data/release_in_the_wild --output scores/rat-itw
  rat-report score --run runs/rat --root /data/ASVspoof5 --self-check 16")]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    pub(super) data: DataArgs,
    #[command(flatten)]
    device: DeviceArgs,
    #[command(flatten)]
    feeding: FeedingArgs,
    /// The run directory of the network.
    #[arg(long, value_name = "DIR")]
    pub(super) run: PathBuf,
    /// The network's weights [default: the run's epoch of the lowest dev EER].
    #[arg(long, value_name = "FILE")]
    pub(super) checkpoint: Option<PathBuf>,
    /// train, dev or eval.
    #[arg(long, default_value = "eval")]
    pub(super) split: Split,
    /// Conditions, separated by commas [default: the main six, or none for a network without references].
    #[arg(long, value_delimiter = ',')]
    condition: Vec<ReferenceCondition>,
    /// References to use; drawn from the seed and written down where not given.
    #[arg(long, value_name = "FILE")]
    pub(super) pairing: Option<PathBuf>,
    /// Let a recording be its own reference where its speaker has no other.
    #[arg(long)]
    pub(super) allow_self_reference: bool,
    /// The seed of references and noise [default: the run's].
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// The folder for the tables [default: the run's scores/, for eval with the run's own checkpoint and seed].
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Score so many trials alone and in batches, and print the largest difference.
    #[arg(long, value_name = "N")]
    self_check: Option<usize>,
    /// Score only a part of the trials, 1/N to N/N, into a folder of its own; the tables of all parts in order are the whole.
    #[arg(long, value_name = "I/N", default_value_t = Shard::default(), hide_default_value = true)]
    shard: Shard,
    /// Replay the batches of another program: its scores depend on the trials beside a trial.
    #[arg(long, value_name = "PROGRAM")]
    pub(super) compat: Option<Compat>,
    /// Trials a batch; the other program's, where it is replayed.
    #[arg(long, default_value_t = SCORING_BATCH, value_name = "N")]
    batch: usize,
}

/// Whose batches are replayed.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Compat {
    /// The RAT authors' code on torchaudio: whole batches normalised at once, padding not masked, order of the protocol.
    TorchaudioBatch,
}

pub(super) fn batching(compat: Option<Compat>) -> Batching {
    match compat {
        Some(Compat::TorchaudioBatch) => Batching::TorchaudioBatch,
        None => Batching::PerUtterance,
    }
}

pub(super) fn run(args: &Args) -> Result<()> {
    let run = RunDirectory::open(&args.run)?;
    let config = run.config()?;
    let folder = output(args, &run, &config)?;
    let output = part(&folder, args.shard);
    drop(OutputFile::create(output.join("matched.csv"))?);
    check(args)?;
    // The run's own folder is guarded by `output`.
    let origin = args.output.is_some().then(|| Origin::of(args, &config));
    if let Some(origin) = origin.as_ref().filter(|_| args.self_check.is_none()) {
        origin.check(&folder)?;
    }
    let workers = args.feeding.workers()?;
    let device = devices::open(&args.device.device)?;
    let corpus = args.data.open()?;
    let detector = Detector::load_as(checkpoint(args, &run)?, &config.encoder, config.classifier, &device.device)?;
    let conditions = conditions(args, config.classifier);
    let listing = listing(&corpus, args.split)?;
    let trials = listing.trials();
    let seed = args.seed.unwrap_or(config.recipe.seed);
    let needs_references = conditions.iter().any(|condition| condition.needs_reference());
    let pairing = if needs_references { Some(pairing(args, &corpus, &trials, seed)?) } else { None };
    let part = share(&trials, args.shard)?;
    let task = ScoreTask {
        trials: part,
        pairing: pairing.as_ref(),
        conditions: &conditions,
        batch: args.batch,
        batching: batching(args.compat),
        on_bad_audio: args.feeding.on_bad_audio,
        workers,
    };
    let source = RecordingSource { corpus: &corpus, split: args.split, seed };
    if let Some(count) = args.self_check {
        return self_check(&detector, &device.device, source, &task, count);
    }
    if let Some(pairing) = &pairing {
        // Not among the tables, so that DIR/*.csv are scores.
        let beside = if args.output.is_some() { folder.join("pairing/pairing.csv") } else { run.file("pairing.csv") };
        pairing.write(beside)?;
    }
    let bar = console::bar("scoring", part.len());
    let mut store = FeatureStore::new(&detector.encoder, &device.device, source, FEATURE_BYTES);
    let scored = score(&detector, &mut store, &task, &mut |done| bar.set_position(done as u64))?;
    bar.finish_and_clear();
    list(args, &run, &output, &scored.bad)?;
    if scored.tables.iter().all(|(_, table)| table.is_empty()) {
        let message = format!("none of {} trials has recordings that can be used", part.len());
        return Err(Error::data(message, "see the list of recordings, and fetch or unpack them again"));
    }
    if let Some(origin) = origin {
        origin.write(&folder)?;
    }
    let written = write(&output, &scored, &listing.columns, part.len())?;
    console::say(format!("{} trials, {} recordings encoded; the tables:", part.len(), scored.encoded));
    print(&written)
}

/// The weights that were named, or those of the run's best epoch.
fn checkpoint(args: &Args, run: &RunDirectory) -> Result<PathBuf> {
    match &args.checkpoint {
        Some(path) => Ok(path.clone()),
        None => Ok(run.checkpoint(best_epoch(run, &TrainingHistory::read(run.file("history.csv"))?)?)),
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
fn list(args: &Args, run: &RunDirectory, output: &Path, bad: &BadRecordings) -> Result<()> {
    if args.output.is_none() && args.shard.is_whole() {
        list_bad(run, bad)?;
        say_bad(bad, &run.bad_audio());
        return Ok(());
    }
    // Not among the tables, so that DIR/*.csv are scores.
    let path = output.join("bad_audio/bad_audio.csv");
    if !bad.is_empty() {
        bad.write(&path)?;
    }
    say_bad(bad, &path);
    Ok(())
}

/// Refuses what does not go together.
fn check(args: &Args) -> Result<()> {
    if args.batch == 0 {
        return Err(Error::config("batch", "0 trials are no batch", "give at least 1"));
    }
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

/// The folder of a part, as `shard-1-of-4`, or that of the whole.
fn part(folder: &Path, shard: Shard) -> PathBuf {
    if shard.is_whole() {
        return folder.into();
    }
    folder.join(format!("shard-{}-of-{}", shard.index() + 1, shard.count()))
}

/// The trials of a part.
fn share(trials: &[Trial], shard: Shard) -> Result<&[Trial]> {
    let share = shard.of(trials);
    if share.is_empty() && !trials.is_empty() {
        let message = format!("part {shard} of {} trials holds none", trials.len());
        return Err(Error::config("shard", message, "make fewer parts"));
    }
    Ok(share)
}

/// Writes the tables; gives their paths, a line each. Says how many trials a table lacks.
fn write(output: &Path, scored: &Scored, columns: &Protocol, trials: usize) -> Result<String> {
    let mut written = String::new();
    for (condition, table) in &scored.tables {
        let path = output.join(format!("{}.csv", condition.replace(':', "-")));
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
        && args.pairing.is_none();
    match &args.output {
        Some(output) => Ok(output.clone()),
        None if own || args.self_check.is_some() => Ok(run.file("scores")),
        None => {
            let message =
                "scores of another corpus, split, checkpoint, seed, pairing or program would mix with the run's own";
            Err(Error::config("output", message, "name a folder for them with --output DIR"))
        }
    }
}

/// The references that were given, checked against the corpus, else drawn.
fn pairing(args: &Args, corpus: &Corpus, trials: &[Trial], seed: u64) -> Result<Pairing> {
    let own_recording = if args.allow_self_reference { SelfReference::WhereAlone } else { SelfReference::Never };
    let pool = corpus.references(args.split, trials)?;
    let Some(path) = &args.pairing else { return Pairing::draw_from(&pool, trials, seed, own_recording) };
    let pairing = Pairing::read_with(path, own_recording)?;
    pairing.check(trials, &pool)?;
    Ok(pairing)
}

/// The table with what the corpus tells of its trials: gender, subset, vocoder, language and others, as far as it tells.
pub(super) fn with_columns(table: &ScoreTable, columns: &Protocol) -> Result<ScoreTable> {
    let tells = |name: &&str| columns.column(name).is_some_and(|mut values| values.any(|value| value != "-"));
    let silent: Vec<String> = columns.columns().into_iter().filter(|name| !tells(name)).map(String::from).collect();
    let telling = silent.iter().fold(columns.clone(), |columns, name| columns.without_column(name));
    table.with_protocol(&telling)
}

/// A trial's score must not depend on the trials beside it.
fn self_check(
    detector: &Detector,
    device: &burn::tensor::Device,
    source: RecordingSource<'_>,
    task: &ScoreTask<'_>,
    count: usize,
) -> Result<()> {
    // Each call gets a store of its own, or a trial alone would find its features made together.
    let fresh = || FeatureStore::new(&detector.encoder, device, source, FEATURE_BYTES);
    if count == 0 {
        return Err(Error::config("self-check", "0 trials show nothing", "give at least 2"));
    }
    let some = spread(task.trials, count);
    let task = ScoreTask { on_bad_audio: BadAudio::Fail, ..task.clone() };
    let together = score(detector, &mut fresh(), &ScoreTask { trials: &some, ..task.clone() }, &mut |_| ())?;
    let mut largest = 0.0_f64;
    for (place, trial) in some.iter().enumerate() {
        let alone = [Trial::clone(trial)];
        let alone = score(detector, &mut fresh(), &ScoreTask { trials: &alone, ..task.clone() }, &mut |_| ())?;
        let of = |table: &ScoreTable, row: usize| table.scores().get(row).copied().unwrap_or(f64::NAN);
        for ((_, one), (_, all)) in alone.tables.iter().zip(&together.tables) {
            largest = largest.max((of(one, 0) - of(all, place)).abs());
        }
    }
    print(&format!("largest difference of {} trials alone and together: {largest:.2e}\n", some.len()))?;
    if largest > 1e-5 {
        let remedy = "score on --device cpu, and report the device";
        return Err(Error::data(format!("scores depend on the batch: {largest:.2e} is above 1e-5"), remedy));
    }
    Ok(())
}
