//! The subcommands that train, score and trace.

mod arguments;
mod console;
mod convert;
mod demo;
mod devices;
mod experiment;
mod hooks;
mod inspect;
mod origin;
mod page;
mod part;
mod record;
mod references;
mod score;
mod score_file;
mod self_check;
mod trace;
mod traced;
mod train;

use clap::Subcommand;

use crate::error::Result;

/// Where to begin.
pub(in crate::cli) const START: &str = "Start with `rat-report demo --quick`: two minutes from audio to a report; \
     with score files, with `rat-report render scores --param scores=FILE`.";

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    Demo(demo::Args),
    Train(train::TrainArgs),
    Finetune(train::FinetuneArgs),
    Score(score::Args),
    ScoreFile(score_file::Args),
    Trace(trace::Args),
    Inspect(inspect::Args),
    Convert(convert::Args),
    /// List what this build can compute on, and whether this machine has it.
    Devices,
}

pub(in crate::cli) fn run(command: Command) -> Result<()> {
    match command {
        Command::Demo(args) => demo::run(&args),
        Command::Train(args) => train::run_train(&args),
        Command::Finetune(args) => train::run_finetune(&args),
        Command::Score(args) => score::run(&args),
        Command::ScoreFile(args) => score_file::run(&args),
        Command::Trace(args) => trace::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Convert(args) => convert::run(&args),
        Command::Devices => devices::run(),
    }
}
