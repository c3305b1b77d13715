//! A first session in evcxr's REPL, as a new user would type it, through a pseudo-terminal.
//!
//! Needs `evcxr` (in `PATH`, `~/.cargo/bin`, or named by `RAT_EVCXR`) and `script` of util-linux; where one is missing, says so and passes.
//! `RAT_RECORD=FILE` keeps what was seen.
//!
//! `cargo test --release --no-default-features --features kernel --test evcxr_repl -- --nocapture`

#![cfg(all(feature = "kernel", unix))]

use std::{
    io::{Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

use rat::kernel::Frontend;

/// How long a cell may take; a first one builds the library.
const PATIENCE: Duration = Duration::from_secs(900);

/// A terminal with a program in it.
struct Terminal {
    child: Child,
    seen: Receiver<Vec<u8>>,
    /// What was typed and what came of it.
    text: String,
}

impl Terminal {
    fn open(program: &Path, evcxr: &Path) -> Option<Self> {
        let line = format!("stty cols 100 rows 50 -echo; exec '{}' kernel --repl", program.display());
        let mut command = Command::new("script");
        command.args(["-qefc", &line, "/dev/null"]).env(Frontend::Repl.variable(), evcxr).env("TERM", "xterm");
        let root = env!("CARGO_MANIFEST_DIR");
        command.current_dir(root).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().ok()?;
        let mut output = child.stdout.take().expect("is piped");
        let (sender, seen) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0_u8; 4_096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Some(Self { child, seen, text: String::new() })
    }

    /// What comes until the prompt stands alone, without colours and cursor moves.
    fn until_prompt(&mut self) -> String {
        let start = Instant::now();
        let mut bytes = Vec::new();
        while start.elapsed() < PATIENCE {
            if let Ok(more) = self.seen.recv_timeout(Duration::from_millis(400)) {
                bytes.extend(more);
                continue;
            }
            let text = plain(&String::from_utf8_lossy(&bytes));
            if let Some(text) = text.trim_end().strip_suffix(">>") {
                self.text.push_str(text);
                return text.to_owned();
            }
        }
        panic!("no prompt after {PATIENCE:?}: {}", String::from_utf8_lossy(&bytes));
    }

    fn type_line(&mut self, line: &str) -> String {
        let mut stdin = self.child.stdin.as_ref().expect("is piped");
        // Letter by letter, as fingers do: the line editor waits for the next letter before it looks at what came with the last.
        for letter in line.bytes().chain([b'\r']) {
            stdin.write_all(&[letter]).and_then(|()| stdin.flush()).expect("the terminal takes it");
            std::thread::sleep(Duration::from_millis(8));
        }
        self.until_prompt()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Some(mut stdin) = self.child.stdin.take() {
            let _ = stdin.write_all(b":quit\r");
        }
        std::thread::sleep(Duration::from_millis(500));
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Without a terminal's sequences; a line that is erased and drawn again stands once.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' if letters.by_ref().find(|letter| letter.is_ascii_alphabetic()) == Some('K') => {
                let line = plain.rfind('\n').map_or(0, |at| at + 1);
                plain.truncate(line);
            }
            '\u{1b}' | '\r' => {}
            letter => plain.push(letter),
        }
    }
    plain
}

#[test]
fn a_first_session_shows_scores_measures_figures_and_sounds() {
    let evcxr = match Frontend::Repl.find() {
        Ok(evcxr) => evcxr,
        Err(error) => return eprintln!("skipped: {error}; {}", error.remedy()),
    };
    let Some(mut terminal) = Terminal::open(Path::new(env!("CARGO_BIN_EXE_rat-report")), &evcxr) else {
        return eprintln!("skipped: `script` of util-linux is not installed");
    };
    terminal.until_prompt();
    let session = [
        ("let a: &'static str = \"scores/demo/RAT/scores/matched.csv\";", ""),
        ("load_scores(a)?", "279 trials: 117 bona fide, 162 spoof, 0 unlabelled"),
        ("eer_of(a)?", "37.63 [30.84, 43.01] %"),
        ("let b: &'static str = \"scores/demo/RAT_baseline/scores/single.csv\";", ""),
        ("results_of([a, b])?", "38.68 [32.64, 44.05]"),
        ("compare_files(a, \"scores/demo/RAT/scores/zeroed.csv\")?", "RAT, zeroed"),
        ("let det: Figure = det_of([a, b])?;", ""),
        ("det", "keep it with .save(\"det.svg\")?"),
        ("let heard: Waveform = augmented(&tone(220.0, 2.0), 14)?;", ""),
        ("heard", "s at 16 kHz, "),
        ("load_scores(\"no-such-file.csv\")?", "no-such-file.csv"),
        ("eer_of(a)?.percent()", "37.63"),
    ];
    for (line, wanted) in session {
        let seen = terminal.type_line(line);
        assert!(seen.contains(wanted), "{line}: {seen}");
        assert!(!seen.contains("error["), "{line}: {seen}");
    }
    if let Some(file) = std::env::var_os("RAT_RECORD") {
        std::fs::write(file, &terminal.text).expect("writable");
    }
}
