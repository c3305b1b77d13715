//! What a recording might have been made in: rooms and background noise out of folders of recordings.
//!
//! Rooms and noises as in Kaldi's recipe for speaker recognition (Snyder et al., *X-vectors: robust DNN embeddings for speaker
//! recognition*, ICASSP 2018; `egs/voxceleb/v2/run.sh`): reverberation, noise, music and babble, each equally often. There the ratios
//! are a few fixed ones; here they are drawn evenly between the ends.

mod background;
mod excerpt;
mod folders;
mod room;

use rand::{Rng, RngExt, seq::IndexedRandom};

pub use background::{Background, add_noise};
pub use folders::{SourceFolder, SourceKind, Sources};
pub use room::{Room, reverberate};

use crate::error::Result;

/// A drawn room or background.
#[derive(Clone, Debug, PartialEq)]
pub enum Surroundings {
    /// A room's impulse response.
    Room(Room),
    /// Background noise: one recording, or several voices.
    Background(Background),
}

impl Surroundings {
    /// Draws one of the kinds that there are recordings of, then what belongs to it; nothing where there are none.
    pub fn draw(stream: &mut impl Rng, sources: &Sources) -> Option<Self> {
        let kinds: Vec<SourceKind> = sources.kinds().collect();
        Some(match *kinds.choose(stream)? {
            SourceKind::Room => {
                let files = sources.files(SourceKind::Room);
                Self::Room(Room { file: files[stream.random_range(0..files.len())].clone() })
            }
            kind => Self::Background(Background::draw(stream, kind, sources.files(kind))),
        })
    }

    /// Puts the recording there.
    ///
    /// # Errors
    /// Where a file that was there when the folders were opened cannot be read any more.
    pub fn apply(&self, samples: &mut [f32]) -> Result<()> {
        match self {
            Self::Room(room) => room.apply(samples),
            Self::Background(background) => background.apply(samples),
        }
    }
}
