//! The program as one types it, and what came of it.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

use super::synthetic;

/// A folder with the protocol `key.tsv` and what a test puts beside it; the program runs in it.
pub struct Place {
    folder: TempDir,
}

/// What a run left.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub said: String,
    pub complained: String,
}

impl Place {
    pub fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a folder") };
        synthetic::write_protocol(&place.at("key.tsv"));
        place
    }

    /// With two systems on the same trials: `good.csv` and `bad.csv`.
    pub fn with_systems() -> Self {
        let place = Self::new();
        synthetic::write_scores(&place.at("good.csv"), 1, 2.0);
        synthetic::write_scores(&place.at("bad.csv"), 2, 1.3);
        place
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.at(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, content).expect("writable");
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.at(name)).unwrap_or_else(|why| panic!("{name}: {why}"))
    }

    pub fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap_or_else(|why| panic!("{name}: {why}"))
    }

    pub fn run(&self, arguments: &[impl AsRef<OsStr>]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_rat-report"))
            .args(arguments)
            .current_dir(self.path())
            .output()
            .expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what is said is text");
        let ran = Ran { code: output.status.code(), said: text(output.stdout), complained: text(output.stderr) };
        assert!(!ran.complained.contains("panicked"), "{}", ran.complained);
        ran
    }

    /// Words between spaces are arguments.
    pub fn typed(&self, line: &str) -> Ran {
        self.run(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// What it writes; exit code 0.
    pub fn says(&self, line: &str) -> String {
        self.succeeds(line).said
    }

    /// Exit code 0.
    pub fn succeeds(&self, line: &str) -> Ran {
        let ran = self.typed(line);
        assert_eq!(ran.code, Some(0), "{line}: {}", ran.complained);
        ran
    }

    /// What it writes as JSON.
    pub fn tells(&self, line: &str) -> Value {
        serde_json::from_str(&self.says(line)).unwrap_or_else(|why| panic!("{line}: {why}"))
    }

    /// Fails with exit code 1, an error and a remedy, and these words.
    pub fn refuses(&self, line: &str, words: &[&str]) -> Ran {
        self.fails(line, 1, words, &["error", "help"])
    }

    /// Is no right use: exit code 2, and these words.
    pub fn misused(&self, line: &str, words: &[&str]) -> Ran {
        self.fails(line, 2, words, &["error"])
    }

    fn fails(&self, line: &str, code: i32, words: &[&str], always: &[&str]) -> Ran {
        let ran = self.typed(line);
        assert_eq!(ran.code, Some(code), "{line}: {ran:?}");
        for word in words.iter().chain(always) {
            assert!(ran.complained.contains(word), "{line} should say `{word}`: {}", ran.complained);
        }
        ran
    }
}

/// A number of a JSON object; null is NaN.
pub fn number(row: &Value, key: &str) -> f64 {
    let value = row.get(key).unwrap_or_else(|| panic!("{key} in {row}"));
    if value.is_null() { f64::NAN } else { value.as_f64().unwrap_or_else(|| panic!("{key}: {value} is no number")) }
}

/// A text of a JSON object.
pub fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_else(|| panic!("{key} in {row}"))
}

/// The rows of a list.
pub fn rows(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}
