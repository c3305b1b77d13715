//! A figure becomes a file, in the form that the name's ending tells.

use std::path::{Path, PathBuf};

use super::Figure;
use crate::{
    error::{Error, Result},
    output::OutputFile,
};

impl Figure {
    /// Writes the picture as `.svg` or `.png`, or its data as `.csv`; gives the place.
    ///
    /// # Errors
    /// Where the name ends otherwise, or the place is not writable.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<PathBuf> {
        let path = path.as_ref();
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("svg") => OutputFile::write_all_to(path, self.svg()),
            Some("png") => OutputFile::write_all_to(path, self.png()),
            Some("csv") => OutputFile::write_all_to(path, &self.csv),
            _ => {
                let message = format!("{} ends in neither .svg, .png nor .csv", path.display());
                Err(Error::config("figure", message, "name the file so that its ending tells the form"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Waveform, plot::recording};

    #[test]
    fn the_ending_tells_the_form() {
        let folder = tempfile::tempdir().expect("a folder");
        let figure = recording("silence", &Waveform::new(vec![0.0; 800])).expect("draws");
        for (name, start) in [("a.svg", &b"<svg"[..]), ("a.PNG", b"\x89PNG"), ("a.csv", b"recording,")] {
            let path = figure.save(folder.path().join(name)).expect("is written");
            assert!(std::fs::read(path).expect("readable").starts_with(start), "{name}");
        }
        let refused = figure.save(folder.path().join("a.pdf")).expect_err("no such form");
        assert!(refused.to_string().contains("a.pdf ends in neither"), "{refused}");
    }
}
