//! What tells one checkpoint from another, whatever their names: SHA-256 of its bytes.

use std::{fs::File, path::Path};

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// SHA-256 of a file, or of all files of a folder in the order of their names, in hexadecimal digits.
///
/// # Errors
/// Where a file cannot be read.
pub fn fingerprint(path: &Path) -> Result<String> {
    let failed = |source| Error::io("reading the checkpoint", path, source);
    let mut files = vec![path.to_owned()];
    if path.is_dir() {
        files = std::fs::read_dir(path).map_err(failed)?.flatten().map(|entry| entry.path()).collect();
        files.retain(|path| path.is_file());
        files.sort();
    }
    let mut hash = Sha256::new();
    for file in files {
        std::io::copy(&mut File::open(&file).map_err(failed)?, &mut hash).map_err(failed)?;
    }
    Ok(format!("{:x}", hash.finalize()))
}
