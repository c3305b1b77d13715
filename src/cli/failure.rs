//! How a failure is said: what went wrong and what to do.

use std::io::IsTerminal;

use crate::error::Error;

/// Says what failed and what to do.
pub(super) fn say(error: &Error) {
    let (red, bold, plain) = if colours() { ("\x1b[31m", "\x1b[1m", "\x1b[0m") } else { ("", "", "") };
    eprintln!("{red}{bold}error{plain}: {error}");
    if !error.remedy().is_empty() {
        eprintln!(" {bold}help{plain}: {}", error.remedy());
    }
}

fn colours() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
