//! Every corpus of the plan, as a folder made here in its published form: read back, counted and paired; each published oddity
//! a test of its own.

#[path = "corpora/asvspoof.rs"]
mod asvspoof;
#[path = "corpora/folder.rs"]
mod folder;
#[path = "corpora/known.rs"]
mod known;
#[path = "corpora/others.rs"]
mod others;
#[path = "corpora/own_data.rs"]
mod own_data;
#[path = "corpora/pairing.rs"]
mod pairing;
#[cfg(feature = "network")]
#[path = "corpora/program.rs"]
mod program;
#[path = "corpora/size.rs"]
mod size;
#[path = "corpora/track2.rs"]
mod track2;
