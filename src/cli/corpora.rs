//! `corpora`: which data sets are known, and whether a copy of one is whole.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use clap::{Subcommand, builder::PossibleValuesParser};
use indicatif::{ProgressBar, ProgressStyle};

use super::scores::{TableArgs, one_of};
use crate::{
    data::{
        BadAudio, Corpus, CorpusOptions, Split,
        check::{CorpusCheck, SplitCheck, Watch},
    },
    error::{Error, Result},
    output::{OutputFile, OutputFolder},
    protocol::LabelConvention,
    report::{TableFormat, bad_recordings_csv, corpus_page, format_check, format_corpora},
};

/// List the data sets that are known by name; `corpora check` decodes a copy of one and says what is wrong with it.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    table: TableArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(CheckArgs),
}

/// Check a copy of a data set: counts against the published ones, every recording decoded, files that no protocol names.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Written are corpus-NAME.html (a page that opens from disk), corpus-NAME.json (everything) and corpus-NAME-bad.csv (what cannot be used). The \
table of splits goes to standard output.

Exit code 0 where all is well, 1 where recordings cannot be used or counts contradict the published ones, after the whole check; with \
--on-bad-audio skip-and-list these are listed and the exit code is 0. Ctrl-C ends the check early: what is known so far is written, marked as \
partial, and the exit code is 1. A second Ctrl-C ends it at once.

Examples:
  rat-report corpora check asvspoof5 --root /data/ASVspoof5
  rat-report corpora check asvspoof2021-df --root /data/DF --present-only --on-bad-audio skip-and-list
  rat-report corpora check in-the-wild --root /data/release_in_the_wild --format json")]
struct CheckArgs {
    /// The data set, as `rat-report corpora` names it.
    #[arg(value_parser = PossibleValuesParser::new(Corpus::names()))]
    name: String,
    /// The folder that it lies in; of own data the file.
    #[arg(long, value_name = "DIR")]
    root: PathBuf,
    /// Splits to check, separated by commas [default: all whose protocol is there].
    #[arg(long, value_name = "SPLIT", value_delimiter = ',', value_parser = one_of::<Split, _>(Split::ALL))]
    split: Vec<Split>,
    /// The subset of the evaluation set, where the data set has subsets, or all [default: the one that results are reported on].
    #[arg(long, value_name = "NAME")]
    subset: Option<String>,
    /// Leave out trials whose recordings are not there, as in a partial copy; counts then may differ from the published ones.
    #[arg(long)]
    present_only: bool,
    /// What labels of own data are: words, or which number is bona fide.
    #[arg(long, value_name = "HOW", default_value = "words", value_parser = one_of::<LabelConvention, _>(LabelConvention::OWN))]
    labels: LabelConvention,
    /// Whether bad recordings and contradicting counts are a failure, or listed only.
    #[arg(long, value_name = "POLICY", default_value = "fail", value_parser = one_of::<BadAudio, _>([BadAudio::Fail, BadAudio::SkipAndList]))]
    on_bad_audio: BadAudio,
    /// The folder for the page and the lists.
    #[arg(long, value_name = "DIR", default_value = "reports/build")]
    output: PathBuf,
    /// How the table of splits is written; json is the whole check.
    #[arg(long, default_value = "table", value_parser = one_of::<TableFormat, _>(TableFormat::ALL))]
    format: TableFormat,
}

pub(super) fn run(args: &Args) -> Result<()> {
    match &args.command {
        Some(Command::Check(args)) => check(args),
        None => {
            let destination = args.table.open([])?;
            destination.write(format_corpora(Corpus::known(), args.table.format))
        }
    }
}

fn check(args: &CheckArgs) -> Result<()> {
    let options = CorpusOptions { subset: args.subset.clone(), present_only: args.present_only, labels: args.labels };
    let corpus = Corpus::open_with(&args.name, &args.root, options)?;
    let places = Places::open(&args.output, &args.name)?;
    let progress = Progress::begin()?;
    let wanted = (!args.split.is_empty()).then_some(args.split.as_slice());
    let check = CorpusCheck::of(&corpus, wanted, &progress)?;
    progress.end();
    places.write(&check)?;
    super::print(&format_check(&check, args.format))?;
    remark(&check);
    conclude(&check, args.on_bad_audio, &args.output)
}

/// The files to be written, opened before the work.
struct Places {
    page: (PathBuf, OutputFile),
    json: (PathBuf, OutputFile),
    bad: (PathBuf, OutputFile),
    /// Dropped last.
    _folder: OutputFolder,
}

impl Places {
    fn open(folder: &Path, name: &str) -> Result<Self> {
        let open = |ending: &str| {
            let path = folder.join(format!("corpus-{name}{ending}"));
            OutputFile::create(&path).map(|file| (path, file))
        };
        let folder = OutputFolder::create(folder)?;
        Ok(Self { page: open(".html")?, json: open(".json")?, bad: open("-bad.csv")?, _folder: folder })
    }

