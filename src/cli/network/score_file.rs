//! `score-file`: a checkpoint and recordings become scores, without a corpus.

use std::{fmt::Write, path::PathBuf};

use super::{
    arguments::{CLASSIFIERS, DeviceArgs},
    console, devices,
};
use crate::{
    audio::Waveform,
    cli::{print, scores::one_of},
    error::{Error, Result},
    model::{Conditioning, Detector, TrialScore},
    ssl::{EncoderConfig, MIN_SAMPLES},
};

/// Score recordings with a checkpoint: the probability that each is bona fide.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without --reference, a RAT network hears zeros in place of the reference: the paper's setting at inference.

Examples:
  rat-report score-file call.flac --checkpoint RAT_XLSR_300M.pt
  rat-report score-file call.flac --reference enrolment.flac --checkpoint runs/rat/checkpoints/epoch-05.bpk
  rat-report score-file *.wav --checkpoint RAT_XLSR_300M.pt --format csv > scores.csv")]
pub(in crate::cli) struct Args {
    /// Recordings to score: WAV, FLAC or Ogg Vorbis at any rate.
    #[arg(required = true)]
    test: Vec<PathBuf>,
    /// A bona fide recording of the claimed speaker.
    #[arg(long, value_name = "FILE")]
    reference: Option<PathBuf>,
    /// The network: one of our checkpoints, or the RAT authors' .pt or .safetensors.
    #[arg(long, value_name = "FILE")]
    checkpoint: PathBuf,
    /// The encoder, where the checkpoint does not tell it.
    #[arg(long, value_name = "NAME")]
    encoder: Option<String>,
    /// The network's variant [default: RAT where the checkpoint has a reference block].
    #[arg(long, value_name = "NAME", value_parser = one_of::<Conditioning, _>(CLASSIFIERS))]
    classifier: Option<Conditioning>,
    #[command(flatten)]
    device: DeviceArgs,
    /// How it is written.
    #[arg(long, default_value = "table", value_parser = ["table", "csv", "json"])]
    format: String,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let mut tests = Vec::with_capacity(args.test.len());
    for path in &args.test {
        match read(path) {
            Ok(waveform) => tests.push((path, waveform)),
            // One recording is an error; one of many is left out, and said.
            Err(error) if args.test.len() == 1 => return Err(error),
            Err(error) => console::say(format!("left out: {error}")),
        }
    }
    let reference = args.reference.as_ref().map(read).transpose()?;
    let device = devices::open(&args.device.device)?;
    let detector = load(args, &device.device)?;
    match (detector.conditioning(), &args.reference) {
        (Conditioning::Reference, Some(path)) => console::say(format!("reference: {}", path.display())),
        (Conditioning::Reference, None) => console::say("no reference: zeros in its place"),
        (kind, Some(_)) => {
            let remedy = "leave --reference out, or choose --classifier RAT";
            return Err(Error::config("reference", format!("{kind} takes no reference"), remedy));
        }
        (_, None) => {}
    }
    let mut scores = Vec::with_capacity(tests.len());
    for (path, test) in &tests {
        scores.push((path.display().to_string(), detector.score(test, reference.as_ref())?));
    }
    print(&written(&args.format, &scores)?)?;
    match args.test.len() - tests.len() {
        0 => Ok(()),
        bad => {
            let message = format!("{bad} of {} recordings have no score", args.test.len());
            Err(Error::data(message, "mend them or leave them out; they are named above"))
        }
    }
}

fn read(path: &PathBuf) -> Result<Waveform> {
    let (waveform, note) = Waveform::read_noting(path)?;
    if let Some(note) = note {
        console::say(format!("{}: {note}", path.display()));
    }
    if waveform.len() < MIN_SAMPLES {
        let message = format!("{} samples give no frame", waveform.len());
        let remedy = format!("use recordings of at least {MIN_SAMPLES} samples (25 ms)");
        return Err(Error::audio(path.display().to_string(), message, remedy));
    }
    Ok(waveform)
}

fn load(args: &Args, device: &burn::tensor::Device) -> Result<Detector> {
    let Some(name) = &args.encoder else {
        let detector = Detector::load(&args.checkpoint, device)?;
        return match args.classifier {
            Some(classifier) => detector.conditioned(classifier),
            None => Ok(detector),
        };
    };
    let classifier = args.classifier.unwrap_or(Conditioning::Reference);
    Detector::load_as(&args.checkpoint, &EncoderConfig::named(name)?, classifier, device)
}

fn written(format: &str, scores: &[(String, TrialScore)]) -> Result<String> {
    let mut text = String::new();
    match format {
        "json" => {
            let rows: Vec<_> = scores
                .iter()
                .map(|(file, score)| serde_json::json!({ "file": file, "score": score.score, "margin": score.margin }))
                .collect();
            text =
                serde_json::to_string_pretty(&rows).map_err(|source| Error::data(source.to_string(), "report it"))?;
            text.push('\n');
        }
        "csv" => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            let failed = |source: csv::Error| Error::data(source.to_string(), "report it");
            writer.write_record(["file_name", "score", "margin"]).map_err(failed)?;
            for (file, score) in scores {
                let numbers = [score.score.to_string(), score.margin.to_string()];
                writer.write_record([file, &numbers[0], &numbers[1]]).map_err(failed)?;
            }
            let bytes = writer.into_inner().map_err(|source| Error::data(source.to_string(), "report it"))?;
            text = String::from_utf8_lossy(&bytes).into_owned();
        }
        _ => {
            writeln!(text, "{:>8}  {:>9}  file", "score", "margin").expect("a string takes all");
            for (file, score) in scores {
                writeln!(text, "{:8.6}  {:9.4}  {file}", score.score, score.margin).expect("a string takes all");
            }
        }
    }
    Ok(text)
}
