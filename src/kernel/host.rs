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
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use evcxr::{CommandContext, CompilationError, EvalContext, EvalContextOutputs};

use super::{
    FOLDER,
    reply::{CellOutput, Failure, Reply},
};

/// The variable that proves a cell's end.
const PROOF: &str = "rat_cell_ended";

/// Ends the cell's last line when the cell is left, by whatever way: the temporary lives as long as the cell.
const LINE_END: &str = "let _ = &{ struct End; impl Drop for End { fn drop(&mut self) { println!(); } } End };";

/// What to do where evcxr cannot keep a variable.
const NAME_TYPES: &str =
    "name the type of every new variable, as in `let scores: Vec<f64> = ..`, `let name: &'static str = ..`";

/// How long to wait for the words that go with a failure.
const WORDS: Duration = Duration::from_millis(300);

/// Answers cells until standard input ends; gives the exit code.
pub(super) fn serve(folder: &Path) -> i32 {
    let mut host = match Host::start(folder) {
        Ok(host) => host,
        Err(failure) => return i32::from(!answer(&Err(failure))),
    };
    if !answer(&Ok(CellOutput::default())) {
        return 1;
    }
    for line in std::io::stdin().lines().map_while(|line| line.ok()) {
        let Ok(code) = serde_json::from_str::<String>(&line) else { continue };
        if !answer(&host.run(&code)) {
            return 1;
        }
    }
    0
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
    fn start(folder: &Path) -> Result<Self, Failure> {
        let remedy =
            "install Rust with rustup, so that `cargo` and `rustc` run, and free space in the temporary folder";
        let failure = |error: String| Failure::new("kernel", None, format!("the kernel cannot start: {error}"), remedy);
        let mut child = Command::new(std::env::current_exe().map_err(|error| failure(error.to_string()))?);
        child.env_remove(FOLDER).current_dir(std::env::current_dir().map_err(|error| failure(error.to_string()))?);
        std::env::set_current_dir(folder).map_err(|error| failure(error.to_string()))?;
        let (context, outputs) =
            EvalContext::with_subprocess_command(child).map_err(|error| failure(error.to_string()))?;
        Ok(Self { context: CommandContext::with_eval_context(context), outputs })
    }

    fn run(&mut self, code: &str) -> Reply {
        self.pass_on_stderr();
        let Some(proven) = with_proof(code) else { return self.execute(code) };
        let mut output = self.execute(&proven)?;
        if self.context.variables_and_types().any(|(name, _)| name == PROOF) {
            self.pass_on_stderr();
            output.stdout.pop();
            return Ok(output);
        }
        Err(self.left_early(code))
    }

    /// What cells write to standard error goes to ours.
    fn pass_on_stderr(&self) {
        self.outputs.stderr.try_iter().for_each(|line| eprintln!("{line}"));
    }

    /// Runs the code; evcxr returns only when its standard output is read meanwhile.
    fn execute(&mut self, code: &str) -> Reply {
        let (context, lines, ended) = (&mut self.context, &self.outputs.stdout, AtomicBool::new(false));
        let (result, stdout) = std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let mut text = String::new();
                loop {
                    // Read before the channel: what evcxr sent before it ended is in the channel then.
                    let last = ended.load(Ordering::Acquire);
                    match lines.recv_timeout(Duration::from_millis(5)) {
                        Ok(line) => text.extend([line.as_str(), "\n"]),
                        Err(_) if last => return text,
                        Err(_) => {}
                    }
                }
            });
            let result = context.execute(code);
            ended.store(true, Ordering::Release);
            (result, reader.join().unwrap_or_default())
        });
        let words = || before_backtrace(self.outputs.stderr.try_iter().collect()).join("\n");
        let mut contents = result.map_err(|error| refused(&error, &words()))?.content_by_mime_type;
        let value = contents.remove("text/plain").filter(|text| text != "()");
        let mut displays: Vec<_> = contents.into_iter().collect();
        displays.sort();
        Ok(CellOutput { stdout, displays, value })
    }

    /// A cell that compiled and ran, but not to its end.
    fn left_early(&self, code: &str) -> Failure {
        let words = std::iter::from_fn(|| self.outputs.stderr.recv_timeout(WORDS).ok());
        let words = before_backtrace(words.collect());
        let Some(at) = words.iter().position(|line| line.contains(" panicked at ")) else {
            let message = format!("left by `?`: {}", words.join("\n"));
            return Failure::new("error", None, message, "handle the error, or correct what it complains of");
        };
        let source = self.context.last_source().unwrap_or_default();
        let line = panic_line(&words[at]).and_then(|line| line_in_cell(&source, line, code));
        let message = words[at + 1..].join("\n");
        Failure::new("panic", line, message, "correct the cell; variables that it defined are lost, earlier ones stay")
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
    (at < code.len()).then(|| format!("{}let {PROOF}: bool = true; {LINE_END} {}", &code[..at], &code[at..]))
}

