//! evcxr's own frontends with the library at hand: its REPL, and its kernel for Jupyter.
//!
//! Both are programs of their own (`cargo install --locked evcxr_repl evcxr_jupyter`, 0.22.0): as a dependency the kernel would
//! change the features of what polars is built on, so that everything were built twice. They read a folder of settings when they start
//! (`init.evcxr`, `prelude.rs`: evcxr's `COMMON.md`). Ours links the [`Library`] as it is built already and brings
//! [`prelude`](crate::prelude) in, so that a session opens in seconds, where `:dep rat` compiles all of it first.
//!
//! As in the cells of documents, a `let` of a library type names it: see [`kernel`](super).

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use sha2::{Digest, Sha256};

use super::Library;
use crate::{
    error::{Error, Result},
    output::{OutputFile, cache_folder},
};

/// What a session begins with. evcxr takes the first `?` for a mistake, and a cell whose last expression has it for one that does not
/// show itself; so the first is here.
const PRELUDE: &str = "use rat::prelude::*;\nOk::<(), rat::Error>(())?;\n";

/// One of evcxr's programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frontend {
    /// `evcxr`, the REPL.
    Repl,
    /// `evcxr_jupyter`, the kernel for Jupyter.
    Jupyter,
}

impl Frontend {
    /// The program, and the package that has it.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Repl => ("evcxr", "evcxr_repl"),
            Self::Jupyter => ("evcxr_jupyter", "evcxr_jupyter"),
        }
    }

    /// The variable of the environment that tells where the program is.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Repl => "RAT_EVCXR",
            Self::Jupyter => "RAT_EVCXR_JUPYTER",
        }
    }

    /// Where the program is: as [`variable`](Self::variable) says, in `PATH`, or where cargo installs.
    ///
    /// # Errors
    /// Where it is not installed.
    pub fn find(self) -> Result<PathBuf> {
        let (name, package) = self.names();
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        let told = std::env::var_os(self.variable()).map(PathBuf::from);
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo/bin"));
        let folders = std::env::split_paths(&paths).chain(home).map(|folder| folder.join(&file));
        let mut places = told.into_iter().chain(folders);
        let found = places.find(|place| place.is_file()).and_then(|place| std::fs::canonicalize(place).ok());
        found.ok_or_else(|| {
            let remedy = format!(
                "run `cargo install --locked {package} --version 0.22.0`, or say where it is by {}",
                self.variable()
            );
            Error::unavailable(format!("{name} is not installed"), remedy)
        })
    }
}

/// evcxr's REPL, ready to be run, with the library linked and its prelude in use.
///
/// # Errors
/// Where evcxr is not installed, or the library cannot be built.
pub fn repl() -> Result<Command> {
    let program = Frontend::Repl.find()?;
    let library = this_library()?;
    let hash = Sha256::digest(library.flags.as_bytes());
    let name: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let settings = write_settings(&cache_folder().join("evcxr").join(name), &library)?;
    let mut command = Command::new(program);
    command.envs(settings);
    Ok(command)
}

/// Installs the kernel "Rust (rat)" for the user's Jupyter; gives its `kernel.json`.
///
/// Where Jupyter looks is `JUPYTER_DATA_DIR`, else the user's data folder.
///
/// # Errors
/// Where `evcxr_jupyter` is not installed, the library cannot be built, or the folder is not writable.
pub fn install_jupyter() -> Result<PathBuf> {
    let program = Frontend::Jupyter.find()?;
    let library = this_library()?;
    let folder = jupyter_data()?.join("kernels").join("rat");
    let settings = write_settings(&folder, &library)?;
    let env: serde_json::Map<_, _> = settings.into_iter().map(|(name, path)| (name.to_owned(), text(&path))).collect();
    let kernel = serde_json::json!({
        "argv": [text(&program), "--control_file", "{connection_file}"],
        "display_name": "Rust (rat)",
        "language": "rust",
        "interrupt_mode": "message",
        "env": env,
    });
    let json = serde_json::to_string_pretty(&kernel).expect("plain data serialises");
    OutputFile::write_all_to(folder.join("kernel.json"), json + "\n")
}

fn this_library() -> Result<Library> {
    let program = std::env::current_exe().map_err(|source| Error::io("looking for", "this program", source))?;
    Library::build(&program)
}

fn text(path: &Path) -> serde_json::Value {
    path.display().to_string().into()
}

/// Jupyter's folder of the user (jupyter_core, `jupyter_data_dir`).
fn jupyter_data() -> Result<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let below_home = if cfg!(target_os = "macos") { "Library/Jupyter" } else { ".local/share/jupyter" };
    let data = absolute("XDG_DATA_HOME").filter(|_| !cfg!(target_os = "macos")).map(|data| data.join("jupyter"));
    let home = || absolute("HOME").map(|home| home.join(below_home));
    absolute("JUPYTER_DATA_DIR").or(data).or_else(home).ok_or_else(|| {
        let remedy = "set JUPYTER_DATA_DIR to a folder that `jupyter --paths` names under data";
        Error::config("JUPYTER_DATA_DIR", "the folder for Jupyter's kernels is not known", remedy)
    })
}

/// Writes what evcxr reads when it starts; gives the environment that tells it where.
///
/// A folder without the standard library's source keeps evcxr from installing that source unasked.
fn write_settings(folder: &Path, library: &Library) -> Result<[(&'static str, PathBuf); 2]> {
    let stub = folder.join("library");
    let core = stub.join("core");
    std::fs::create_dir_all(&core).map_err(|source| Error::io("making", &core, source))?;
    OutputFile::write_all_to(folder.join("init.evcxr"), format!(":build_env RUSTFLAGS={}\n", library.flags))?;
    OutputFile::write_all_to(folder.join("prelude.rs"), PRELUDE)?;
    let folder = std::fs::canonicalize(folder).map_err(|source| Error::io("looking for", folder, source))?;
    Ok([("RUST_SRC_PATH", folder.join("library")), ("EVCXR_CONFIG_DIR", folder)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_link_the_library_and_bring_its_prelude() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = Library { flags: "--extern rat=/a/b.so -L/c".into() };
        let environment = write_settings(&folder.path().join("rat"), &library).expect("are written");
        let read = |name: &str| std::fs::read_to_string(environment[1].1.join(name)).expect("readable");
        assert_eq!(read("init.evcxr"), ":build_env RUSTFLAGS=--extern rat=/a/b.so -L/c\n");
        assert!(read("prelude.rs").starts_with("use rat::prelude::*;\n"));
        assert!(environment[0].1.join("core").is_dir());
    }
}
