//! Attack: eSpeak NG, a formant synthesiser, from the system or from its unpacked package.
//!
//! It is asked for a list of words, which then go through the same hands as human words.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use rand::{Rng, RngExt};

use crate::{
    audio::Waveform,
    error::{Error, Result},
};

/// How eSpeak NG is to be started.
#[derive(Debug)]
pub(super) struct Espeak {
    program: PathBuf,
    environment: Vec<(&'static str, OsString)>,
    scratch: PathBuf,
}

/// Who speaks, and how.
#[derive(Clone, Debug)]
pub(super) struct Manner {
    voice: String,
    /// 0 to 99; 50 is the voice's own.
    pitch: u32,
    words_a_minute: u32,
}

impl Manner {
    /// A voice variant of the right kind and a tempo, for one utterance; the pitch is still the voice's own.
    pub(super) fn draw(language: &str, pitch_hz: f32, random: &mut impl Rng) -> Self {
        let high = pitch_hz > 170.0;
        let variant = if high { random.random_range(1..=4_u32) } else { random.random_range(1..=7_u32) };
        let kind = if high { 'f' } else { 'm' };
        Self { voice: format!("{language}+{kind}{variant}"), pitch: 50, words_a_minute: random.random_range(115..=165) }
    }

    /// The same with a pitch that brings `heard_hz` to `wanted_hz`, as far as the scale goes.
    pub(super) fn tuned(mut self, heard_hz: f32, wanted_hz: f32) -> Self {
        // About 2 % a step, measured on version 1.51.
        let steps = (wanted_hz / heard_hz).ln() / 0.019;
        if steps.is_finite() {
            self.pitch = (50.0 + steps).clamp(5.0, 99.0) as u32;
        }
        self
    }
}

impl Espeak {
    /// The one that is installed.
    pub(super) fn installed(scratch: &Path) -> Option<Self> {
        let program = PathBuf::from("espeak-ng");
        let status = Command::new(&program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.ok().filter(|status| status.success())?;
        Some(Self { program, environment: Vec::new(), scratch: scratch.into() })
    }

    /// The one in an unpacked package, with its libraries and voices.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the package is laid out otherwise.
    pub(super) fn unpacked(root: &Path, scratch: &Path) -> Result<Self> {
        let folders: Vec<PathBuf> = ["usr/lib", "lib"].iter().flat_map(|lib| below(&root.join(lib))).collect();
        let voices = folders.iter().find(|folder| folder.join("espeak-ng-data").is_dir()).ok_or_else(|| {
            let message = format!("no eSpeak NG voices in {}", root.display());
            Error::unavailable(message, "install the package espeak-ng and start again")
        })?;
        let libraries = std::env::join_paths(&folders).map_err(|source| {
            Error::unavailable(
                format!("eSpeak NG cannot be started: {source}"),
                "choose a folder without `:` in its path",
            )
        })?;
        let environment = vec![("ESPEAK_DATA_PATH", voices.clone().into()), ("LD_LIBRARY_PATH", libraries)];
        Ok(Self { program: root.join("usr/bin/espeak-ng"), environment, scratch: scratch.into() })
    }

    /// Words, spoken one by one with pauses; `name` makes the scratch file its own.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where eSpeak NG fails, as for a language it lacks.
    pub(super) fn speak(&self, words: &[&str], manner: &Manner, name: &str) -> Result<Waveform> {
        let path = self.scratch.join(format!("{name}.wav"));
        let mut command = Command::new(&self.program);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.args(["-b", "1", "-v", &manner.voice, "-p", &manner.pitch.to_string()]);
        command
            .args(["-s", &manner.words_a_minute.to_string(), "-w"])
            .arg(&path)
            .arg(words.join(".\n\n"))
            .stdin(Stdio::null());
        let failed = |cause: String| {
            let message = format!("eSpeak NG failed on voice {}: {cause}", manner.voice);
            Error::unavailable(message, "install the package espeak-ng, version 1.50 or later, and start again")
        };
        let output = command.output().map_err(|source| failed(source.to_string()))?;
        if !output.status.success() || !path.is_file() {
            return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_string()));
        }
        let waveform = Waveform::read(&path)?;
        fs::remove_file(&path).map_err(|source| Error::io("removing", &path, source))?;
        Ok(waveform)
    }
}

/// A folder and the folders right below it that hold libraries (`usr/lib/x86_64-linux-gnu`, and `pulseaudio` in that).
fn below(folder: &Path) -> Vec<PathBuf> {
    let sub = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
    };
    let mut folders = sub(folder);
    let deeper: Vec<PathBuf> = folders.iter().flat_map(|folder| sub(folder)).collect();
    folders.extend(deeper.into_iter().filter(|folder| folder.ends_with("pulseaudio")));
    folders.sort();
    folders
}
