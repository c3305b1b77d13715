//! `completions`: shell completions to standard output.

use clap_complete::Shell;

use crate::error::Result;

/// Print completions for a shell.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: rat-report completions bash > ~/.local/share/bash-completion/completions/rat-report")]
pub(super) struct Args {
    /// The shell.
    shell: Shell,
}

pub(super) fn run(args: &Args, command: &mut clap::Command) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command, "rat-report", &mut script);
    super::print(&String::from_utf8_lossy(&script))
}
