//! What rustc warned of in a cell that compiled. evcxr does not tell, but cargo keeps the messages of the last build.

use std::{
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde::Deserialize;

use super::failure::{is_of_cell, line_in_cell};
use crate::report::Shown;

#[derive(Deserialize)]
struct Message {
    level: String,
    message: String,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    line_start: usize,
    is_primary: bool,
}

/// The warnings of the build that began at `begin` in evcxr's `folder`, those about the cell's `code`; `source` is what evcxr made
/// of it.
pub(super) fn since(begin: SystemTime, folder: &Path, source: &str, code: &str) -> Vec<Shown> {
    let texts = kept(folder, begin).into_iter().filter_map(|path| std::fs::read_to_string(path).ok());
    let mut found = Vec::new();
    for text in texts {
        for message in text.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok()) {
            found.extend(warning(&message, source, code).filter(|warning| !found.contains(warning)));
        }
    }
    found
}

fn warning(message: &Message, source: &str, code: &str) -> Option<Shown> {
    let at = message.spans.iter().find(|span| span.is_primary).map(|span| span.line_start)?;
    // What a cell is wrapped in has names of its own.
    let is_wrapping = message.message.contains("rat_cell_");
    let is_ours = message.level == "warning" && !is_wrapping && is_of_cell(source, at, code);
    is_ours.then(|| Shown::Warning { line: line_in_cell(source, at, code), message: message.message.clone() })
}

/// Cargo's files of messages that are not older than `begin`.
fn kept(folder: &Path, begin: SystemTime) -> Vec<PathBuf> {
    let below = |folder: PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let builds = below(folder.join("target")).flat_map(|target| below(target.join("debug/.fingerprint")));
    let files = builds.map(|build| build.join("output-lib-ctx"));
    files
        .filter(|file| file.metadata().and_then(|data| data.modified()).is_ok_and(|modified| modified >= begin))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_of_the_cell_are_placed_and_others_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let build = folder.path().join("target/x/debug/.fingerprint/ctx-1");
        std::fs::create_dir_all(&build).expect("writable");
        let line = |level: &str, at: usize| {
            let span = serde_json::json!({"line_start": at, "is_primary": true});
            serde_json::json!({"level": level, "message": "unused variable", "spans": [span]}).to_string() + "\n"
        };
        let text = line("warning", 1) + &line("warning", 3) + &line("warning", 3) + &line("note", 3);
        std::fs::write(build.join("output-lib-ctx"), text).expect("writable");
        let source = "let store = take();\nlet a = 1;\nlet q = 3;\n";
        let found = since(SystemTime::UNIX_EPOCH, folder.path(), source, "let a = 1;\nlet q = 3;");
        assert_eq!(found, [Shown::Warning { line: Some(2), message: "unused variable".into() }]);
        let later = SystemTime::now() + std::time::Duration::from_secs(60);
        assert_eq!(since(later, folder.path(), source, "let q = 3;"), []);
    }
}
