//! `train` and `finetune`: stage 1 and stage 2 into a run directory.

use std::{num::NonZeroUsize, path::PathBuf};

use super::{
    arguments::{CLASSIFIERS, DataArgs, FeedingArgs, PRECISIONS, SAVE_EVERY},
    console, devices,
    experiment::{Experiment, best_network},
    hooks::grow_page,
};
use crate::{
    augment::{AugmentConfig, SourceFolder, StepProbability, rawboost::Algorithm},
    checkpoint::Missing,
    cli::{
        print,
        scores::{one_of, parsed},
    },
    data::{Corpus, SelfReference, Split},
    device::{ComputeDevice, Precision},
    error::{Error, Result},
    model::Conditioning,
    ssl::EncoderConfig,
    tables::HistoryRow,
    train::{Exchange, Recipe, RunDirectory, StageRecipe},
};

/// What both stages take.
#[derive(Debug, clap::Args)]
struct Shared {
    #[command(flatten)]
    data: DataArgs,
    /// cpu, wgpu, wgpu:N, cuda, cuda:N or auto; several that train together, as cuda:0,cuda:1.
    #[arg(long, default_value = "cpu", value_name = "DEVICE,..")]
    device: String,
    /// How several devices bring their gradients together; nccl is for CUDA alone, with libnccl.so.
    #[arg(long, value_name = "HOW", default_value_t = Exchange::Transfers, value_parser = one_of::<Exchange, _>([Exchange::Transfers, Exchange::Nccl]))]
    exchange: Exchange,
    /// What encoder and reference block compute in; weights are kept, and scores given, in f32.
    #[arg(long, value_name = "TYPE", default_value_t = Precision::F32, value_parser = one_of::<Precision, _>(PRECISIONS))]
    precision: Precision,
    #[command(flatten)]
    feeding: FeedingArgs,
    /// Trials a batch, on each device.
    #[arg(long)]
    batch: Option<usize>,
    /// Batches whose gradients are averaged for a step.
    #[arg(long, value_name = "N", default_value_t = 1)]
    accumulate: usize,
    /// Scale gradients down to this norm, taken over all of them together.
    #[arg(long, value_name = "X")]
    clip_norm: Option<f64>,
    /// Epochs.
    #[arg(long, value_name = "N")]
    epochs: Option<NonZeroUsize>,
    /// End after so many epochs without a lower EER [default: never].
    #[arg(long, value_name = "N")]
    patience: Option<NonZeroUsize>,
    /// The split whose EER judges the epochs: dev; eval is refused without --force.
    #[arg(long, value_name = "SPLIT", default_value_t = Split::Dev, value_parser = one_of::<Split, _>(Split::ALL))]
    select_on: Split,
    /// Judge epochs by the evaluation set; history and run.json say so.
    #[arg(long)]
    force: bool,
    /// Adam's step size.
    #[arg(long)]
    lr: Option<f64>,
    /// Draws in an epoch [default: the training trials].
    #[arg(long, value_name = "N")]
    draws: Option<NonZeroUsize>,
    /// Cut utterances to so many samples.
    #[arg(long, default_value_t = 64_000)]
    max_samples: usize,
    /// The seed of every draw.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Augment test and reference: trimmed silence, time mask, rooms and noises, mu-law, RawBoost, noise and filter.
    #[arg(long, default_value_t = true, action = clap::ArgAction::Set, value_name = "true|false")]
    augment: bool,
    /// How often a step of the augmentation is taken, as trim=0; also a_law and opus, which the paper leaves out.
    #[arg(long, value_name = "STEP=P,..", value_delimiter = ',', value_parser = parsed::<StepProbability>)]
    augment_step: Vec<StepProbability>,
    /// Folders of rooms and noises, as RIRS_NOISES and MUSAN; other folders as room:DIR, noise:DIR, music:DIR or speech:DIR.
    #[arg(long, value_name = "DIR,..", value_delimiter = ',', value_parser = parsed::<SourceFolder>)]
    augment_sources: Vec<SourceFolder>,
    /// Which of RawBoost's algorithms.
    #[arg(long, value_name = "N", default_value = "5", value_parser = one_of::<Algorithm, _>(1..=8))]
    rawboost_algorithm: Algorithm,
    /// The run directory; a run of the same configuration in it is gone on with.
    #[arg(long, value_name = "DIR")]
    run: PathBuf,
    /// Refuse to start a new run.
    #[arg(long)]
    resume: bool,
    /// Save the state after so many steps within an epoch, too; 0 for after epochs alone.
    #[arg(long, value_name = "STEPS", default_value_t = SAVE_EVERY)]
    save_every: usize,
    /// Let a recording be its own reference where its speaker has no other.
    #[arg(long)]
    allow_self_reference: bool,
    /// Dev trials on which the reference's contribution is measured after each epoch; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 96)]
    trace_trials: usize,
}

