//! Files appear whole or not at all: an [`OutputFile`] is written beside its place and renamed when finished.
//!
//! It is opened *before* long work starts, so that an unwritable place is found in the first second, not after hours.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::error::{Error, Result};

/// A file in the making. Dropped without [`finish`](Self::finish) it leaves nothing behind.
#[derive(Debug)]
pub struct OutputFile {
    /// As it was given.
    path: PathBuf,
    /// Where that leads to.
    target: PathBuf,
    writer: Place,
    /// Dropped after what was written into it.
    _folder: Option<OutputFolder>,
}

/// A folder for outputs. Those folders that had to be made for it go again when it is dropped, as far as nothing stands in them.
#[derive(Debug)]
pub struct OutputFolder {
    /// The deepest first.
    made: Vec<PathBuf>,
}

impl OutputFolder {
    /// Makes the folder, where it is not there.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let missing = path.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let folder = Self { made: missing.map(Path::to_owned).collect() };
        std::fs::create_dir_all(path).map_err(|source| Error::io("making the folder", path, source))?;
        Ok(folder)
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        // Where something stands in one, it and those above it stay.
        let _ = self.made.iter().try_for_each(std::fs::remove_dir);
    }
}

/// Where the bytes go meanwhile.
#[derive(Debug)]
enum Place {
    /// Beside a regular file, which is replaced at the end.
    Beside(BufWriter<NamedTempFile>),
    /// Into what is no regular file, as a pipe or `/dev/stdout`: it cannot be replaced.
    Straight(File),
}

impl OutputFile {
    /// Opens the output, making its directories.
    ///
    /// # Errors
    /// Where the directory cannot be made or written.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        // A link stays a link; the file that it leads to is replaced.
        let path = path.as_ref();
        let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.into());
        if path.is_dir() {
            return Err(Error::io("opening the output", path, io::ErrorKind::IsADirectory.into()));
        }
        if path.exists() && !path.is_file() {
            let file = File::options().write(true).open(path);
            let file = file.map_err(|source| Error::io("opening the output", path, source))?;
            return Ok(Self { path: path.into(), target, writer: Place::Straight(file), _folder: None });
        }
        let folder = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let made = OutputFolder::create(folder)?;
        let file = tempfile::Builder::new()
            .prefix(".unfinished-")
            .permissions_if_unix()
            .tempfile_in(folder)
            .map_err(|source| Error::io("opening the output", path, source))?;
        Ok(Self { path: path.into(), target, writer: Place::Beside(BufWriter::new(file)), _folder: Some(made) })
    }

    /// Puts the finished file in its place, over an older one; gives the path as it was asked for.
    ///
    /// # Errors
    /// Where the disk is full or the place not writable.
    pub fn finish(self) -> Result<PathBuf> {
        let Self { path, target, writer, _folder } = self;
        let Place::Beside(writer) = writer else { return Ok(path) };
        let file = writer.into_inner().map_err(|failed| Error::io("writing", &path, failed.into_error()))?;
        file.persist(&target).map_err(|failed| Error::io("writing", &path, failed.error))?;
        Ok(path)
    }

    /// Writes a whole file at once.
    ///
    /// # Errors
    /// As [`create`](Self::create) and [`finish`](Self::finish).
    pub fn write_all_to(path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> Result<PathBuf> {
        let mut output = Self::create(path)?;
        output.write_all(content.as_ref()).map_err(|source| Error::io("writing", &output.path, source))?;
        output.finish()
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.writer {
            Place::Beside(writer) => writer.write(bytes),
            Place::Straight(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.writer {
            Place::Beside(writer) => writer.flush(),
            Place::Straight(file) => file.flush(),
        }
    }
}

/// Temporary files are private (0600); finished tables and pages are for everybody, as the user's mask allows.
trait PermissionsIfUnix {
    fn permissions_if_unix(&mut self) -> &mut Self;
}

impl PermissionsIfUnix for tempfile::Builder<'_, '_> {
    #[cfg(unix)]
    fn permissions_if_unix(&mut self) -> &mut Self {
        use std::os::unix::fs::PermissionsExt;
        self.permissions(std::fs::Permissions::from_mode(0o666))
    }

    #[cfg(not(unix))]
    fn permissions_if_unix(&mut self) -> &mut Self {
        self
    }
}

/// The folder for what can be made again: `$XDG_CACHE_HOME/rat`, else `~/.cache/rat`, else below that for temporary files.
pub(crate) fn cache_folder() -> PathBuf {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
    cache.unwrap_or_else(std::env::temp_dir).join("rat")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_file_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("deep/scores.csv");
        let mut output = OutputFile::create(&path).expect("opens");
        output.write_all(b"half").expect("writes");
        drop(output);
        assert_eq!(std::fs::read_dir(&folder).expect("readable").count(), 0, "its folder is gone, too");
        OutputFile::write_all_to(&path, "whole").expect("writes");
        assert!(path.is_file());
        drop(OutputFile::create(folder.path().join("deep/deeper/other.csv")).expect("opens"));
        assert_eq!(std::fs::read_dir(folder.path().join("deep")).expect("readable").count(), 1);
    }

    #[test]
    fn a_folder_that_was_there_or_is_filled_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [there, filled] = ["there", "new/filled"].map(|name| folder.path().join(name));
        std::fs::create_dir(&there).expect("makes");
        drop(OutputFolder::create(&there).expect("is there"));
        let made = OutputFolder::create(&filled).expect("makes");
        OutputFile::write_all_to(filled.join("scores.csv"), "x").expect("writes");
        drop(made);
        assert!(there.is_dir() && filled.join("scores.csv").is_file());
        OutputFile::write_all_to(folder.path().join("file"), "x").expect("writes");
        OutputFolder::create(folder.path().join("file/below")).expect_err("a file is no folder");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_stay_what_they_are() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        OutputFile::write_all_to(&target, "old").expect("writes");
        std::os::unix::fs::symlink(&target, &link).expect("a link");
        OutputFile::write_all_to(&link, "new").expect("writes");
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_to_string(&target).expect("readable"), "new");
        let shown = OutputFile::write_all_to(&link, "newer").expect("writes");
        assert_eq!(shown, link, "the path that was asked for");
        OutputFile::write_all_to("/dev/null", "nowhere").expect("writes");
        assert!(!Path::new("/dev/null").is_file());
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("file");
        OutputFile::write_all_to(&file, "x").expect("writes");
        let refused = OutputFile::create(file.join("below.csv")).expect_err("a file is no folder");
        assert!(refused.to_string().contains("file"), "{refused}");
    }
}
