//! Data sets: corpora and their protocols, the references of trials, and what the ablation does to a reference.

mod asvspoof5;
mod bad_audio;
mod corpus;
mod degrade;
mod draw;
mod pairing;
mod protocol;
mod references;
mod split;
mod summary;

pub mod sample;

pub use bad_audio::BadAudio;
pub use corpus::Corpus;
pub use degrade::degrade;
pub use pairing::{Pairing, PairingRow};
pub use references::ReferencePool;
pub use split::Split;
pub use summary::SplitSummary;
