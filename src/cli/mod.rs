//! The command line: one file a subcommand. Standard output is data, everything else goes to standard error.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage. A broken pipe is no error.

mod audit;
mod calibrate;
mod compare;
mod completions;
mod corpora;
mod failure;
mod fitting;
mod fuse;
mod kernel;
mod metrics;
#[cfg(feature = "network")]
mod network;
#[cfg(not(feature = "network"))]
#[path = "network_absent.rs"]
mod network;
mod plot;
mod render;
mod scores;
mod tandem;
mod trusted;
mod verify;

use std::{io::Write, process::ExitCode};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::error::{Error, Result};

/// Train, ablate and report reference-augmented speech spoofing countermeasures.
#[derive(Debug, Parser)]
#[command(
    name = "rat-report",
    version,
    after_help = network::START
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    Network(network::Command),
    Metrics(metrics::Args),
    Compare(compare::Args),
    Audit(audit::Args),
    Calibrate(calibrate::Args),
    Fuse(fuse::Args),
    Tandem(tandem::Args),
    Plot(plot::Args),
    Render(render::Args),
    Kernel(kernel::Args),
    Verify(verify::Args),
    Corpora(corpora::Args),
    Completions(completions::Args),
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let matches = Cli::command().get_matches();
    let outcome = match Cli::from_arg_matches(&matches) {
        Ok(cli) => dispatch(cli.command),
        Err(usage) => usage.exit(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            failure::say(&error);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> Result<()> {
    match command {
        Command::Network(command) => network::run(command),
        Command::Metrics(args) => metrics::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Calibrate(args) => calibrate::run(&args),
        Command::Fuse(args) => fuse::run(&args),
        Command::Tandem(args) => tandem::run(&args),
        Command::Plot(args) => plot::run(&args),
        Command::Render(args) => render::run(&args),
        Command::Kernel(args) => kernel::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Corpora(args) => corpora::run(&args),
        Command::Completions(args) => completions::run(&args, &mut Cli::command()),
    }
}

/// Writes data to standard output.
fn print(text: &str) -> Result<()> {
    print_bytes(text.as_bytes())
}

fn print_bytes(content: &[u8]) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout
        .write_all(content)
        .and_then(|()| stdout.flush())
        .map_err(|source| Error::io("writing to", "standard output", source))
}

/// An error in data with the file that they stand in.
fn in_file(error: Error, path: &std::path::Path) -> Error {
    match error {
        Error::Data { message, remedy } => Error::data(format!("{}: {message}", path.display()), remedy),
        other => other,
    }
}

fn is_broken_pipe(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe)
}

/// The command line for records: the program's name without its path, then the arguments.
fn command_line() -> Vec<String> {
    std::iter::once("rat-report".to_owned()).chain(std::env::args().skip(1)).collect()
}
