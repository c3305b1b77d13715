//! Debian packages without root and without installing: `apt-get` with a state folder of its own fetches them (and
//! checks their signatures), `dpkg-deb -x` unpacks them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use crate::error::{Error, Result};

const REMEDY: &str = "use a Debian or Ubuntu machine with network for the first run, \
                      or give a corpus of your own in ASVspoof 5 layout by `--corpus DIR`";

/// `apt-get` with its lists and caches in a private folder.
pub(super) struct Apt {
    folder: PathBuf,
}

impl Apt {
    /// Sets the private folder up and fetches the lists of packages.
    ///
    /// # Errors
    /// [`Error::Unavailable`] on systems without `apt-get` and `dpkg-deb`.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        for program in ["apt-get", "dpkg-deb"] {
            if Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
                let message = format!("the sample corpus is made from Debian packages, and `{program}` is not here");
                return Err(Error::unavailable(message, REMEDY));
            }
        }
        for below in ["state/lists/partial", "cache/archives/partial"] {
            make_folder(&folder.join(below))?;
        }
        let configuration = folder.join("apt.conf");
        fs::write(&configuration, settings(folder)).map_err(|source| Error::io("writing", &configuration, source))?;
        let apt = Self { folder: folder.into() };
        // One unreachable source of several is no reason to stop: the fetch shows what is missing.
        apt.run(&["update"], folder)?;
        Ok(apt)
    }

    /// The packages that would be new on this system if `name` were installed, itself included.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where apt knows no way.
    pub(super) fn with_missing_dependencies(&self, name: &str) -> Result<Vec<String>> {
        let arguments = ["--simulate", "--no-install-recommends", "install", name];
        let output = succeeded(self.run(&arguments, &self.folder)?, &format!("resolving {name}"))?;
        // `Inst name (version ...)`; an upgrade has `[old version]` in third place and is not for us.
        let new = |line: &str| {
            let mut words = line.strip_prefix("Inst ")?.split(' ');
            let name = words.next()?;
            words.next().filter(|word| word.starts_with('(')).map(|_| name.to_string())
        };
        Ok(String::from_utf8_lossy(&output.stdout).lines().filter_map(new).collect())
    }

    /// Fetches packages and unpacks them below `into`, which appears when all is done.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where one cannot be had.
    pub(super) fn unpack(&self, names: &[String], into: &Path) -> Result<()> {
        let (fetched, unpacked) = (self.folder.join("fetched"), self.folder.join("unpacked"));
        for folder in [&fetched, &unpacked] {
            if folder.exists() {
                fs::remove_dir_all(folder).map_err(|source| Error::io("clearing", folder, source))?;
            }
            make_folder(folder)?;
        }
        let mut arguments = vec!["download"];
        arguments.extend(names.iter().map(String::as_str));
        succeeded(self.run(&arguments, &fetched)?, &format!("fetching {}", names.join(", ")))?;
        for entry in fs::read_dir(&fetched).map_err(|source| Error::io("listing", &fetched, source))? {
            let path = entry.map_err(|source| Error::io("listing", &fetched, source))?.path();
            let mut extract = Command::new("dpkg-deb");
            succeeded(started(extract.arg("-x").arg(&path).arg(&unpacked))?, "unpacking a package")?;
            fs::remove_file(&path).map_err(|source| Error::io("removing", &path, source))?;
        }
        fs::rename(&unpacked, into).map_err(|source| Error::io("renaming", into, source))
    }

    fn run(&self, arguments: &[&str], at: &Path) -> Result<Output> {
        let mut command = Command::new("apt-get");
        command.env("LC_ALL", "C").current_dir(at);
        started(command.arg("-c").arg(self.folder.join("apt.conf")).arg("-qq").args(arguments))
    }
}

/// The configuration that keeps apt within its folder and leaves the system's hooks alone.
fn settings(folder: &Path) -> String {
    let state = folder.join("state").display().to_string();
    let cache = folder.join("cache").display().to_string();
    format!(
        "Dir::State \"{state}\";\n\
         Dir::State::status \"/var/lib/dpkg/status\";\n\
         Dir::Cache \"{cache}\";\n\
         APT::Sandbox::User \"root\";\n\
         Acquire::Languages \"none\";\n\
         Acquire::Retries \"2\";\n\
         Acquire::http::Timeout \"20\";\n\
         Acquire::https::Timeout \"20\";\n\
         #clear APT::Update::Pre-Invoke;\n\
         #clear APT::Update::Post-Invoke;\n\
         #clear APT::Update::Post-Invoke-Success;\n\
         #clear DPkg::Post-Invoke;\n"
    )
}

fn make_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|source| Error::io("making the folder", folder, source))
}

fn started(command: &mut Command) -> Result<Output> {
    command.stdin(Stdio::null()).output().map_err(|source| {
        let program = command.get_program().to_string_lossy().into_owned();
        Error::unavailable(format!("`{program}` cannot be started: {source}"), REMEDY)
    })
}

/// The output of a command that ended well, else an error with its last words.
fn succeeded(output: Output, doing: &str) -> Result<Output> {
    if output.status.success() {
        return Ok(output);
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let last: Vec<&str> = words.lines().filter(|line| line.starts_with("E:") || line.contains("error")).collect();
    let said = if last.is_empty() { words.trim().to_string() } else { last.join("; ") };
    Err(Error::unavailable(format!("{doing} failed: {said}"), REMEDY))
}
