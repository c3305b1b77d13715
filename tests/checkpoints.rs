//! Checkpoints of every form and naming: the same network, or an error that says what and where.
//!
//! `tests/fixtures/make_checkpoint_fixtures.py` writes what only PyTorch can write.

#![cfg(feature = "network")]

#[path = "checkpoints/damage.rs"]
mod damage;
#[path = "checkpoints/forms.rs"]
mod forms;
#[path = "checkpoints/full_size.rs"]
mod full_size;
#[allow(dead_code)]
mod golden;
#[path = "checkpoints/identity.rs"]
mod identity;
#[path = "checkpoints/program.rs"]
mod program;
#[path = "checkpoints/round_trips.rs"]
mod round_trips;
#[path = "checkpoints/written.rs"]
mod written;