/// Stage 1: train everything behind the frozen encoder.
#[derive(Debug, clap::Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Example:
  rat-report train --root /data/ASVspoof5 --encoder XLSR_300M --weights xlsr_300m.safetensors --run runs/rat-stage1"
)]
pub(in crate::cli) struct TrainArgs {
    #[command(flatten)]
    shared: Shared,
    /// The network's variant.
    #[arg(long, value_name = "NAME", default_value = "RAT", value_parser = one_of::<Conditioning, _>(CLASSIFIERS))]
    classifier: Conditioning,
    /// The encoder: tiny, or Wav2Vec2_, HuBERT_, WavLM_ or XLSR_ with a size, as XLSR_300M; a wrong name lists all.
    #[arg(long, default_value = "tiny")]
    encoder: String,
    /// The encoder's weights: .safetensors, .pt, .pth or .bin, an index of shards, or a folder from Hugging Face [default: drawn
    /// from the seed].
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Draw from the seed what the weights lack, and leave out what they have too much; both are listed.
    #[arg(long, requires = "weights")]
    allow_missing: bool,
}

/// Stage 2: train the encoder too, from the best epoch of a stage 1 run.
#[derive(Debug, clap::Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Example:
  rat-report finetune --root /data/ASVspoof5 --from runs/rat-stage1 --run runs/rat-stage2"
)]
pub(in crate::cli) struct FinetuneArgs {
    #[command(flatten)]
    shared: Shared,
    /// The run to start from; its epoch of the lowest dev EER.
    #[arg(long, value_name = "RUN")]
    from: PathBuf,
    /// Compute activations again in the backward pass rather than keep them: less memory, more time, the same gradients. In f32
    /// the CPU does so anyway where it is cheap.
    #[arg(long)]
    checkpoint_activations: bool,
}

pub(super) fn run_train(args: &TrainArgs) -> Result<()> {
    let defaults = Recipe::default();
    let recipe = Recipe {
        train: stage(&args.shared, &defaults.train),
        finetune: StageRecipe { epochs: 0, ..defaults.finetune },
        ..shared_recipe(&args.shared)
    };
    let encoder = EncoderConfig::named(&args.encoder)?;
    let missing = if args.allow_missing { Missing::Allow } else { Missing::Refuse };
    train(&args.shared, encoder, (args.weights.clone(), missing), None, args.classifier, recipe)
}

pub(super) fn run_finetune(args: &FinetuneArgs) -> Result<()> {
    let from = RunDirectory::open(&args.from)?;
    let same = |path: &PathBuf| path.canonicalize().ok();
    if same(&args.from) == same(&args.shared.run) {
        let message = "--from and --run are the same directory";
        return Err(Error::config("run", message, "name another directory for stage 2 with --run"));
    }
    let config = from.config()?;
    let checkpoint = best_network(&from)?;
    let defaults = Recipe::default();
    let recipe = Recipe {
        train: StageRecipe { epochs: 0, ..defaults.train },
        finetune: StageRecipe {
            checkpoint_activations: args.checkpoint_activations,
            ..stage(&args.shared, &defaults.finetune)
        },
        ..shared_recipe(&args.shared)
    };
    train(&args.shared, config.encoder, (None, Missing::Refuse), Some(checkpoint), config.classifier, recipe)
}

fn stage(args: &Shared, defaults: &StageRecipe) -> StageRecipe {
    StageRecipe {
        epochs: args.epochs.map_or(defaults.epochs, NonZeroUsize::get),
        learning_rate: args.lr.unwrap_or(defaults.learning_rate),
        batch: args.batch.unwrap_or(defaults.batch),
        draws: args.draws.map_or(defaults.draws, NonZeroUsize::get),
        accumulate: args.accumulate,
        clip_norm: args.clip_norm,
        checkpoint_activations: false,
        patience: args.patience.map_or(defaults.patience, NonZeroUsize::get),
    }
}

