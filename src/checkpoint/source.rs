//! Files read at places: no cursor, no mapping into memory, no lock where the system can do without.

use std::{fs::File, io, path::PathBuf};

use crate::error::{Error, Result};

/// A file that is read at places, by several threads at once.
#[derive(Debug)]
pub(super) struct SourceFile {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    #[cfg(unix)]
    file: File,
    #[cfg(not(unix))]
    file: std::sync::Mutex<File>,
}

impl SourceFile {
    pub(super) fn open(path: PathBuf) -> Result<Self> {
        let opened = File::open(&path).and_then(|file| Ok((file.metadata()?, file)));
        let (metadata, file) = opened.map_err(|source| Error::io("reading the checkpoint", &path, source))?;
        if !metadata.is_file() {
            return Err(Error::io("reading the checkpoint", &path, io::ErrorKind::IsADirectory.into()));
        }
        #[cfg(not(unix))]
        let file = std::sync::Mutex::new(file);
        Ok(Self { path, bytes: metadata.len(), file })
    }

    /// Fills the buffer from that place of the file.
    pub(super) fn read(&self, buffer: &mut [u8], start: u64) -> Result<()> {
        self.read_at(buffer, start).map_err(|source| Error::io("reading the checkpoint", &self.path, source))
    }

    #[cfg(unix)]
    fn read_at(&self, buffer: &mut [u8], start: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, buffer, start)
    }

    #[cfg(not(unix))]
    fn read_at(&self, buffer: &mut [u8], start: u64) -> io::Result<()> {
        use std::io::{Read, Seek};
        let mut file = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.seek(io::SeekFrom::Start(start))?;
        file.read_exact(buffer)
    }
}
