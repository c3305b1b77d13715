//! The network against tensors that torchaudio, transformers and the RAT authors' code computed with the same weights.
//!
//! One body for every backend compiled in. The CPU and wgpu run always: a machine without an adapter for wgpu fails, rather
//! than passing unseen. CUDA runs where it is asked for:
//! `cargo test --release --features cuda --test parity -- --ignored`.
//!
//! `tests/fixtures/make_parity_golden.py` and `recompute_golden.py` make the expected tensors again.

#![cfg(feature = "network")]

#[path = "parity/closeness.rs"]
mod closeness;
#[path = "parity/devices.rs"]
mod devices;
#[path = "parity/encoders.rs"]
mod encoders;
#[path = "parity/given.rs"]
mod given;
mod golden;
#[path = "parity/invariance.rs"]
mod invariance;
#[path = "parity/layerwise.rs"]
mod layerwise;
#[path = "parity/rat.rs"]
mod rat_network;