    fn write(self, check: &CorpusCheck) -> Result<()> {
        let json = format_check(check, TableFormat::Json);
        let contents = [(self.page, corpus_page(check)?), (self.json, json), (self.bad, bad_recordings_csv(check))];
        for ((path, mut file), content) in contents {
            file.write_all(content.as_bytes()).map_err(|source| Error::io("writing", &path, source))?;
            eprintln!("wrote {}", file.finish()?.display());
        }
        Ok(())
    }
}

/// Bars on a terminal, and the user's wish to stop.
struct Progress {
    stop: Arc<AtomicBool>,
    bar: Mutex<ProgressBar>,
}

impl Progress {
    fn begin() -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            // In this order: the second signal finds the flag set by the first, and ends the program.
            signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop))
                .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&stop)))
                .map_err(|source| Error::io("listening for", "Ctrl-C", source))?;
        }
        Ok(Self { stop, bar: Mutex::new(ProgressBar::hidden()) })
    }

    fn bar(&self) -> ProgressBar {
        self.bar.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn end(&self) {
        self.bar().finish_and_clear();
    }
}

impl Watch for Progress {
    fn begin(&self, split: Split, recordings: usize) {
        self.end();
        // Draws on a terminal only.
        let style = ProgressStyle::with_template("{prefix:>22} {bar:32} {pos}/{len}, {eta} left");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(recordings as u64).with_style(style).with_prefix(format!("decoding {split}"));
        *self.bar.lock().unwrap_or_else(PoisonError::into_inner) = bar;
    }

    fn done(&self) {
        self.bar().inc(1);
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Differing counts of a split that are said; all are on the page.
const SAID: usize = 6;

/// Says on standard error what the table does not.
fn remark(check: &CorpusCheck) {
    let severity = if check.present_only { "note" } else { "warning" };
    for split in &check.splits {
        let differences = &split.contents.differences;
        for difference in differences.iter().take(SAID) {
            let published = difference.published.map_or_else(|| "some".into(), |count| count.to_string());
            eprintln!(
                "{severity}: {}: {published} {} published, {} here",
                split.split, difference.what, difference.found
            );
        }
        if differences.len() > SAID {
            let more = counted(differences.len() - SAID, "more count differs", "more counts differ");
            eprintln!("{severity}: {}: {more}; see the page", split.split);
        }
    }
    for split in &check.absent {
        eprintln!("warning: {split}: its protocol is not there; --split names those to check");
    }
    check.splits.iter().for_each(remark_split);
    if let Some(strays) = check.strays.as_ref().filter(|strays| strays.count > 0) {
        let named = counted(strays.count, "recording is", "recordings are");
        eprintln!("note: {named} named by no protocol, as {}", strays.first[0].display());
    }
}

/// Says what is odd about a split's recordings and speakers.
fn remark_split(SplitCheck { split, contents, audio }: &SplitCheck) {
    for name in &contents.absent_protocols {
        eprintln!("note: {split}: {name} is not there; its trials are left out");
    }
    for count in &audio.faults {
        eprintln!("warning: {split}: {} {}", counted(count.recordings, "recording is", "recordings are"), count.fault);
    }
    let elsewhere: Vec<_> = audio.bad.iter().filter_map(|bad| bad.elsewhere.as_deref()).collect();
    if let Some(first) = elsewhere.first() {
        let lie = counted(elsewhere.len(), "missing recording lies", "missing recordings lie");
        eprintln!("note: {split}: {lie} in another folder than looked in, as {}", first.display());
    }
    if contents.left_out > 0 {
        eprintln!("note: {split}: {} without recordings left out", counted(contents.left_out, "trial", "trials"));
    }
    let (without, single) = (contents.without_reference.len(), contents.single_reference.len());
    if without + single > 0 {
        let have = counted(without, "speaker has", "speakers have");
        eprintln!("note: {split}: {have} no reference, {single} a single one");
    }
}

/// A number with what is counted.
fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// The exit code.
fn conclude(check: &CorpusCheck, policy: BadAudio, output: &Path) -> Result<()> {
    let page = output.join(format!("corpus-{}.html", check.corpus));
    if check.partial {
        let left: usize = check.splits.iter().map(|split| split.audio.unchecked).sum();
        let message = format!("interrupted: {} not checked", counted(left, "recording was", "recordings were"));
        return Err(Error::data(
            message,
            format!("what is known so far is in {}; run it again for the rest", page.display()),
        ));
    }
    if policy == BadAudio::SkipAndList || check.is_sound() {
        return Ok(());
    }
    let bad = check.bad().count();
    let recordings: usize = check.splits.iter().map(|split| split.audio.recordings).sum();
    let of = counted(recordings, "recording", "recordings");
    let unusable = (bad > 0).then(|| format!("{bad} of {of} cannot be used"));
    let counts = check.contradicts().then(|| "its counts contradict the published ones".to_owned());
    let faults: Vec<String> = unusable.into_iter().chain(counts).collect();
    let message = format!("{}: {}", check.title, faults.join("; "));
    let partial = if check.present_only { "" } else { "; of a partial copy give --present-only" };
    let remedy = format!("see {}; give --on-bad-audio skip-and-list to have them listed only{partial}", page.display());
    Err(Error::data(message, remedy))
}
