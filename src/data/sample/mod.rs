//! The demo's corpus, made on the spot: human voices from Debian packages, spoofs by six systems, in ASVspoof 5 layout.
//!
//! The repository holds no recording. Packages are fetched once, without root and without installing anything; the
//! finished corpus stays in a cache folder and needs no network again. Speakers and languages are disjoint between the
//! partitions, two of the six systems occur in evaluation only, and all utterances pass the same last stage.

mod build;
mod cast;
mod conversion;
mod espeak;
mod griffin_lim;
mod harmonic;
mod last_stage;
mod lpc;
mod manifest;
mod notes;
mod packages;
mod partition;
mod pitch;
mod recordings;
mod spectrum;
#[cfg(test)]
mod synthetic_voice;
mod systems;
mod utterances;

pub use build::{build, default_folder};
