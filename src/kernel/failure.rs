//! Why a cell failed, in words: evcxr's errors, panics with their line, an early leave by `?`.

use evcxr::CompilationError;

use crate::report::CellFailure;

/// What to do where evcxr cannot keep a variable.
const NAME_TYPES: &str =
    "name the type of every new variable, as in `let scores: Vec<f64> = ..`, `let name: &'static str = ..`";

impl CellFailure {
    /// Whether the process ended in which the variables were.
    pub(super) fn loses_variables(&self) -> bool {
        ["exit", "timeout"].contains(&self.by.as_str())
    }

    /// Of a cell that ended not only its own process.
    pub(super) fn session_ended() -> Self {
        let remedy = "do not use `:quit`, and leave the session's processes alone; all variables are lost";
        Self::new("exit", None, "ended the whole session", remedy)
    }
}

/// Of a cell that compiled and ran, but not to its end; `source` is what evcxr made of the cell's `code`, `words` what the child
/// wrote to standard error.
pub(super) fn left_early(words: Vec<String>, source: &str, code: &str) -> CellFailure {
    let words = before_backtrace(words);
    let Some(at) = words.iter().position(|line| line.contains(" panicked at ")) else {
        let message = format!("left by `?`: {}", words.join("\n"));
        return CellFailure::new("error", None, message, "handle the error, or correct what it complains of");
    };
    let line = panic_line(&words[at]).and_then(|line| line_in_cell(source, line, code));
    let message = words[at + 1..].join("\n");
    CellFailure::new("panic", line, message, "correct the cell; variables that it defined are lost, earlier ones stay")
}

/// Of a cell that was stopped.
pub(super) fn stopped(limit: std::time::Duration) -> CellFailure {
    CellFailure::new(
        "timeout",
        None,
        format!("stopped after {} s", limit.as_secs_f64()),
        "give it more time with `//| timeout: SECONDS`, or make it faster; nobody answers a cell that reads standard input; \
         all variables are lost",
    )
}

/// The generated source's line in "thread .. panicked at src/lib.rs:12:5:".
fn panic_line(words: &str) -> Option<usize> {
    let (_, place) = words.split_once(" panicked at src/lib.rs:")?;
    place.split(':').next()?.parse().ok()
}

/// The cell's only line that the generated source's line holds, or that holds it.
pub(super) fn line_in_cell(source: &str, line: usize, code: &str) -> Option<u64> {
    let mut found = lines_in_cell(source, line, code).into_iter();
    found.next().filter(|_| found.next().is_none())
}

/// Whether the generated source's line is one of the cell's.
pub(super) fn is_of_cell(source: &str, line: usize, code: &str) -> bool {
    !lines_in_cell(source, line, code).is_empty()
}

fn lines_in_cell(source: &str, line: usize, code: &str) -> Vec<u64> {
    let generated = line.checked_sub(1).and_then(|before| source.lines().nth(before)).unwrap_or_default().trim();
    let same = |line: &str| {
        let line = line.trim();
        !line.is_empty() && !generated.is_empty() && (generated.contains(line) || line.contains(generated))
    };
    code.lines().zip(1..).filter(|(line, _)| same(line)).map(|(_, number)| number).collect()
}

/// Of a cell's last words those before the backtrace.
pub(super) fn before_backtrace(mut words: Vec<String>) -> Vec<String> {
    let end = words.iter().position(|line| line == "stack backtrace:").unwrap_or(words.len());
    words.truncate(end);
    words
}

/// evcxr's error about the cell's `code` in our words; `words` are the child's to standard error.
pub(super) fn refused(error: &evcxr::Error, words: &str, code: &str) -> CellFailure {
    match error {
        evcxr::Error::CompilationErrors(errors) => not_compiled(errors),
        evcxr::Error::SubprocessTerminated(message) => CellFailure::new(
            "exit",
            None,
            format!("ended its process: {words}{}{}", if words.is_empty() { "" } else { "\n" }, message.trim_end()),
            "do not exit, abort or overflow the stack in a cell; all variables are lost, so run the earlier cells again",
        ),
        other => {
            let message = other.to_string();
            CellFailure::new("kernel", line_of_variable(&message, code), message, NAME_TYPES)
        }
    }
}

/// The line that defines the variable which the message names in backquotes.
fn line_of_variable(message: &str, code: &str) -> Option<u64> {
    let name = message.split('`').nth(1)?;
    let defines = |line: &str| {
        let rest = line.split("let ").nth(1).map(|rest| rest.trim_start().trim_start_matches("mut ").trim_start());
        rest.and_then(|rest| rest.strip_prefix(name)).is_some_and(|rest| rest.starts_with([' ', ':', '=', ';']))
    };
    code.lines().zip(1..).find(|(line, _)| defines(line)).map(|(_, number)| number)
}

/// The first error that has a line, and how many there are.
fn not_compiled(errors: &[CompilationError]) -> CellFailure {
    let line = |error: &CompilationError| Some(error.primary_spanned_message()?.span?.start_line as u64);
    let Some(error) = errors.iter().find(|error| line(error).is_some()).or(errors.first()) else {
        return CellFailure::new("rustc", None, "does not compile", "correct the cell");
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
    CellFailure::new("rustc", line(error), message, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_placed_in_the_cell() {
        assert_eq!(panic_line("thread '<unnamed>' (7) panicked at src/lib.rs:2:5:"), Some(2));
        assert_eq!(panic_line("thread 'main' panicked at /rustc/library/core/src/x.rs:2:5:"), None);
        let source = "generated\n  panic!(\"x\")\n);";
        assert_eq!(line_in_cell(source, 2, "let a = 1;\npanic!(\"x\");"), Some(2));
        assert_eq!(line_in_cell(source, 2, "panic!(\"x\");\npanic!(\"x\");"), None, "either of two");
        assert_eq!(line_in_cell(source, 0, "panic!(\"x\");"), None);
    }

    #[test]
    fn a_variable_without_a_type_is_placed() {
        let code = "let ab = 1;\nlet mut a = f();";
        assert_eq!(line_of_variable("the type of `a`.", code), Some(2));
        assert_eq!(line_of_variable("the type of `c`.", code), None);
    }
}
