//! The library for cells: built once as a shared object (`facade/`), in the target directory of the running program, with its
//! features and lock file, so that everything that is compiled already is used again.
//!
//! A cell links the shared object in a moment, where the static library takes seconds a cell.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::error::{Error, Result};

/// Where the source was when this program was built.
const SOURCE: &str = env!("CARGO_MANIFEST_DIR");

const REMEDY: &str = "run rat-report from a checkout of the source, as cargo built it there";

/// The library, ready to be linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// What rustc needs to be told to link it.
    pub(super) flags: String,
}

impl Library {
    /// Builds the library of `program`, which is this one or of its build, if need be: the first time takes as long as linking it,
    /// later calls a moment.
    ///
    /// # Errors
    /// Where the source of this program is gone, Rust is not installed, or it does not build.
    pub fn build(program: &Path) -> Result<Self> {
        let source = source(program)?;
        let (target, profile) = target_directory(program);
        let features = crate::features::NAMES.join(",");
        let mut cargo = Command::new("cargo");
        cargo.current_dir(&source).args(["rustc", "--quiet", "--locked", "--offline", "--package", "rat-facade"]);
        cargo
            .args(["--no-default-features", "--features", &features, "--profile", &profile, "--target-dir"])
            .arg(&target);
        cargo.args(["--", "-Cprefer-dynamic"]);
        run(&mut cargo, "building the library for cells")?;
        let folder = target.join(if profile == "dev" { "debug" } else { profile.as_str() });
        let sysroot = run(Command::new("rustc").args(["--print", "sysroot"]).current_dir(source), "asking rustc")?;
        Ok(Self { flags: flags(&folder, Path::new(sysroot.trim())) })
    }
}

/// The checkout: where it was when this program was built, else that in which the program lies.
fn source(program: &Path) -> Result<PathBuf> {
    let mut places = std::iter::once(Path::new(SOURCE)).chain(program.ancestors().skip(1));
    places.find(|place| place.join("facade/Cargo.toml").is_file()).map(Path::to_owned).ok_or_else(|| {
        let message = format!("the library's source is neither in {SOURCE} nor above {}", program.display());
        Error::unavailable(message, REMEDY)
    })
}

/// The target directory that the program was built in, and its profile; a directory of its own in the user's cache for a
/// program that was installed elsewhere.
fn target_directory(program: &Path) -> (PathBuf, String) {
    for folder in program.ancestors().skip(1).take(2) {
        let in_target = folder.join(".fingerprint").is_dir();
        if let (true, Some(name), Some(target)) = (in_target, folder.file_name(), folder.parent()) {
            let name = name.to_string_lossy();
            return (target.to_owned(), if name == "debug" { "dev".into() } else { name.into_owned() });
        }
    }
    (crate::output::cache_folder().join("facade-target"), "release".into())
}

/// Absolute places, also in the shared object that a cell becomes: evcxr loads it from elsewhere.
fn flags(folder: &Path, sysroot: &Path) -> String {
    let library = folder.join(format!("{}rat_facade{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX));
    let standard = sysroot.join("lib");
    [
        "-Cprefer-dynamic".to_owned(),
        "-Coverflow-checks=off".to_owned(),
        format!("--extern rat={}", library.display()),
        format!("-Ldependency={}", folder.join("deps").display()),
        format!("-Clink-arg=-Wl,-rpath,{}", folder.display()),
        format!("-Clink-arg=-Wl,-rpath,{}", folder.join("deps").display()),
        format!("-Clink-arg=-Wl,-rpath,{}", standard.display()),
    ]
    .join(" ")
}

/// Standard output of a command that succeeds.
fn run(command: &mut Command, doing: &str) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().map_err(|source| {
        let program = command.get_program().to_string_lossy().into_owned();
        Error::unavailable(format!("{doing}: {program}: {source}"), "install Rust with rustup, so that `cargo` runs")
    })?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        return Err(Error::unavailable(format!("{doing} failed: {}", words.trim()), REMEDY));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
