//! The host's side: evcxr's context, a cell at a time from standard input, an answer a line to standard output.
//!
//! evcxr answers a panic or an early leave by `?` as it answers success. Both lose the variables that the cell defines, so
//! every cell defines one, and having it afterwards is the proof that the cell ran to its end.
//!
//! evcxr reads its own marks at the start of a line, so a cell that ends within a line would hide them and never return.
//! Every cell therefore ends with a line end of ours, which is taken off again.

use std::{
    io::Write,
    path::Path,
    process::{Child, Command},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use evcxr::{CommandContext, EvalContext, EvalContextOutputs};

use super::{
    FLAGS, FOLDER,
    failure::{before_backtrace, left_early, refused, stopped},
    family,
    output::{BEGUN, Output},
    reply::{Reply, Request},
    warnings,
};
use crate::report::{CellFailure, Shown};

/// The variable that proves a cell's end.
const PROOF: &str = "rat_cell_ended";

/// Ends the cell's last line when the cell is left, by whatever way: the temporary lives as long as the cell.
const LINE_END: &str = "let _ = &{ struct End; impl Drop for End { fn drop(&mut self) { println!(); } } End };";

/// How long to wait for the words that go with a failure.
const WORDS: Duration = Duration::from_millis(300);

/// Answers cells until standard input ends, also while one runs; gives the exit code.
pub(super) fn serve(folder: &Path) -> i32 {
    let mut host = match Host::start(folder) {
        Ok(host) => host,
        Err(failure) => return i32::from(!answer(&Reply::refused(failure))),
    };
    if !answer(&Reply::default()) {
        return 1;
    }
    let (sender, requests) = std::sync::mpsc::channel();
    let (child, folder) = (host.context.process_handle(), folder.to_owned());
    std::thread::spawn(move || {
        let lines = std::io::stdin().lines().map_while(|line| line.ok());
        lines.filter_map(|line| serde_json::from_str(&line).ok()).all(|request: Request| sender.send(request).is_ok());
        // The caller is gone. A cell that never ends would keep its process, and so would a build.
        end_child(&child);
        family::end(std::process::id(), Some(&folder));
        std::process::exit(0);
    });
    while let Ok(request) = requests.recv() {
        if !answer(&host.run(&request)) {
            return 1;
        }
    }
    0
}

/// Ends the child, with what cells started.
fn end_child(child: &Mutex<Child>) {
    let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = child.kill();
    family::end(child.id(), None);
    let _ = child.wait();
}

/// Where the child has ended by itself, ends what cells started: it would keep the outputs open, and evcxr waiting. `left` is the
/// child of which that was done.
fn end_offspring(child: &Mutex<Child>, left: &mut u32) {
    let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
    if child.id() != *left && matches!(child.try_wait(), Ok(Some(_))) {
        *left = child.id();
        family::end(child.id(), None);
    }
}

/// Writes an answer; false when nobody reads.
fn answer(reply: &Reply) -> bool {
    let Ok(line) = serde_json::to_string(reply) else { return false };
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}").and_then(|()| stdout.flush()).is_ok()
}

struct Host {
    context: CommandContext,
    outputs: EvalContextOutputs,
}

impl Host {
    /// Starts evcxr in `folder`, where no settings are, and the child in the directory of this process.
    fn start(folder: &Path) -> Result<Self, CellFailure> {
        let remedy =
            "install Rust with rustup, so that `cargo` and `rustc` run, and free space in the temporary folder";
        let failure =
            |error: String| CellFailure::new("kernel", None, format!("the kernel cannot start: {error}"), remedy);
        let mut child = Command::new(std::env::current_exe().map_err(|error| failure(error.to_string()))?);
        family::apart(&mut child);
        child.env_remove(FOLDER).env_remove(FLAGS).env(crate::report::SESSION, "1");
        child.current_dir(std::env::current_dir().map_err(|error| failure(error.to_string()))?);
        std::env::set_current_dir(folder).map_err(|error| failure(error.to_string()))?;
        let (context, outputs) =
            EvalContext::with_subprocess_command(child).map_err(|error| failure(error.to_string()))?;
        let mut host = Self { context: CommandContext::with_eval_context(context), outputs };
        match std::env::var(FLAGS).ok().filter(|flags| !flags.is_empty()) {
            None => Ok(host),
            Some(flags) => match host.execute(&format!(":build_env RUSTFLAGS={flags}"), None).failure {
                None => Ok(host),
                Some(refused) => Err(refused),
            },
        }
    }

