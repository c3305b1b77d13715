//! A notebook of one cell, run headless by nbclient with the kernel that `rat-report kernel --install` installs.
//!
//! Needs `evcxr_jupyter` (in `PATH`, `~/.cargo/bin`, or named by `RAT_EVCXR_JUPYTER`) and a Python with nbclient (named by `RAT_PYTHON`, or
//! made here with `python3 -m venv` and pip); where one of them cannot be had, says so and passes.
//!
//! `cargo test --release --no-default-features --features kernel --test jupyter -- --nocapture`

#![cfg(feature = "kernel")]

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use rat::kernel::Frontend;

fn succeeds(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(format!("{command:?}: {}", text(&output.stderr)))
    }
}

/// A Python with nbclient: the one that is named, or a fresh one, kept for the next time.
fn python() -> Result<PathBuf, String> {
    let has_nbclient = |python: &Path| succeeds(Command::new(python).args(["-c", "import nbclient, nbformat"]));
    if let Some(python) = std::env::var_os("RAT_PYTHON").map(PathBuf::from) {
        return has_nbclient(&python).map(|_| python);
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nbclient");
    let python = folder.join("bin/python");
    if has_nbclient(&python).is_err() {
        succeeds(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        let packages = ["-m", "pip", "install", "--quiet", "nbclient", "nbformat", "jupyter_client"];
        succeeds(Command::new(&python).args(packages))?;
    }
    has_nbclient(&python).map(|_| python)
}

#[test]
fn a_notebook_of_one_cell_shows_pictures_and_tables() {
    let kernel = match Frontend::Jupyter.find() {
        Ok(kernel) => kernel,
        Err(error) => return eprintln!("skipped: {error}; {}", error.remedy()),
    };
    let python = match python() {
        Ok(python) => python,
        Err(error) => return eprintln!("skipped: no Python with nbclient: {error}"),
    };
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("jupyter");
    let mut install = Command::new(env!("CARGO_BIN_EXE_rat-report"));
    install.args(["kernel", "--install"]).env("JUPYTER_DATA_DIR", &data).env(Frontend::Jupyter.variable(), kernel);
    let installed = succeeds(&mut install).expect("installs");
    assert_eq!(Path::new(installed.trim()), data.join("kernels/rat/kernel.json"));

    let code = folder.path().join("cell.rs");
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("scores/demo/RAT/scores/matched.csv");
    let cell = format!("let file: &'static str = {demo:?};\nresults_of([file])?.evcxr_display();\ndet_of([file])?\n");
    std::fs::write(&code, cell).expect("writable");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/jupyter/run_notebook.py");
    let mut run = Command::new(python);
    let result = folder.path().join("outputs.json");
    run.arg(script).args([&code, &result]).env("JUPYTER_DATA_DIR", &data).env("JUPYTER_ALLOW_INSECURE_WRITES", "1");
    succeeds(&mut run).expect("the notebook runs");
    let outputs = std::fs::read_to_string(result).expect("was written");
    let outputs: serde_json::Value = serde_json::from_str(&outputs).expect("JSON");
    let form = |media_type: &str| {
        let found = outputs.as_array().expect("a list").iter().find_map(|output| output["data"].get(media_type));
        found.unwrap_or_else(|| panic!("no {media_type} in {outputs}")).to_string()
    };
    assert!(form("text/html").contains("37.63 [30.84, 43.01]"), "{}", form("text/html"));
    assert!(form("image/svg+xml").contains("<svg"), "the curve is drawn");
    assert!(form("image/png").len() > 10_000);
}
