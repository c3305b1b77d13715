//! From trials to batches: which trials, which references, decoded and augmented on all cores ahead of the device.
//!
//! [`Workers`] make items in order within a bound of memory; a [`Sampler`] draws the trials of an epoch; a [`TrainingSet`]
//! makes batches of them, the same bytes with any number of workers. Evaluation takes [`Shard`]s and brings similar
//! lengths together ([`by_length`]). Recordings that cannot be used are listed ([`BadRecordings`]).

mod bad_recordings;
mod buckets;
mod sampler;
mod shard;
mod training_set;
mod workers;

pub use bad_recordings::{BadRecording, BadRecordings};
pub use buckets::by_length;
pub use sampler::{Draw, Sampler};
pub use shard::Shard;
pub use training_set::{Drawing, Steps, TrainingSet, WaveformBatch};
pub use workers::{Ahead, Items, Workers};
