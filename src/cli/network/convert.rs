//! `convert`: a checkpoint under other names, of another type, or in another form.

use std::path::PathBuf;

use super::console;
use crate::{
    checkpoint::{Missing, Naming, StoredType},
    cli::print,
    error::{Error, Result},
    model::{Conversion, convert},
};

/// Write a checkpoint as safetensors under other names or of another type, or as our own .bpk.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  rat-report convert RAT_XLSR_300M.pt rat.safetensors                         # the authors' pickle without a pickle
  rat-report convert xlsr2_300m.pth xlsr.safetensors --naming hugging-face
  rat-report convert RAT_XLSR_300M.pt encoder.safetensors --naming torchaudio # the encoder alone
  rat-report convert runs/rat/checkpoints/epoch-05.bpk rat.safetensors --naming authors --dtype bf16
  rat-report convert rat.safetensors rat.bpk")]
pub(in crate::cli) struct Args {
    /// The checkpoint: a file, an index of shards, or a folder that holds one.
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// The file to write; .bpk for our own form.
    #[arg(value_name = "OUT.safetensors")]
    output: PathBuf,
    /// torchaudio, hugging-face or authors [default: authors for a detector, torchaudio for an encoder].
    #[arg(long, value_name = "NAMES", value_parser = ["torchaudio", "hugging-face", "authors"])]
    naming: Option<String>,
    /// f32, f16 or bf16 [default: each tensor's own].
    #[arg(long, value_name = "TYPE", value_parser = ["f32", "f16", "bf16"])]
    dtype: Option<String>,
    /// Write what there is, though tensors are missing or left over; both are listed, and nothing takes their place.
    #[arg(long)]
    allow_missing: bool,
    /// Replace an output that is there already.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let naming = args.naming.as_deref().map(|name| match name {
        "torchaudio" => Naming::Torchaudio,
        "hugging-face" => Naming::HuggingFace,
        _ => Naming::Authors,
    });
    let dtype = args.dtype.as_deref().and_then(StoredType::named);
    if !args.force && args.output.exists() {
        let message = format!("{} is there already", args.output.display());
        return Err(Error::config("output", message, "give another output, or --force to replace it"));
    }
    let missing = if args.allow_missing { Missing::Allow } else { Missing::Refuse };
    let converted = convert(&args.input, &args.output, Conversion { naming, dtype, missing })?;
    if !converted.left_out.is_empty() {
        console::say(format!("left out: {}", converted.left_out.join(", ")));
    }
    if !converted.missing.is_empty() {
        console::say(format!("missing, in the source too: {}", converted.missing.join(", ")));
    }
    console::say(format!("{} tensors under {} names", converted.tensors, converted.naming));
    print(&format!("{}\n", converted.path.display()))
}
