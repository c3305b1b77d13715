//! Rust cells: a session compiles and runs them one after another, and variables flow from cell to cell.
//!
//! Over evcxr 0.22 (<https://docs.rs/evcxr>). Three processes, all of one program that calls [`runtime_hook`] first:
//!
//! ```text
//! the caller --cells, as JSON lines--> the host: evcxr compiles --shared objects--> the child: cells run
//! ```
//!
//! The host exists because evcxr takes its folders from the environment: two sessions stay apart, and no session changes
//! the caller. Cells are native code with the caller's rights: run only those that you would run yourself.
//!
//! Refused: a cell that does not compile, panics, leaves early by `?`, ends the child, or runs for longer than its limit. What
//! library types show of themselves comes in order with what is printed; of other types' contents evcxr keeps the last of a
//! media type. `return` outside a function costs the session's variables.
//!
//! Unless `RUST_SRC_PATH` points at the standard library's source, a stub stands in its place: otherwise evcxr would have
//! rustup install that source unasked. The price of the stub is that a `let` of a library type names it, as in
//! `let scores: Vec<f64> = vec![0.5];`.

mod document;
mod failure;
mod family;
mod frontends;
mod host;
mod library;
mod output;
mod reply;
mod session;
mod warnings;

pub use document::DocumentSession;
pub use frontends::{Frontend, install_jupyter, repl};
pub use library::Library;
pub use session::Session;

/// Where a host keeps its files; set for hosts only.
const FOLDER: &str = "RAT_KERNEL_FOLDER";

/// What rustc is told besides, to link the library; set for hosts only.
const FLAGS: &str = "RAT_KERNEL_RUSTFLAGS";

/// To be called first in `main`: in a session's own processes it serves cells and does not return, otherwise it does
/// nothing.
pub fn runtime_hook() {
    // The child inherits the host's environment, so evcxr's question comes first.
    evcxr::runtime_hook();
    if let Some(folder) = std::env::var_os(FOLDER) {
        std::process::exit(host::serve(folder.as_ref()));
    }
}
