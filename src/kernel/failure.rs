//! Why a cell failed, in words: evcxr's errors, panics with their line, an early leave by `?`.

use evcxr::CompilationError;

use crate::report::CellFailure;

/// What to do where evcxr cannot keep a variable.
const NAME_TYPES: &str =
    "name the type of every new variable, as in `let scores: Vec<f64> = ..`, `let name: &'static str = ..`";

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
        "give it more time with `//| timeout: SECONDS`, or make it faster; all variables are lost",
    )
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
pub(super) fn before_backtrace(mut words: Vec<String>) -> Vec<String> {
    let end = words.iter().position(|line| line == "stack backtrace:").unwrap_or(words.len());
    words.truncate(end);
    words
}

/// evcxr's error in our words; `words` are the child's to standard error.
pub(super) fn refused(error: &evcxr::Error, words: &str) -> CellFailure {
    match error {
        evcxr::Error::CompilationErrors(errors) => not_compiled(errors),
        evcxr::Error::SubprocessTerminated(message) => CellFailure::new(
            "exit",
            None,
            format!("ended its process: {words}{}{}", if words.is_empty() { "" } else { "\n" }, message.trim_end()),
            "do not exit, abort or overflow the stack in a cell; all variables are lost, so run the earlier cells again",
        ),
        other => CellFailure::new("kernel", None, other.to_string(), NAME_TYPES),
    }
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
}
