//! Where a page's scores come from: score files of any form, run directories, or folders of either.
//!
//! A folder is searched for both at any depth. A file in it that is no score file is passed over, and said; one that is a
//! protocol joins the score files beside it when it stands alone there. A file that was named itself must be what it should be.

use std::path::{Path, PathBuf};

use super::{
    naming::{Named, names, run_folder, told_apart},
    run::{Input, Run, Scored, read_run, same_trials},
};
use crate::{
    error::{Error, Result},
    metrics::{DetectionScores, EerRule},
    protocol::Protocol,
    tables::{
        Audit, ScoreTable,
        formats::{Polarity, RawScores, ScoreFileOptions, ScoreFormat, read_scores},
        refuse_repeated,
    },
};

/// How score files are read, and what of them is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadSettings {
    /// How their lines are understood.
    pub file: ScoreFileOptions,
    /// The protocol or key file that tells labels, speakers, attacks and the rest.
    pub protocol: Option<PathBuf>,
    /// Only trials whose column says so, as `subset` and `eval`.
    pub only: Vec<(String, String)>,
}

/// A score file that was read.
#[derive(Clone, Debug)]
pub struct Source {
    /// The system: the record's where the file stands in a run directory, else the file's name.
    pub system: String,
    /// The reference condition, `-` where there is none.
    pub condition: String,
    /// Where it stands.
    pub path: PathBuf,
    /// How it was understood, in one line.
    pub note: String,
    /// What is odd about it.
    pub audit: Audit,
    /// The scores, higher = more bona fide.
    pub table: ScoreTable,
}

/// Reads score files alike: with the same options and the same protocol.
#[derive(Debug)]
pub struct Reader {
    settings: ReadSettings,
    protocol: Option<Protocol>,
}

impl Reader {
    /// Reads the protocol, where there is one.
    ///
    /// # Errors
    /// Where the protocol cannot be read.
    pub fn new(settings: &ReadSettings) -> Result<Self> {
        let protocol = settings.protocol.as_ref().map(Protocol::read).transpose()?;
        Ok(Self { settings: settings.clone(), protocol })
    }

    /// The protocol, where there is one.
    pub fn protocol(&self) -> Option<&Protocol> {
        self.protocol.as_ref()
    }

    /// Reads a score file.
    ///
    /// # Errors
    /// Where it is of no known form, a line does not fit, a trial stands twice, it disagrees with the protocol, or its scores seem to
    /// grow with spoof and no polarity was given.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Source> {
        let path = path.as_ref();
        self.understood(path, read_scores(path, &self.settings.file)?, self.protocol.as_ref())
    }

    fn understood(&self, path: &Path, raw: RawScores, protocol: Option<&Protocol>) -> Result<Source> {
        refuse_repeated(path, &raw)?;
        let audit = Audit::of(&raw, protocol);
        let mut table = ScoreTable::from_raw(&raw)?;
        if let Some(protocol) = protocol {
            table = table.with_protocol(protocol).map_err(|error| placed(error, path))?;
        }
        table = self.kept(path, table)?;
        let mut note = raw.note;
        if raw.format != ScoreFormat::Rat {
            match (inverted(path, &table), self.settings.file.polarity) {
                (Some(error), Polarity::Auto) => return Err(error),
                (Some(error), polarity) => note.push_str(&format!("; yet with polarity {polarity}, {error}")),
                (None, _) => {}
            }
        }
        let (system, condition) = names(path);
        Ok(Source { system, condition, path: path.into(), note, audit, table })
    }

    /// The trials that are asked for.
    fn kept(&self, path: &Path, mut table: ScoreTable) -> Result<ScoreTable> {
        for (column, value) in &self.settings.only {
            table.texts(column)?;
            table = table.filter(|trial| trial.text(column) == value)?;
            if table.is_empty() {
                let message = format!("no trial of {} has {column}={value}", path.display());
                return Err(Error::config("only", message, "check the value; `--by COLUMN` shows which there are"));
            }
        }
        Ok(table)
    }

    /// Reads what the paths name: score files, run directories, folders of either. Also gives notes on files passed over.
    pub(super) fn read_all(&self, paths: &[PathBuf]) -> Result<(Vec<Run>, Vec<String>)> {
        let (mut runs, mut notes) = (Vec::new(), Vec::new());
        for path in paths {
            if path.is_dir() {
                self.read_folder(path, &mut runs, &mut notes)?;
            } else {
                gather(&mut runs, Run::of_source(self.read(path)?, None)?)?;
            }
        }
        if runs.is_empty() {
            let listed: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
            let message = format!("there is no score file in {}", listed.join(", "));
            return Err(Error::data(
                message + &notes_of(&notes),
                "name score files, run directories, or a folder of either",
            ));
        }
        tell_apart(&mut runs);
        Ok((runs, notes))
    }

    fn read_folder(&self, folder: &Path, runs: &mut Vec<Run>, notes: &mut Vec<String>) -> Result<()> {
        if folder.join("run.json").is_file() {
            let mut run = read_run(folder)?;
            for scored in run.scored.iter_mut() {
                if let Some(protocol) = &self.protocol {
                    scored.table = scored.table.with_protocol(protocol).map_err(|error| placed(error, &scored.path))?;
                }
                scored.table = self.kept(&scored.path, std::mem::take(&mut scored.table))?;
            }
            runs.push(run);
            return Ok(());
        }
        let entries = super::run::entries(folder)?;
        let (folders, files): (Vec<_>, Vec<_>) = entries.into_iter().partition(|path| path.is_dir());
        let (mut scored, mut protocols) = (Vec::new(), Vec::new());
        for path in files.into_iter().filter(|path| looks_like_table(path)) {
            match read_scores(&path, &self.settings.file) {
                Ok(raw) => scored.push((path, raw)),
                Err(_) => match Protocol::read(&path) {
                    Ok(protocol) => protocols.push(protocol),
                    Err(_) => notes.push(format!("{} is no score file and was passed over", path.display())),
                },
            }
        }
        let beside = if protocols.len() == 1 { protocols.first() } else { None };
        if protocols.len() > 1 && self.protocol.is_none() {
            let names: Vec<_> = protocols.iter().map(|protocol| protocol.path().display().to_string()).collect();
            notes.push(format!("{} are several protocols, so none was joined; name one", names.join(", ")));
        }
        for (path, raw) in scored {
            let protocol = self.protocol.as_ref().or(beside);
            let source = self.understood(&path, raw, protocol)?;
            runs.push(Run::of_source(source, protocol.filter(|_| self.protocol.is_none()).map(Protocol::path))?);
        }
        for folder in folders {
            self.read_folder(&folder, runs, notes)?;
        }
        Ok(())
    }
}

