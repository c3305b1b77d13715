//! Arguments that several subcommands share.

use std::path::PathBuf;

use crate::{data::Corpus, error::Result};

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
