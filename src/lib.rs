//! `rat`: reference-augmented training for speech anti-spoofing, and the paper that comes of it.

pub mod audio;
pub mod augment;
pub mod cli;
pub mod condition;
pub mod data;
pub mod display;
pub mod error;
pub mod metrics;
pub mod output;
pub mod plot;
pub mod report;
pub mod tables;
pub mod trial;

#[cfg(feature = "network")]
pub mod contribution;
#[cfg(feature = "network")]
pub mod device;
#[cfg(feature = "kernel")]
pub mod kernel;
#[cfg(not(feature = "kernel"))]
#[path = "kernel_absent.rs"]
pub mod kernel;
#[cfg(feature = "network")]
pub mod loader;
#[cfg(feature = "network")]
pub mod model;
#[cfg(feature = "network")]
pub mod score;
#[cfg(feature = "network")]
pub mod ssl;
#[cfg(feature = "network")]
pub mod train;

pub use audio::Waveform;
pub use condition::ReferenceCondition;
pub use error::{Error, Result};
pub use trial::{Attack, Codec, Label, Speaker, Trial};
