//! `kernel`: a document's cells in a session that stays open, and the page made again when the document is saved.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};

use super::{failure, render, trusted};
use crate::{
    error::{Error, Result},
    kernel::{self, DocumentSession},
    report::{Document, Format, RenderOptions, Rendered, render_running},
};

/// How often the document is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Run a document's Rust cells in a session that stays open; or open evcxr's REPL, or install a kernel for Jupyter.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  rat-report kernel reports/explore.md --watch
  rat-report kernel --repl        # evcxr with this library
  rat-report kernel --install     # \"Rust (rat)\" for Jupyter

--repl needs `cargo install --locked evcxr_repl@0.22.0`, and --install `cargo install --locked evcxr_jupyter@0.22.0`.

The page is made again whenever the document is saved; only the first cell that changed and those after it run. Ctrl-C ends the \
session. Cells run with your rights.")]
pub(super) struct Args {
    /// A Markdown file with cells.
    #[arg(required_unless_present_any = ["repl", "install"])]
    document: Option<PathBuf>,
    /// Open evcxr's REPL with the library linked and `rat::prelude` in use.
    #[arg(long, conflicts_with_all = ["document", "watch", "install"])]
    repl: bool,
    /// Install the kernel "Rust (rat)" for Jupyter, with the same.
    #[arg(long, conflicts_with_all = ["document", "watch"])]
    install: bool,
    /// Keep the session open, and make the page again when the document is saved.
    #[arg(long)]
    watch: bool,
    /// Parameters that replace the document's defaults.
    #[arg(long = "param", value_name = "KEY=VALUE", value_parser = render::key_value)]
    params: Vec<(String, String)>,
    /// What to write, separated by commas.
    #[arg(long, default_value = "html,markdown", value_delimiter = ',', value_parser = super::scores::one_of::<Format, _>(["html", "markdown", "latex"]))]
    format: Vec<Format>,
    /// The folder for the page.
    #[arg(long, default_value = "reports/build")]
    output: PathBuf,
    /// Let documents of this folder run their cells too; those below the working directory may.
    #[arg(long, value_name = "DIR")]
    trust: Vec<PathBuf>,
}

impl Args {
    fn document(&self) -> &Path {
        self.document.as_deref().unwrap_or(Path::new(""))
    }
}

pub(super) fn run(args: &Args) -> Result<()> {
    if args.repl {
        return hand_over(kernel::repl()?);
    }
    if args.install {
        return super::print(&format!("{}\n", kernel::install_jupyter()?.display()));
    }
    trusted::check(args.document(), &args.trust)?;
    let mut session = DocumentSession::new();
    if !args.watch {
        let rendered = make(args, &mut session)?;
        super::print(&format!("{}\n", page(&rendered)?.display()))?;
        return rendered.failures.into_iter().next().map_or(Ok(()), Err);
    }
    // The session's processes see that this one is gone, and end.
    let at_once = Arc::new(AtomicBool::new(true));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, 0, Arc::clone(&at_once))
            .map_err(|source| Error::io("listening for", "Ctrl-C", source))?;
    }
    let mut seen = None;
    loop {
        // An editor may take the file away for a moment while it saves.
        let text = std::fs::read(args.document()).ok();
        if text.is_some() && text != seen {
            seen = text;
            say(args, &mut session)?;
        }
        std::thread::sleep(LOOK);
    }
}

/// Becomes the program, which then has the terminal and its signals to itself.
#[cfg(unix)]
fn hand_over(mut command: Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let failed = command.exec();
    Err(Error::io("starting", command.get_program(), failed))
}

/// Runs the program to its end.
#[cfg(not(unix))]
fn hand_over(mut command: Command) -> Result<()> {
    command.status().map_err(|source| Error::io("starting", command.get_program(), source)).map(drop)
}

/// Makes the page once, and says which cells ran; what is wrong with the document is said too, and no end.
fn say(args: &Args, session: &mut DocumentSession) -> Result<()> {
    let start = Instant::now();
    match make(args, session) {
        Ok(rendered) => {
            let ran = in_words(session.executed());
            eprintln!("{ran} in {:.1} s; Ctrl-C ends the session", start.elapsed().as_secs_f64());
            rendered.failures.iter().for_each(failure::say);
            super::print(&format!("{}\n", page(&rendered)?.display()))
        }
        Err(error) => {
            failure::say(&error);
            Ok(())
        }
    }
}

fn make(args: &Args, session: &mut DocumentSession) -> Result<Rendered> {
    let options = RenderOptions {
        params: args.params.clone(),
        formats: args.format.clone(),
        output: args.output.clone(),
        command: super::command_line(),
        // Kept results would leave the session without the variables of their cells.
        fresh: true,
    };
    let working = super::scores::Working::on(format!("running {}", args.document().display()));
    let rendered = render_running(&Document::read(args.document())?, &options, Some(session));
    drop(working);
    rendered.inspect(super::render::say_missing)
}

fn page(rendered: &Rendered) -> Result<&std::path::Path> {
    let none = || Error::config("format", "none is named", "use html, markdown or latex");
    rendered.files.first().map(PathBuf::as_path).ok_or_else(none)
}

/// The numbers of cells that ran, in order.
fn in_words(cells: &[usize]) -> String {
    match cells {
        [] => "no cell ran".into(),
        [only] => format!("cell {only} ran"),
        [first, .., last] => format!("cells {first} to {last} ran"),
    }
}
