//! `inspect`: what a checkpoint is, what it counts, and what of it fits.

use std::{fmt::Write, path::PathBuf};

use crate::{
    cli::print,
    error::{Error, Result},
    model::{Inspection, TensorNote},
    report::grouped,
};

/// Say what a checkpoint is: its network, tensors and parameters, and what would be missing, unused or ignored.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Reads no weights and runs no code of a pickle.

Examples:
  rat-report inspect RAT_XLSR_300M.pt
  rat-report inspect wav2vec2-xls-r-300m/                 # a folder from Hugging Face
  rat-report inspect model.safetensors --tensors
  rat-report inspect runs/rat/checkpoints/epoch-05.bpk --format json")]
pub(in crate::cli) struct Args {
    /// The checkpoint: a file, an index of shards, or a folder that holds one.
    file: PathBuf,
    /// List every tensor, not one line for those alike.
    #[arg(long)]
    tensors: bool,
    /// How it is written.
    #[arg(long, default_value = "table", value_parser = ["table", "json"])]
    format: String,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let inspection = Inspection::of(&args.file)?;
    if args.format == "json" {
        let json =
            serde_json::to_string_pretty(&inspection).map_err(|source| Error::data(source.to_string(), "report it"))?;
        return print(&(json + "\n"));
    }
    let mut text = String::new();
    describe(&mut text, &inspection).expect("a string takes all");
    tensors(&mut text, &inspection, args.tensors).expect("a string takes all");
    fit(&mut text, &inspection).expect("a string takes all");
    print(&text)
}

type Written = std::fmt::Result;

fn describe(text: &mut String, inspection: &Inspection) -> Written {
    let Inspection { path, form, files, naming, network, tensors, numbers, .. } = inspection;
    writeln!(text, "file         {}", path.display())?;
    let shards = if *files > 1 { format!(" in {files} shards") } else { String::new() };
    writeln!(text, "form         {form}{shards}, {naming} names")?;
    writeln!(text, "network      {network}")?;
    if let Some(reason) = &inspection.reason {
        writeln!(text, "             {reason}")?;
    }
    if !inspection.classifiers.is_empty() {
        writeln!(text, "classifier   {}", inspection.classifiers.join(" or "))?;
    }
    if let Some(config) = &inspection.encoder {
        let names =
            if inspection.encoders.is_empty() { "none of the known".into() } else { inspection.encoders.join(" or ") };
        writeln!(text, "encoder      {names}")?;
        let guessed = if inspection.heads_known { "" } else { " (guessed)" };
        writeln!(
            text,
            "             {} layers, {} features, {} heads{guessed}, waveform {}normalised",
            config.layers,
            config.features,
            config.heads,
            if config.normalise_waveform { "" } else { "not " }
        )?;
    }
    let numbers: Vec<_> = numbers.iter().map(|(dtype, count)| format!("{} {dtype}", grouped(*count))).collect();
    writeln!(text, "tensors      {}: {}", tensors.len(), numbers.join(", "))?;
    if let Some(counts) = inspection.parameters {
        writeln!(text, "parameters   {:>13}", grouped(counts.total))?;
        if inspection.network == "detector" {
            writeln!(text, "  outside the encoder  {:>11}", grouped(counts.outside_encoder))?;
            writeln!(text, "  trained in stage 1   {:>11}", grouped(counts.trainable_stage_1))?;
            writeln!(text, "  trained in stage 2   {:>11}", grouped(counts.trainable_stage_2))?;
        }
    }
    Ok(())
}

fn tensors(text: &mut String, inspection: &Inspection, all: bool) -> Written {
    writeln!(text)?;
    if all {
        return inspection.tensors.iter().try_for_each(|note| line(text, note));
    }
    let width = inspection.groups.iter().map(|group| group.name.len()).max().unwrap_or(0);
    for group in &inspection.groups {
        let times = if group.tensors > 1 { format!("  x {}", group.tensors) } else { String::new() };
        writeln!(text, "{:<width$}  {:<4}  {:?}{times}", group.name, group.dtype, group.shape)?;
    }
    Ok(())
}

fn fit(text: &mut String, inspection: &Inspection) -> Written {
    if inspection.network == "unknown" {
        return Ok(());
    }
    writeln!(text)?;
    let Inspection { missing, unfit, unused, ignored, .. } = inspection;
    if missing.is_empty() && unfit.is_empty() && unused.is_empty() {
        writeln!(text, "all parameters are there, and no tensor is left over")?;
    }
    let lists = [("missing", missing), ("unused", unused), ("ignored, no inference needs them", ignored)];
    for (what, notes) in lists.into_iter().filter(|(_, notes)| !notes.is_empty()) {
        writeln!(text, "{what}: {}", notes.len())?;
        notes.iter().try_for_each(|note| line(text, note))?;
    }
    if !unfit.is_empty() {
        writeln!(text, "of another shape or type: {}", unfit.len())?;
    }
    unfit.iter().try_for_each(|unfit| writeln!(text, "  {unfit}"))
}

fn line(text: &mut String, note: &TensorNote) -> Written {
    writeln!(text, "  {}  {}  {:?}", note.name, note.dtype, note.shape)
}