fn notes_of(notes: &[String]) -> String {
    if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) }
}

fn looks_like_table(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    ending.is_some_and(|ending| ["csv", "tsv", "txt", "score", "scores", "parquet"].contains(&ending.as_str()))
}

/// Why scores seem to grow with spoof; `None` where they do not, or cannot be measured.
fn inverted(path: &Path, table: &ScoreTable) -> Option<Error> {
    let eer = DetectionScores::new(&table.bonafide(), &table.spoof()).ok()?.eer(EerRule::TieMerged).rate;
    let message = format!(
        "{}: an equal error rate of {:.1} % means that the scores grow with spoof, or that the labels are the other way round",
        path.display(),
        100.0 * eer
    );
    let remedy = "say --polarity higher-is-spoof to turn the scores round, --labels for the labels, or --polarity higher-is-bonafide if it is \
                  as it should be";
    (eer > 0.5).then(|| Error::data(message, remedy))
}

/// Runs of one name are called after their folders too.
pub(super) fn tell_apart(runs: &mut [Run]) {
    let named = |run: &Run| match run.scored.first() {
        Some(scored) => Named::of(&run.name, "", &scored.path),
        None => Named { name: run.name.clone(), condition: String::new(), path: PathBuf::new() },
    };
    let names = told_apart(&runs.iter().map(named).collect::<Vec<_>>());
    for (run, name) in runs.iter_mut().zip(names) {
        run.name = name;
    }
}

/// Adds a run; tables of one run directory that were named one by one are one run.
///
/// # Errors
/// Where they hold scores of different trials.
pub(super) fn gather(runs: &mut Vec<Run>, run: Run) -> Result<()> {
    let home = |run: &Run| run.scored.first().and_then(|scored| run_folder(&scored.path)).map(Path::to_owned);
    let new = |known: &Run| run.scored.iter().all(|one| known.scored.iter().all(|other| one.path != other.path));
    let known = runs.iter_mut().find(|known| known.record.is_none() && home(known) == home(&run) && new(known));
    match known.filter(|_| home(&run).is_some()) {
        Some(known) => {
            known.scored.extend(run.scored);
            known.inputs.extend(run.inputs);
            same_trials(&known.scored)
        }
        None => {
            runs.push(run);
            Ok(())
        }
    }
}

/// An error in data with the file that they stand in.
pub(super) fn placed(error: Error, path: &Path) -> Error {
    match error {
        Error::Data { message, remedy } => Error::data(format!("{}: {message}", path.display()), remedy),
        other => other,
    }
}

impl Run {
    pub(super) fn of_source(source: Source, protocol: Option<&Path>) -> Result<Self> {
        let files = std::iter::once(source.path.as_path()).chain(protocol);
        let inputs = files.map(Input::of).collect::<Result<Vec<_>>>()?;
        let scored = Scored {
            condition: source.condition,
            path: source.path,
            note: source.note,
            audit: Some(source.audit),
            table: source.table,
        };
        Ok(Self { name: source.system, scored: vec![scored], inputs, ..Self::default() })
    }
}
