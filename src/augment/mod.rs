//! Augmentation of training audio: what a recording might have gone through, drawn anew for each trial and epoch.
//!
//! The recipe of RAT, test and reference alike, each step with its own probability: the silence before speech is trimmed, a time
//! mask, a room or background noise, telephone and other coding, RawBoost, noise and filter. Each transform is a pure function
//! of its drawn parameters, and each draw one of (seed, epoch, index, side, step). Each can be used alone:
//!
//! ```
//! use rand::SeedableRng;
//! use rand_chacha::ChaCha8Rng;
//! use rat::{Waveform, augment::Filter};
//!
//! let plain = Waveform::new((0..16_000).map(|at| (at as f32 * 0.3).sin() * 0.4).collect());
//! let mut samples = plain.samples().to_vec();
//! let filter = Filter::draw(&mut ChaCha8Rng::seed_from_u64(3));
//! filter.apply(&mut samples);
//! // In evcxr the last line of a cell shows the figure.
//! let figure = rat::plot::before_and_after(&format!("{filter:.0?}"), &plain, &Waveform::new(samples))?;
//! assert!(figure.svg().starts_with("<svg"));
//! # Ok::<(), rat::Error>(())
//! ```

pub mod a_law;
mod augmentor;
mod config;
mod convolution;
mod filter;
pub mod mu_law;
mod noise;
mod opus;
pub mod rawboost;
mod silence;
mod stream;
mod surroundings;
mod time_mask;

pub use augmentor::Augmentor;
pub use config::{AugmentConfig, StepProbability};
pub use filter::Filter;
pub use noise::{ColourNoise, GaussianNoise, GaussianSnr, Noise};
pub use opus::Opus;
pub use silence::{starting_silence, without_starting_silence};
pub use stream::Side;
pub use surroundings::{Background, Room, SourceFolder, SourceKind, Sources, Surroundings, add_noise, reverberate};
pub use time_mask::TimeMask;