/// The generated source's line in "thread .. panicked at src/lib.rs:12:5:".
fn panic_line(words: &str) -> Option<usize> {
    let (_, place) = words.split_once(" panicked at src/lib.rs:")?;
    place.split(':').next()?.parse().ok()
}

/// The cell's only line that the generated source's line holds, or that holds it.
fn line_in_cell(source: &str, line: usize, code: &str) -> Option<u64> {
    let generated = source.lines().nth(line.checked_sub(1)?)?.trim();
    let same = |line: &str| {
        let line = line.trim();
        !line.is_empty() && !generated.is_empty() && (generated.contains(line) || line.contains(generated))
    };
    let mut found = code.lines().zip(1..).filter(|(line, _)| same(line)).map(|(_, number)| number);
    found.next().filter(|_| found.next().is_none())
}

/// Of a cell's last words those before the backtrace.
fn before_backtrace(mut words: Vec<String>) -> Vec<String> {
    let end = words.iter().position(|line| line == "stack backtrace:").unwrap_or(words.len());
    words.truncate(end);
    words
}

/// evcxr's error in our words; `words` are the child's to standard error.
fn refused(error: &evcxr::Error, words: &str) -> Failure {
    match error {
        evcxr::Error::CompilationErrors(errors) => not_compiled(errors),
        evcxr::Error::SubprocessTerminated(message) => Failure::new(
            "exit",
            None,
            format!("ended its process: {words}{}{}", if words.is_empty() { "" } else { "\n" }, message.trim_end()),
            "do not exit, abort or overflow the stack in a cell; all variables are lost, so run the earlier cells again",
        ),
        other => Failure::new("kernel", None, other.to_string(), NAME_TYPES),
    }
}

/// The first error that has a line, and how many there are.
fn not_compiled(errors: &[CompilationError]) -> Failure {
    let line = |error: &CompilationError| Some(error.primary_spanned_message()?.span?.start_line as u64);
    let Some(error) = errors.iter().find(|error| line(error).is_some()).or(errors.first()) else {
        return Failure::new("rustc", None, "does not compile", "correct the cell");
    };
    let mut message = error.message();
    // Where rustc gives a span no label of its own, evcxr repeats the message.
    let label = error.primary_spanned_message().map_or("", |spanned| &spanned.label);
    if !label.is_empty() && !label.contains(&message) {
        message = format!("{message}: {label}");
    }
    if let Some(code) = error.code() {
        message = format!("{message} [{code}]");
    }
    if errors.len() > 1 {
        message = format!("{message} (the first of {} errors)", errors.len());
    }
    let help = error.help().join("; ");
    let remedy = match (help.is_empty(), error.is_from_user_code()) {
        (false, _) => help,
        (true, true) => "correct the cell".to_owned(),
        (true, false) => NAME_TYPES.to_owned(),
    };
    Failure::new("rustc", line(error), message, remedy)
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

    #[test]
    fn a_panic_is_placed_in_the_cell() {
        assert_eq!(panic_line("thread '<unnamed>' (7) panicked at src/lib.rs:2:5:"), Some(2));
        assert_eq!(panic_line("thread 'main' panicked at /rustc/library/core/src/x.rs:2:5:"), None);
        let source = "generated\n  panic!(\"x\")\n);";
        assert_eq!(line_in_cell(source, 2, "let a = 1;\npanic!(\"x\");"), Some(2));
        assert_eq!(line_in_cell(source, 2, "panic!(\"x\");\npanic!(\"x\");"), None, "either of two");
        assert_eq!(line_in_cell(source, 0, "panic!(\"x\");"), None);
    }
}
