//! The paper half from the outside: the program over invented score files, by what it writes, says and refuses.
//!
//! The files are made by the tests: some two thousand trials in the form of ASVspoof 5, each number a function of (seed, trial).

#[path = "paper/audits.rs"]
mod audits;
#[path = "paper/brute.rs"]
mod brute;
#[path = "paper/compare.rs"]
mod compare;
#[path = "paper/documents.rs"]
mod documents;
#[path = "reports/invented.rs"]
mod invented;
#[path = "paper/metrics.rs"]
mod metrics;
#[path = "paper/names.rs"]
mod names;
#[path = "paper/plots.rs"]
mod plots;
#[path = "paper/program.rs"]
mod program;
#[path = "paper/small.rs"]
mod small;
#[path = "paper/synthetic.rs"]
mod synthetic;
#[path = "paper/verifying.rs"]
mod verifying;
