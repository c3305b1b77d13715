//! Checkpoints of any form as named tensors, and modules filled from them.
//!
//! [`Checkpoint::open`] tells the form by the file's first bytes: safetensors, PyTorch's pickles (read without running code),
//! our own `.bpk`, single or in shards. A [`KeyMap`] brings the file's names to the module's, a [`Plan`] says what fits, and
//! [`Plan::fill`] reads each tensor once, straight into the buffer that becomes the parameter.
//!
//! Whatever a header claims is checked against the file before anything is allocated.

mod burnpack;
mod fill;
mod fingerprint;
mod folder;
mod names;
mod open;
mod pickle;
mod plan;
mod safetensors;
mod source;
mod stored;
mod targets;
mod transpose;
mod types;
mod write;

pub use fingerprint::fingerprint;
pub use names::{KeyMap, Naming, Renamed};
pub use open::{Checkpoint, Form};
pub use plan::{Match, Missing, Plan, Unfit};
pub use stored::StoredTensor;
pub use targets::{Target, targets};
pub use types::StoredType;
pub use write::{OutputTensor, write_safetensors};
