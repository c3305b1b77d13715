//! The caller's side: starts the host, sends it cells, reads its answers, and sees to it that no process stays behind.

use std::{
    fs,
    io::{BufRead, BufReader, Lines, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{
    FLAGS, FOLDER, Library, family,
    reply::{Reply, Request},
};
use crate::{
    error::{Error, Result},
    report::CellOutcome,
};

/// How long a host may take to leave when its session ends.
const LEAVE: Duration = Duration::from_secs(10);

/// Cells that share variables, items and imports.
///
/// ```no_run
/// # fn main() -> rat::Result<()> {
/// let program = std::env::current_exe().expect("the running program");
/// let mut session = rat::kernel::Session::start(std::process::Command::new(program))?;
/// session.run("let trials: usize = 20;")?;
/// assert_eq!(session.run("trials + 1")?.value(), Some("21"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Session {
    host: Child,
    cells: Option<ChildStdin>,
    replies: Lines<BufReader<ChildStdout>>,
    number: usize,
    folder: TempDir,
}

impl Session {
    /// Starts a session in processes of `command`, a program whose `main` calls [`runtime_hook`](super::runtime_hook)
    /// first. Cells run in the working directory of `command`.
    ///
    /// # Errors
    ///
    /// When the program cannot be started or is none of that kind, or when Rust is not installed.
    pub fn start(command: Command) -> Result<Self> {
        Self::start_with(command, "")
    }

    /// As [`start`](Self::start), with the library at hand for `use rat::..`.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub fn linking(command: Command, library: &Library) -> Result<Self> {
        Self::start_with(command, &library.flags)
    }

    fn start_with(mut command: Command, flags: &str) -> Result<Self> {
        let program = command.get_program().to_owned();
        let folder = tempfile::Builder::new()
            .prefix(family::FOLDERS)
            .tempdir()
            .map_err(|source| Error::io("making the kernel's folder in", std::env::temp_dir(), source))?;
        let stub = folder.path().join("library");
        for made in [folder.path().join("settings"), folder.path().join("crate"), stub.join("core")] {
            fs::create_dir_all(&made).map_err(|source| Error::io("making", &made, source))?;
        }
        command
            .env(FOLDER, folder.path())
            .env(FLAGS, flags)
            .env("EVCXR_TMPDIR", folder.path().join("crate"))
            .env("EVCXR_CONFIG_DIR", folder.path().join("settings"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        if std::env::var_os("RUST_SRC_PATH").is_none() {
            command.env("RUST_SRC_PATH", stub);
        }
        family::apart(&mut command);
        let mut host = command.spawn().map_err(|source| Error::io("starting the kernel", &program, source))?;
        let cells = host.stdin.take();
        let replies = BufReader::new(host.stdout.take().expect("standard output is piped")).lines();
        let mut session = Self { host, cells, replies, number: 0, folder };
        match session.reply().map(|reply| reply.failure) {
            Some(None) => Ok(session),
            Some(Some(failure)) => Err(Error::unavailable(failure.message, failure.remedy)),
            None => Err(Error::unavailable(
                format!("{} is no kernel", program.display()),
                "start a program that calls rat::kernel::runtime_hook() first in main, as rat-report does",
            )),
        }
    }

    /// Runs a cell; the last expression, when no semicolon follows it, is its value.
    ///
    /// # Errors
    ///
    /// When it does not compile (with rustc's message and the line), panics, leaves by `?`, or ends its process. After the
    /// last the session goes on without its variables; after the others, without those of this cell.
    pub fn run(&mut self, code: &str) -> Result<CellOutcome> {
        let outcome = self.outcome(code, None)?;
        match outcome.failure {
            None => Ok(outcome),
            Some(failure) => Err(failure.into_error(self.number)),
        }
    }

    /// Runs a cell for no longer than `limit`, compiling not counted; its failure is part of the outcome.
    ///
    /// # Errors
    ///
    /// When the session has ended.
    pub fn outcome(&mut self, code: &str, limit: Option<Duration>) -> Result<CellOutcome> {
        self.number += 1;
        // A host that cannot be written to has ended: its silence says so below.
        if let Some(cells) = &mut self.cells {
            let request = Request { code: code.into(), limit };
            let line = serde_json::to_string(&request).expect("plain data serialises");
            let _ = writeln!(cells, "{line}").and_then(|()| cells.flush());
        }
        self.reply().ok_or_else(|| {
            Error::unavailable(
                format!("cell {}: the kernel has ended", self.number),
                "start a new session; `:quit` and a kill from outside end one",
            )
        })
    }

    /// Where the session keeps its files.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The host's next answer; none when it has ended. Other lines are not its answers.
    fn reply(&mut self) -> Option<Reply> {
        self.replies.by_ref().map_while(|line| line.ok()).find_map(|line| serde_json::from_str(&line).ok())
    }
}

impl Drop for Session {
    /// Ends the host, which ends its child and whatever cells started.
    fn drop(&mut self) {
        drop(self.cells.take());
        let start = Instant::now();
        while start.elapsed() < LEAVE {
            match self.host.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(10)),
                Ok(Some(_)) | Err(_) => return,
            }
        }
        family::end(self.host.id(), Some(self.folder.path()));
        let _ = self.host.kill();
        let _ = self.host.wait();
    }
}
