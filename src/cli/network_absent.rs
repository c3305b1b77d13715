//! The subcommands that need the network, in a build without it: each says how to get it.

use clap::Subcommand;

use crate::error::{Error, Result};

/// Where to begin.
pub(super) const START: &str =
    "Start with `rat-report render scores --param scores=FILE`: everything about a score file on one page.";

#[derive(Debug, clap::Args)]
pub(super) struct Anything {
    /// Ignored.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    _arguments: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Not in this build: needs the feature `network`.
    Demo(Anything),
    /// Not in this build: needs the feature `network`.
    Train(Anything),
    /// Not in this build: needs the feature `network`.
    Finetune(Anything),
    /// Not in this build: needs the feature `network`.
    Score(Anything),
    /// Not in this build: needs the feature `network`.
    Trace(Anything),
    /// Not in this build: needs the feature `network`.
    Inspect(Anything),
    /// Not in this build: needs the feature `network`.
    Convert(Anything),
    /// Not in this build: needs the feature `network`.
    Devices(Anything),
}

pub(super) fn run(_command: Command) -> Result<()> {
    Err(Error::unavailable(
        "this build has no network, only score files, figures and reports",
        "build with `cargo build --release`, without --no-default-features",
    ))
}
