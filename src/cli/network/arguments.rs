//! Arguments that several subcommands share.

use std::path::{Path, PathBuf};

use super::console;
use crate::{
    data::{BadAudio, Corpus},
    error::Result,
    loader::{BadRecordings, Workers},
};

/// Where the trials come from.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct DataArgs {
    /// The corpus's layout.
    #[arg(long, default_value = "asvspoof5", value_name = "NAME")]
    pub(super) data: String,
    /// The corpus's folder, which holds protocols and audio.
    #[arg(long, value_name = "DIR")]
    pub(super) root: PathBuf,
}

impl DataArgs {
    pub(super) fn open(&self) -> Result<Corpus> {
        Corpus::open(&self.data, &self.root)
    }
}

/// Where it is computed.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct DeviceArgs {
    /// cpu, wgpu, wgpu:N, cuda, cuda:N or auto.
    #[arg(long, default_value = "cpu")]
    pub(super) device: String,
}

/// How recordings are brought to the device.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct FeedingArgs {
    /// Threads that decode and augment ahead of the device; the numbers do not depend on it [default: all cores].
    #[arg(long, value_name = "N")]
    workers: Option<usize>,
    /// What is done about recordings that are missing or cannot be decoded: fail or skip-and-list.
    #[arg(long, value_name = "POLICY", default_value_t = BadAudio::Fail)]
    pub(super) on_bad_audio: BadAudio,
}

impl FeedingArgs {
    pub(super) fn workers(self) -> Result<Workers> {
        self.workers.map_or_else(|| Ok(Workers::default()), Workers::new)
    }
}

/// Says how many recordings could not be used, and where they are listed.
pub(super) fn say_bad(bad: &BadRecordings, path: &Path) {
    match bad.len() {
        0 => {}
        1 => console::say(format!("1 recording could not be used; see {}", path.display())),
        count => console::say(format!("{count} recordings could not be used; see {}", path.display())),
    }
}
