//! The child's standard output, taken apart while it comes: text, values that show themselves, and the mark of a cell's begin.
//!
//! evcxr keeps one content a media type and loses their order. The library's types therefore write a line of their own in a
//! session of ours: [`DISPLAY_MARK`], then media types and contents as JSON.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use crate::report::{DISPLAY_MARK, Shown};

/// What a cell prints when its code begins to run.
pub(super) const BEGUN: &str = "\u{2}rat-begun\u{3}";

/// Bytes of text that are kept of one cell; the rest is counted.
const MOST: usize = 1 << 20;

/// Bytes of pictures and other values that are kept of one cell.
const MOST_SHOWN: usize = 32 << 20;

/// How long to wait before looking at the clock.
const TICK: Duration = Duration::from_millis(5);

/// What came of a cell while it ran.
#[derive(Debug, Default)]
pub(super) struct Output {
    /// In the order in which it came.
    pub shown: Vec<Shown>,
    /// Whether it was stopped.
    pub stopped: bool,
    begun: Option<Instant>,
    kept: usize,
    dropped: usize,
    displayed: usize,
}

impl Output {
    /// Takes the `next` line, for which it waits so long, until `ended`, and calls `stop` when the cell has run for longer than `limit`.
    pub fn read(
        mut next: impl FnMut(Duration) -> Option<String>,
        ended: &AtomicBool,
        limit: Option<Duration>,
        stop: impl Fn(),
    ) -> Self {
        let mut output = Self::default();
        loop {
            // Read before the channel: what evcxr sent before it ended is in the channel then.
            let last = ended.load(Ordering::Acquire);
            match next(TICK) {
                Some(line) => output.take(&line),
                None if last => break,
                None => {}
            }
            let late = |begun: Instant| limit.is_some_and(|limit| begun.elapsed() > limit);
            if !output.stopped && output.begun.is_some_and(late) {
                output.stopped = true;
                stop();
            }
        }
        if output.dropped > 0 {
            let note = format!("[{} bytes more of output were not kept]\n", output.dropped);
            output.shown.push(Shown::Stdout { text: note });
        }
        output
    }

    fn take(&mut self, line: &str) {
        if let Some((before, _)) = line.split_once(BEGUN) {
            self.begun = Some(Instant::now());
            return self.text(before, "");
        }
        match line.split_once(DISPLAY_MARK).map(|(before, json)| (before, serde_json::from_str(json))) {
            Some((before, Ok(forms))) => {
                self.text(before, "");
                self.display(forms);
            }
            _ => self.text(line, "\n"),
        }
    }

    /// Takes a value, or says that it is too large.
    pub fn display(&mut self, forms: Vec<(String, String)>) {
        let length: usize = forms.iter().map(|(name, content)| name.len() + content.len()).sum();
        if self.displayed + length > MOST_SHOWN {
            let text = format!("[a value of {length} bytes is too large to be shown]\n");
            self.shown.push(Shown::Stdout { text });
            return;
        }
        self.displayed += length;
        self.shown.push(Shown::Display { forms });
    }

    fn text(&mut self, line: &str, end: &str) {
        let length = line.len() + end.len();
        if self.kept + length > MOST {
            let fits = line.floor_char_boundary(MOST - self.kept);
            self.dropped += length - fits;
            if fits > 0 {
                self.text(&line[..fits], "");
                self.kept = MOST;
            }
            return;
        }
        self.kept += length;
        match self.shown.last_mut() {
            Some(Shown::Stdout { text }) => text.extend([line, end]),
            _ if length == 0 => {}
            _ => self.shown.push(Shown::Stdout { text: format!("{line}{end}") }),
        }
    }

    /// Takes the line end off again that ends every cell.
    pub fn without_last_line_end(&mut self) {
        let Some(Shown::Stdout { text }) = self.shown.last_mut() else { return };
        text.pop();
        if text.is_empty() {
            self.shown.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Output {
        let (sender, receiver) = std::sync::mpsc::channel();
        lines.iter().for_each(|line| sender.send((*line).to_owned()).expect("is read"));
        Output::read(|_| receiver.try_recv().ok(), &AtomicBool::new(true), None, || ())
    }

    #[test]
    fn text_and_displays_keep_their_order() {
        let output = read(&["a", &format!("b{DISPLAY_MARK}[[\"text/html\",\"<b>\"]]"), "c", "", ""]);
        let display = Shown::Display { forms: vec![("text/html".into(), "<b>".into())] };
        let text = |text: &str| Shown::Stdout { text: text.into() };
        assert_eq!(output.shown, [text("a\nb"), display, text("c\n\n\n")]);
    }

    #[test]
    fn endless_text_is_counted_not_kept() {
        let line = "x".repeat(1_000);
        let output = read(&vec![line.as_str(); 2_000]);
        let length: usize = output.shown.iter().map(|shown| serde_json::to_string(shown).map_or(0, |t| t.len())).sum();
        assert!(length < MOST + 20_000, "{length}");
        let Some(Shown::Stdout { text }) = output.shown.last() else { panic!("text is last") };
        assert_eq!(text, &format!("[{} bytes more of output were not kept]\n", 2_000 * 1_001 - MOST));
        let one = read(&["x".repeat(3 * MOST).as_str()]);
        assert!(
            matches!(&one.shown[0], Shown::Stdout { text } if text.len() == MOST),
            "the start of a long line is kept"
        );
        let shown = read(&[&format!("{DISPLAY_MARK}[[\"text/html\",\"{}\"]]", "x".repeat(MOST_SHOWN))]).shown;
        assert!(matches!(&shown[..], [Shown::Stdout { text }] if text.contains("too large")), "{}", shown.len());
    }

    #[test]
    fn a_cell_is_stopped_after_its_limit() {
        let (sender, receiver) = std::sync::mpsc::channel();
        sender.send(BEGUN.to_owned()).expect("is read");
        let ended = AtomicBool::new(false);
        let output = Output::read(
            |tick| receiver.recv_timeout(tick).ok(),
            &ended,
            Some(Duration::from_millis(20)),
            || {
                ended.store(true, Ordering::Release);
            },
        );
        assert!(output.stopped);
    }
}
