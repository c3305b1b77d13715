//! Augmentation of training audio: what a recording might have gone through, drawn anew for each trial and epoch.
//!
//! The recipe of RAT: time mask, mu-law coding, RawBoost, each step with its own probability, test and reference alike. Each
//! transform is a pure function of its drawn parameters, and each draw one of (seed, epoch, index, side, step); the length stays.

mod augmentor;
pub mod mu_law;
pub mod rawboost;
mod time_mask;

pub use augmentor::{AugmentConfig, Augmentor, Side};
pub use time_mask::TimeMask;