/// Refuses options that would do nothing.
fn check_augmentation(args: &Shared) -> Result<()> {
    let steps = &args.augment_step;
    let asked = !steps.is_empty() || !args.augment_sources.is_empty();
    if asked && !args.augment {
        let message = "--augment false leaves every step out, and others are asked for";
        return Err(Error::config("augment", message, "leave out --augment false, or the steps and sources"));
    }
    if let Some(step) =
        steps.iter().enumerate().find(|(at, step)| steps[..*at].iter().any(|other| other.step() == step.step()))
    {
        return Err(Error::config("augment-step", format!("{} is given twice", step.1.step()), "give it once"));
    }
    let surroundings = steps.iter().any(|step| step.step() == "surroundings" && step.probability() > 0.0);
    if surroundings && args.augment_sources.is_empty() {
        let message = "surroundings are asked for, and there are no rooms and noises";
        return Err(Error::config("augment-step", message, "name folders of them with --augment-sources"));
    }
    Ok(())
}

fn shared_recipe(args: &Shared) -> Recipe {
    let augment = AugmentConfig {
        enabled: args.augment,
        sources: args.augment_sources.clone(),
        rawboost_algorithm: args.rawboost_algorithm,
        ..AugmentConfig::default()
    };
    let augment = args.augment_step.iter().fold(augment, |augment, &step| augment.with(step));
    Recipe {
        seed: args.seed,
        max_samples: args.max_samples,
        precision: args.precision,
        replicas: args.device.split(',').count(),
        select_on: args.select_on,
        force: args.force,
        trace_trials: Some(args.trace_trials),
        augment,
        ..Recipe::default()
    }
}

fn train(
    args: &Shared,
    encoder: EncoderConfig,
    (weights, missing): (Option<PathBuf>, Missing),
    checkpoint: Option<PathBuf>,
    classifier: Conditioning,
    recipe: Recipe,
) -> Result<()> {
    let begun = ["config.toml", "history.csv", "progress.json"].iter().any(|name| args.run.join(name).exists());
    if args.resume && !begun {
        let message = format!("there is no run to resume in {}", args.run.display());
        return Err(Error::config("resume", message, "check --run, or leave --resume out to start a new run"));
    }
    let (workers, on_bad_audio) = (args.feeding.workers()?, args.feeding.on_bad_audio);
    check_augmentation(args)?;
    recipe.check()?;
    let (devices, corpus) = open(args)?;
    let experiment = Experiment {
        corpus: &corpus,
        devices: &devices,
        encoder,
        weights,
        missing,
        checkpoint,
        classifier,
        recipe,
        run: args.run.clone(),
        most_trials: [usize::MAX; 2],
        workers,
        on_bad_audio,
        own_recording: SelfReference::allowed(args.allow_self_reference),
        exchange: args.exchange,
        save_every: args.save_every,
    };
    let history = experiment.train()?;
    history.best().map_or(Ok(()), |best| say_best(&RunDirectory::open(&args.run)?, best))
}

fn open(args: &Shared) -> Result<(Vec<ComputeDevice>, Corpus)> {
    let devices = devices::open_all(&args.device)?;
    let corpus = args.data.open()?;
    let names: Vec<&str> = devices.iter().map(|device| device.name.as_str()).collect();
    args.exchange.check(&names)?;
    console::say(format!("corpus {}, device {}", corpus.root().display(), names.join(",")));
    if args.precision == Precision::Bf16 && names.contains(&"cpu") {
        console::say("bf16 on cpu is slower than f32: for trying out");
    }
    Ok((devices, corpus))
}

/// Says which epoch is the best, and where its network is.
fn say_best(run: &RunDirectory, best: &HistoryRow) -> Result<()> {
    console::say(format!("lowest {} EER {:.2} % after epoch {}:", best.selected_on, 100.0 * best.dev_eer, best.epoch));
    if !run.file("report.html").exists() {
        grow_page(run);
    }
    print(&format!("{}\n", best_network(run)?.display()))
}
