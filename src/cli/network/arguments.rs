//! Arguments that several subcommands share.

use std::path::{Path, PathBuf};

use super::console;
use crate::{
    cli::scores::one_of,
    data::{BadAudio, Corpus, CorpusOptions, Listing, Split},
    device::Precision,
    error::Result,
    loader::{BadRecordings, Workers},
    protocol::LabelConvention,
};

/// Where the trials come from.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct DataArgs {
    /// The data set: asvspoof5, asvspoof2019-la, in-the-wild, table (own data) and others; a wrong name lists all.
    #[arg(long, default_value = "asvspoof5", value_name = "NAME")]
    pub(super) data: String,
    /// The corpus's folder, which holds protocols and audio; for own data the file itself.
    #[arg(long, value_name = "DIR|FILE")]
    pub(super) root: PathBuf,
    /// The subset of an evaluation set that has such: eval, progress, hidden or all [default: eval].
    #[arg(long, value_name = "NAME")]
    pub(super) subset: Option<String>,
    /// Leave out trials whose recordings are not there, and say how many.
    #[arg(long)]
    pub(super) present_only: bool,
    /// What labels of own data are: words, or which number is bona fide.
    #[arg(long, value_name = "HOW", default_value = "words", value_parser = one_of::<LabelConvention, _>(LabelConvention::OWN))]
    pub(super) labels: LabelConvention,
}

impl DataArgs {
    pub(super) fn open(&self) -> Result<Corpus> {
        let options =
            CorpusOptions { subset: self.subset.clone(), present_only: self.present_only, labels: self.labels };
        Corpus::open_with(&self.data, &self.root, options)
    }
}

/// A split's trials with all columns; what was left out is said.
pub(super) fn listing(corpus: &Corpus, split: Split) -> Result<Listing> {
    let listing = corpus.listing(split)?;
    if listing.left_out > 0 {
        let all = listing.left_out + listing.columns.len();
        let message = format!("{} of {all} {split} trials left out: their recordings are not there", listing.left_out);
        console::say(message);
    }
    Ok(listing)
}

/// Steps within an epoch between saved states.
pub(super) const SAVE_EVERY: usize = 500;

/// The variants of the network; the last two are one.
pub(super) const CLASSIFIERS: [&str; 5] = ["RAT", "RAT_selfattn", "RAT_zeroref", "RAT_baseline", "FF"];

/// What the network may compute in.
pub(super) const PRECISIONS: [Precision; 2] = [Precision::F32, Precision::Bf16];

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
    /// What is done about recordings that are missing or cannot be decoded.
    #[arg(long, value_name = "POLICY", default_value_t = BadAudio::Fail, value_parser = one_of::<BadAudio, _>([BadAudio::Fail, BadAudio::SkipAndList]))]
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