    fn run(&mut self, request: &Request) -> Reply {
        let (start, begin) = (Instant::now(), SystemTime::now());
        let earlier: Vec<String> = self.outputs.stderr.try_iter().collect();
        let proven = with_proof(&request.code);
        let mut outcome = self.execute(proven.as_deref().unwrap_or(&request.code), request.limit);
        let ended = |host: &Self| host.context.variables_and_types().any(|(name, _)| name == PROOF);
        let mut words: Vec<String> = self.outputs.stderr.try_iter().collect();
        if outcome.failure.is_none() && proven.is_some() && !ended(self) {
            words.extend(std::iter::from_fn(|| self.outputs.stderr.recv_timeout(WORDS).ok()));
            let source = self.context.last_source().unwrap_or_default();
            outcome.failure = Some(left_early(std::mem::take(&mut words), &source, &request.code));
        }
        let words: Vec<String> = earlier.into_iter().chain(words).collect();
        if !words.is_empty() && outcome.failure.is_none() {
            outcome.shown.push(Shown::Stderr { text: words.join("\n") + "\n" });
        }
        if let (Some(folder), Ok(source)) = (std::env::var_os("EVCXR_TMPDIR"), self.context.last_source()) {
            outcome.shown.extend(warnings::since(begin, folder.as_ref(), &source, &request.code));
        }
        outcome.took = start.elapsed();
        outcome
    }

    /// Runs the code; evcxr returns only when its standard output is read meanwhile.
    fn execute(&mut self, code: &str, limit: Option<Duration>) -> Reply {
        let child = self.context.process_handle();
        let (context, lines, ended) = (&mut self.context, &self.outputs.stdout, AtomicBool::new(false));
        let (result, mut output) = std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let mut left = 0;
                let next = |tick| lines.recv_timeout(tick).inspect_err(|_| end_offspring(&child, &mut left)).ok();
                Output::read(next, &ended, limit, || end_child(&child))
            });
            let result = context.execute(code);
            ended.store(true, Ordering::Release);
            (result, reader.join().unwrap_or_default())
        });
        output.without_last_line_end();
        let failure = match result {
            Ok(value) => {
                let mut forms: Vec<_> = value.content_by_mime_type.into_iter().collect();
                forms.retain(|(media_type, content)| media_type != "text/plain" || content != "()");
                forms.sort();
                if !forms.is_empty() {
                    output.display(forms);
                }
                None
            }
            Err(_) if output.stopped => Some(stopped(limit.unwrap_or_default())),
            Err(error) => {
                let words = before_backtrace(self.outputs.stderr.try_iter().collect());
                Some(refused(&error, &words.join("\n"), code))
            }
        };
        Reply { shown: output.shown, failure, ..Reply::default() }
    }
}

/// The code with the proving variable and the line end before its first Rust line, on that line, so that lines keep their
/// numbers; none for code of commands only.
fn with_proof(code: &str) -> Option<String> {
    let before_rust = |line: &&str| {
        let line = line.trim();
        line.is_empty() || [":", "!", "//", "#!["].iter().any(|start| line.starts_with(start))
    };
    let at: usize = code.split_inclusive('\n').take_while(before_rust).map(str::len).sum();
    (at < code.len())
        .then(|| format!("{}let {PROOF}: bool = true; {LINE_END} println!({BEGUN:?}); {}", &code[..at], &code[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proof_stands_before_rust_and_keeps_the_lines() {
        let proven = with_proof(":dep a = \"1\"\n\n// note\nlet x = 1;\nx").expect("has Rust");
        let (commands, rust) = proven.split_once("let rat_cell_ended: bool = true; ").expect("proves its end");
        assert_eq!((commands, rust.ends_with(" let x = 1;\nx")), (":dep a = \"1\"\n\n// note\n", true));
        assert_eq!(proven.lines().count(), 5);
        assert_eq!(with_proof(":vars\n"), None);
        assert_eq!(with_proof(""), None);
    }
}
