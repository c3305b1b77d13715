//! What a person reads while the work goes on: bars with the time left on a terminal, plain lines elsewhere.

use std::{
    io::IsTerminal,
    sync::{LazyLock, Mutex},
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// All bars, since two networks may be in training side by side.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// One line at a time, whoever speaks.
static LINES: Mutex<()> = Mutex::new(());

/// A line of news, above the bars.
pub(super) fn say(text: impl AsRef<str>) {
    let _one_at_a_time = LINES.lock();
    BARS.suspend(|| eprintln!("{}", text.as_ref()));
}

/// A bar on a terminal, nothing elsewhere.
pub(super) fn bar(label: &str, steps: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{prefix:>22} {bar:32} {pos}/{len}, {eta} left {msg}");
    let bar =
        BARS.add(ProgressBar::new(steps as u64)).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_prefix(label.to_owned());
    bar
}
