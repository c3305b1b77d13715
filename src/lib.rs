//! `rat`: reference-augmented training for speech anti-spoofing, and the paper that comes of it.
//!
//! A **countermeasure** decides whether a test utterance is bona fide (human) or spoof. RAT (arXiv 2606.10908) conditions it on a
//! bona fide **reference** of the claimed speaker while it is trained; the optimiser soon stops using the reference, and
//! the network that was trained so is better without it than one that never had it. This library trains such networks, takes their
//! references away in nine ways, measures what the references still contribute, and turns score files into pages.
//!
//! # The two halves
//!
//! *The network* (feature `network`, on by default): [`audio`] and [`data`] bring recordings and trials, [`augment`] and
//! `loader` make batches, `ssl` encodes, `model` decides, `train`, `score` and `contribution` write tables.
//!
//! *The paper* (always): [`tables`] are read, [`metrics`] measured with their intervals, [`plot`]ted and brought to a page by
//! [`report`].
//!
//! The halves meet in tables only, that is, in files: a machine with a GPU writes them, a laptop without the network reads them.
//!
//! # A first look
//!
//! ```
//! use rat::metrics::{CostModel, DetectionScores, EerRule};
//!
//! let scores = DetectionScores::new(&[0.9, 0.8, 0.3], &[0.7, 0.2, 0.1, 0.05])?;
//! let eer = scores.eer(EerRule::TieMerged);
//! assert!((eer.rate - 0.2917).abs() < 1e-4);
//! assert!(scores.min_dcf(&CostModel::ASVSPOOF5).rate <= 1.0);
//! # Ok::<(), rat::Error>(())
//! ```
//!
//! And the network, from a waveform to a score ([`Waveform::read`] takes a file):
//!
#![cfg_attr(feature = "network", doc = "```")]
#![cfg_attr(not(feature = "network"), doc = "```ignore")]
//! use rat::{Waveform, model::{Conditioning, Detector, encode}, ssl::EncoderConfig};
//!
//! let device = rat::device::open("cpu")?.device;
//! let detector = Detector::random(&EncoderConfig::tiny(), Conditioning::Reference, 1, &device)?;
//! let test = encode(&detector.encoder, &[Waveform::new(vec![0.1; 8_000])], &device)?;
//! let reference = encode(&detector.encoder, &[Waveform::new(vec![0.2; 9_000])], &device)?;
//! let logits = detector.forward(&test, Some(&reference));
//! assert_eq!(logits.dims(), [1, 2]);
//! # Ok::<(), rat::Error>(())
//! ```

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
pub mod prelude;
pub mod protocol;
pub mod report;
pub mod tables;
pub mod trial;

#[cfg(feature = "network")]
pub mod checkpoint;
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
mod network_display;
#[cfg(feature = "network")]
mod network_prelude;
#[cfg(not(feature = "network"))]
mod network_prelude {}
#[cfg(feature = "network")]
pub mod score;
#[cfg(feature = "network")]
pub mod ssl;
#[cfg(feature = "network")]
pub mod train;

/// The features of this build, for the library that cells link.
#[cfg(feature = "kernel")]
mod features {
    pub(crate) const NAMES: &[&str] = &[
        "kernel",
        #[cfg(feature = "network")]
        "network",
        #[cfg(feature = "wgpu")]
        "wgpu",
        #[cfg(feature = "cuda")]
        "cuda",
    ];
}

/// The data frames behind score tables, at the version that this library is built with.
pub use polars;

pub use audio::Waveform;
pub use condition::ReferenceCondition;
pub use error::{Error, Result};
pub use trial::{Attack, Codec, Gender, Label, Speaker, Trial};
