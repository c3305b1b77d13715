//! All of `rat`, as a shared object.

pub use rat::*;
