//! `demo`: the main job on a small corpus of real and synthetic speech, from audio to report.

use std::{path::PathBuf, time::Instant};

use super::{arguments::SAVE_EVERY, console, devices, experiment::Experiment};
use crate::{
    augment::AugmentConfig,
    cli::{command_line, print},
    data::{Corpus, Split, sample},
    device::ComputeDevice,
    error::Result,
    model::Conditioning,
    output::OutputFile,
    report::{Document, Format, RenderOptions, render},
    ssl::EncoderConfig,
    train::{Exchange, Recipe, StageRecipe},
};

/// Train RAT and its baseline on a small corpus, score them under all reference conditions, and write a report.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The corpus is built once, from human recordings in Debian's packages and synthesis made on the spot. Stopped at any moment, the same \
command goes on where it was.

Examples:
  rat-report demo --quick
  rat-report demo --corpus /data/my-asvspoof5-layout --output runs/mine --seed 3")]
pub(in crate::cli) struct Args {
    /// Two minutes rather than ten.
    #[arg(long)]
    quick: bool,
    /// A corpus in ASVspoof 5 layout, in place of the sample corpus.
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// The folder for runs and report [default: runs/demo, with --quick runs/demo-quick].
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// The seed of every draw.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// cpu, wgpu, wgpu:N, cuda, cuda:N or auto.
    #[arg(long, default_value = "cpu")]
    device: String,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let start = Instant::now();
    let folder = if args.quick { "runs/demo-quick" } else { "runs/demo" };
    let output = args.output.clone().unwrap_or_else(|| folder.into());
    // The page's place is tried before the work, and left alone.
    drop(OutputFile::create(output.join("demo.html"))?);
    let device = devices::open(&args.device)?;
    let corpus = match &args.corpus {
        Some(root) => Corpus::open("asvspoof5", root)?,
        None => sample::build(&sample::default_folder(), &mut |line| console::say(line))?,
    };
    console::say(format!("corpus {}, device {}", corpus.root().display(), device.name));
    for classifier in [Conditioning::Reference, Conditioning::None] {
        train_and_score(args, &corpus, &device, &output, classifier)?;
    }
    let options = RenderOptions {
        params: vec![("demo".into(), output.display().to_string())],
        formats: vec![Format::Html, Format::Markdown],
        output: output.clone(),
        command: command_line(),
        fresh: false,
    };
    let pages = render(&Document::built_in("demo")?, &options)?;
    console::say(format!("done in {:.0} s; the report:", start.elapsed().as_secs_f64()));
    let page = pages.first().cloned().unwrap_or(output);
    print(&format!("{}\n", std::path::absolute(&page).unwrap_or(page).display()))
}

fn train_and_score(
    args: &Args,
    corpus: &Corpus,
    device: &ComputeDevice,
    output: &std::path::Path,
    classifier: Conditioning,
) -> Result<()> {
    let experiment = Experiment {
        corpus,
        devices: std::slice::from_ref(device),
        encoder: EncoderConfig::tiny(),
        weights: None,
        missing: crate::checkpoint::Missing::Refuse,
        checkpoint: None,
        classifier,
        recipe: recipe(args),
        run: output.join(classifier.to_string()),
        most_trials: if args.quick { [120, 300] } else { [usize::MAX; 2] },
        workers: crate::loader::Workers::default(),
        on_bad_audio: crate::data::BadAudio::Fail,
        own_recording: crate::data::SelfReference::Never,
        exchange: Exchange::Transfers,
        save_every: SAVE_EVERY,
    };
    experiment.train()?;
    experiment.score(Split::Eval).map(drop)
}

/// Much shorter than the paper's, and with larger steps in stage 2: this encoder starts from random weights. So few draws learn
/// nothing of recordings under noise and filters (dev EER 40 % against 34 %), so of the augmentation those and the trimming are off.
fn recipe(args: &Args) -> Recipe {
    let stage = |epochs, learning_rate, draws| StageRecipe { draws, ..StageRecipe::new(epochs, learning_rate, 8) };
    let (train, finetune) =
        if args.quick { (stage(1, 1e-3, 96), stage(2, 5e-4, 96)) } else { (stage(3, 1e-3, 256), stage(5, 5e-4, 256)) };
    let augment = AugmentConfig { trim: 0.0, noise_and_filter: 0.0, ..AugmentConfig::default() };
    let trace_trials = Some(if args.quick { 24 } else { 64 });
    Recipe { seed: args.seed, max_samples: 32_000, trace_trials, train, finetune, augment, ..Recipe::default() }
}
