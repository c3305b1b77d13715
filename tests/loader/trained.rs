//! A network trained for one epoch on a corpus of four speakers, once for all tests of this program.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::LazyLock,
};

use crate::fixture_corpus;

pub static TRAINED: LazyLock<Trained> = LazyLock::new(Trained::new);

pub struct Trained(tempfile::TempDir);

impl Trained {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fixture_corpus::write(folder.path(), 4);
        let trained = Self(folder);
        let mut command = Command::new(env!("CARGO_BIN_EXE_rat-report"));
        command.arg("train").arg("--root").arg(trained.root()).arg("--run").arg(trained.run());
        let done = command.args(["--epochs", "1", "--batch", "8", "--trace-trials", "8"]).output().expect("starts");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        trained
    }

    pub fn root(&self) -> &Path {
        self.0.path()
    }

    pub fn run(&self) -> PathBuf {
        self.root().join("run")
    }

    /// `score` on its evaluation trials, into a folder below its own.
    pub fn score(&self, output: &str, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rat-report"));
        command.arg("score").arg("--root").arg(self.root()).arg("--run").arg(self.run());
        command.arg("--output").arg(self.root().join(output)).args(more);
        command
    }

    /// The same, which must succeed.
    pub fn scored(&self, output: &str, more: &[&str]) -> (PathBuf, String) {
        let done = self.score(output, more).output().expect("starts");
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{more:?}: {said}");
        (self.root().join(output), said)
    }
}

/// Standard error of a command that must fail with exit code 1.
pub fn refused(done: &Output) -> String {
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(1), "{said}");
    said
}
