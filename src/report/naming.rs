//! Names for systems and files: what a file's path tells of its system, and how files of one name are told apart.

use std::path::{Component, Path, PathBuf};

use super::run::{NO_REFERENCE, condition_of};
use crate::tables::RunRecord;

/// What bears a name, and where it stands.
#[derive(Clone, Debug)]
pub struct Named {
    /// The name, as `RAT`.
    pub name: String,
    /// What may differ between two of one name, as a reference condition.
    pub condition: String,
    /// A file, or a run directory with its system's name behind; the folders before it tell it apart.
    pub path: PathBuf,
}

/// The run directory that a table of scores stands in.
pub(super) fn run_folder(path: &Path) -> Option<&Path> {
    let run = path.parent().filter(|folder| folder.ends_with("scores")).and_then(Path::parent);
    run.filter(|run| run.join("run.json").is_file())
}

/// System and condition of a table in a run directory, as its record says; else the file's name.
pub(super) fn names(path: &Path) -> (String, String) {
    let stem = path.file_stem().map_or_else(|| "-".into(), |stem| stem.to_string_lossy().into_owned());
    match run_folder(path).map(|run| RunRecord::read(run.join("run.json"))) {
        Some(Ok(record)) => (record.system, condition_of(&stem)),
        _ => (stem, NO_REFERENCE.into()),
    }
}

impl Named {
    /// What a score file is called: as the record of its run says, else after itself.
    pub fn of_file(path: &Path) -> Self {
        let (system, condition) = names(path);
        Self::of(&system, &condition, path)
    }

    /// What stands behind a table of scores: its run directory, or itself.
    pub(super) fn of(name: &str, condition: &str, path: &Path) -> Self {
        let path = match run_folder(path) {
            Some(run) if run.ends_with(name) => run.to_owned(),
            Some(run) => run.join(name),
            None => path.to_owned(),
        };
        Self { name: name.into(), condition: condition.into(), path }
    }

    /// The name behind so many of its folders.
    fn behind(&self, name: &str, folders: usize) -> String {
        let parts = self.path.parent().into_iter().flat_map(Path::components).filter_map(|part| match part {
            Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
            _ => None,
        });
        let parts: Vec<String> = parts.collect();
        let kept = parts.len().saturating_sub(folders);
        parts[kept..].iter().map(|part| format!("{part}/")).collect::<String>() + name
    }
}

/// The names, each behind as many of its folders as tell it apart from the others of its name and condition.
pub fn told_apart(named: &[Named]) -> Vec<String> {
    let bases: Vec<String> = (0..named.len()).map(|at| base(named, at)).collect();
    let deepest = named.iter().map(|named| named.path.components().count()).max().unwrap_or_default();
    let mut names = bases.clone();
    for folders in 1..=deepest {
        let repeated = |at: usize| {
            let same = |other: usize| names[other] == names[at] && named[other].condition == named[at].condition;
            (0..names.len()).any(|other| other != at && same(other))
        };
        let repeated: Vec<usize> = (0..names.len()).filter(|&at| repeated(at)).collect();
        for &at in &repeated {
            names[at] = named[at].behind(&bases[at], folders);
        }
        if repeated.is_empty() {
            break;
        }
    }
    names
}

/// The name; with the file's ending where another of one folder has it too, with a number where one file is named twice.
fn base(named: &[Named], at: usize) -> String {
    let own = &named[at];
    let like = |other: &&Named| {
        (&other.name, &other.condition, other.path.parent()) == (&own.name, &own.condition, own.path.parent())
    };
    let earlier = named[..at].iter().filter(like).filter(|other| other.path == own.path).count();
    let beside = named.iter().filter(like).any(|other| other.path != own.path);
    let ending = own.path.extension().filter(|_| beside).map(|ending| format!(".{}", ending.to_string_lossy()));
    let number = if earlier > 0 { format!(" ({})", earlier + 1) } else { String::new() };
    format!("{}{}{number}", own.name, ending.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(paths: &[&str]) -> Vec<String> {
        let named = |path: &&str| {
            let stem = Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
            Named { name: stem, condition: "-".into(), path: path.into() }
        };
        told_apart(&paths.iter().map(named).collect::<Vec<_>>())
    }

    #[test]
    fn folders_endings_and_numbers_tell_apart() {
        assert_eq!(names(&["a.csv", "b.csv"]), ["a", "b"]);
        assert_eq!(names(&["x/a.csv", "y/a.csv", "b.csv"]), ["x/a", "y/a", "b"]);
        assert_eq!(names(&["1/x/a.csv", "2/x/a.csv"]), ["1/x/a", "2/x/a"]);
        assert_eq!(names(&["x/a.csv", "x/a.txt", "a.csv"]), ["a.csv", "a.txt", "a"]);
        assert_eq!(names(&["a.csv", "a.csv"]), ["a", "a (2)"]);
    }
}
