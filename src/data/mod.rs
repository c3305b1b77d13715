//! Data sets: corpora and their protocols, the references of trials, and what the ablation does to a reference.

mod bad_audio;
mod corpora;
mod corpus;
mod degrade;
mod draw;
mod enrolled;
mod enrolment;
mod info;
mod layout;
mod listing;
mod open;
mod pairing;
mod pairing_file;
mod recordings;
mod reference_draw;
mod references;
mod split;
mod summary;
mod whereabouts;

pub mod check;
pub mod sample;

pub use bad_audio::BadAudio;
pub use corpus::{Corpus, CorpusOptions};
pub use degrade::degrade;
pub use enrolled::{Enrolled, Enrolment};
pub use info::{CorpusInfo, PublishedSplit, ReferenceOrigin};
pub use listing::Listing;
pub use pairing::{Pairing, PairingRow};
pub use reference_draw::ReferenceDraw;
pub use references::{ReferencePool, SelfReference};
pub use split::Split;
pub use summary::SplitSummary;
