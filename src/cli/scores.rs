//! Arguments that all commands on score files share, and what is said while they are read.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use indicatif::ProgressBar;

use crate::{
    error::{Error, Result},
    metrics::{CostModel, Resampling},
    output::OutputFile,
    report::{Llr, MeasureSettings, Named, ReadSettings, Reader, Source, TableFormat, assignment, llr, told_apart},
    tables::{
        Severity,
        formats::{LabelConvention, Polarity, ScoreFileOptions, ScoreFormat},
    },
};

/// A value by its name, with the good names listed for a bad one.
pub(super) fn one_of<T, Name>(names: impl IntoIterator<Item = Name>) -> impl TypedValueParser<Value = T>
where
    T: std::str::FromStr<Err = Error> + Clone + Send + Sync + 'static,
    Name: ToString,
{
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    PossibleValuesParser::new(names.into_iter().map(clap::builder::PossibleValue::new))
        .try_map(|name| name.parse::<T>())
}

/// How score files are read.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Reading")]
pub(super) struct ReadArgs {
    /// Protocol, key file or metadata of the trials: tells labels, speakers, attacks, codecs and all else it knows.
    #[arg(long, value_name = "FILE")]
    protocol: Option<PathBuf>,
    /// The form of the score files, where it is not found out rightly.
    #[arg(long, value_name = "NAME", value_parser = one_of::<ScoreFormat, _>(ScoreFormat::ALL))]
    input_format: Option<ScoreFormat>,
    /// The column of trial names: a name of the header, or its place from 1.
    #[arg(long, value_name = "COLUMN")]
    file_column: Option<String>,
    /// The column of scores.
    #[arg(long, value_name = "COLUMN")]
    score_column: Option<String>,
    /// The column of labels.
    #[arg(long, value_name = "COLUMN")]
    label_column: Option<String>,
    /// How labels are written, where it is not found out rightly.
    #[arg(long, value_name = "HOW", default_value = "auto", value_parser = one_of::<LabelConvention, _>(LabelConvention::ALL))]
    labels: LabelConvention,
    /// Which way scores grow; scores that seem inverted are refused unless this is given.
    #[arg(long, value_name = "WAY", default_value = "auto", value_parser = one_of::<Polarity, _>(Polarity::ALL))]
    polarity: Polarity,
    /// Keep only trials whose column has that value, as subset=eval; may be repeated.
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = |text: &str| assignment(text).map_err(with_remedy))]
    only: Vec<(String, String)>,
}

impl ReadArgs {
    /// A reader of score files with these settings.
    ///
    /// # Errors
    /// Where the protocol cannot be read.
    pub(super) fn reader(&self) -> Result<Reader> {
        Reader::new(&ReadSettings { file: self.options(), protocol: self.protocol.clone(), only: self.only.clone() })
    }

    /// All files that are read: the score files and the protocol.
    pub(super) fn inputs<'a>(&'a self, files: &'a [PathBuf]) -> impl Iterator<Item = &'a PathBuf> {
        files.iter().chain(&self.protocol)
    }

    /// The same for training scores, which have their own protocol and their own choice of trials.
    ///
    /// # Errors
    /// Where the protocol cannot be read.
    pub(super) fn training_reader(&self, protocol: Option<&PathBuf>, only: &[(String, String)]) -> Result<Reader> {
        Reader::new(&ReadSettings { file: self.options(), protocol: protocol.cloned(), only: only.to_vec() })
    }

    /// The protocol of the scores, where one is named.
    pub(super) fn protocol(&self) -> Option<&PathBuf> {
        self.protocol.as_ref()
    }

    /// How lines are understood.
    pub(super) fn options(&self) -> ScoreFileOptions {
        ScoreFileOptions {
            format: self.input_format,
            file_column: self.file_column.clone(),
            score_column: self.score_column.clone(),
            label_column: self.label_column.clone(),
            labels: self.labels,
            polarity: self.polarity,
        }
    }
}

/// How measures and intervals are made.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Measuring")]
pub(super) struct MeasureArgs {
    /// Costs of the DCF: asvspoof5, asvspoof2021, or P_SPOOF,C_MISS,C_FA.
    #[arg(long, value_name = "COSTS", default_value = "asvspoof5", value_parser = parsed::<CostModel>)]
    costs: CostModel,
    /// What the scores are: llr adds actDCF, Cllr and minCllr; probability does too if --training-prior is given.
    #[arg(long, default_value = "none", value_parser = ["none", "probability", "llr"])]
    scale: String,
    /// Share of bona fide in training, to make probabilities into log-likelihood ratios; 0.5 for balanced batches.
    #[arg(long, value_name = "SHARE")]
    training_prior: Option<f64>,
    /// What is drawn anew for the intervals: trials (exact; numpy repeats the Python package to the digit), speakers, or none.
    #[arg(long, value_name = "WHAT", default_value = "exact", value_parser = ["exact", "numpy", "speaker", "speaker-attack", "none"])]
    bootstrap: String,
    /// Resamples of the bootstrap; 0 for no intervals.
    #[arg(long, default_value_t = 1_000)]
    resamples: usize,
    /// Level of the intervals.
    #[arg(long, default_value_t = 0.95)]
    level: f64,
    /// Seed of the resamples.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

/// A value of many forms, with what there is for a bad one.
pub(super) fn parsed<T: std::str::FromStr<Err = Error>>(text: &str) -> Result<T, String> {
    text.parse().map_err(with_remedy)
}

pub(super) fn with_remedy(error: Error) -> String {
    format!("{error}; {}", error.remedy())
}

impl MeasureArgs {
    /// The settings, checked.
    ///
    /// # Errors
    /// Where a value is out of range.
    pub(super) fn settings(&self) -> Result<MeasureSettings> {
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(Error::config("level", format!("{} is not between 0 and 1", self.level), "give it as 0.95"));
        }
        if let Some(prior) = self.training_prior.filter(|prior| !(*prior > 0.0 && *prior < 1.0)) {
            let message = format!("{prior} is not between 0 and 1");
            return Err(Error::config("training-prior", message, "give the share of bona fide in training, as 0.5"));
        }
        if self.training_prior.is_some() && self.scale != "probability" {
            let message = format!("it makes probabilities into log-likelihood ratios, and the scale is {}", self.scale);
            return Err(Error::config("training-prior", message, "give --scale probability with it"));
        }
        let none = self.bootstrap == "none";
        Ok(MeasureSettings {
            cost: self.costs,
            resampling: if none { Resampling::default() } else { self.bootstrap.parse()? },
            resamples: if none { 0 } else { self.resamples },
            level: self.level,
            seed: self.seed,
            by: Vec::new(),
            llr: llr(&self.scale, self.training_prior.unwrap_or(f64::NAN))?,
        })
    }
}

/// Where and how a table is written.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Writing")]
pub(super) struct TableArgs {
    /// How the table is written.
    #[arg(long, default_value = "table", value_parser = one_of::<TableFormat, _>(TableFormat::ALL))]
    pub(super) format: TableFormat,
    /// Where to write; - for standard output.
    #[arg(long, default_value = "-", value_name = "FILE")]
    output: PathBuf,
}

impl TableArgs {
    /// Opens the output before the work, and refuses to write over an input.
    ///
    /// # Errors
    /// Where the place is not writable, or one of the inputs.
    pub(super) fn open<'a>(&self, inputs: impl IntoIterator<Item = &'a PathBuf>) -> Result<Destination> {
        Destination::open(&self.output, inputs)
    }
}

/// A place for data: standard output, or a file that appears whole.
pub(super) struct Destination(Option<(PathBuf, OutputFile)>);

impl Destination {
    /// `-` is standard output.
    ///
    /// # Errors
    /// Where the place is not writable, or one of the inputs.
    pub(super) fn open<'a>(path: &Path, inputs: impl IntoIterator<Item = &'a PathBuf>) -> Result<Self> {
        if path.as_os_str() == "-" {
            return Ok(Self(None));
        }
        let same = |input: &&PathBuf| match (input.canonicalize(), path.canonicalize()) {
            (Ok(input), Ok(output)) => input == output,
            _ => false,
        };
        if let Some(input) = inputs.into_iter().find(same) {
            let message = format!("{} is one of the inputs", input.display());
            return Err(Error::config("output", message, "write to another file"));
        }
        Ok(Self(Some((path.into(), OutputFile::create(path)?))))
    }

    /// Writes everything.
    ///
    /// # Errors
    /// Where the disk is full.
    pub(super) fn write(self, content: impl AsRef<[u8]>) -> Result<()> {
        match self.0 {
            None => super::print_bytes(content.as_ref()),
            Some((path, mut output)) => {
                output.write_all(content.as_ref()).map_err(|source| Error::io("writing", &path, source))?;
                output.finish().map(drop)
            }
        }
    }
}

/// Reads a score file, and says how it was understood and what is odd about it.
///
/// # Errors
/// As [`Reader::read`].
pub(super) fn read(reader: &Reader, path: &Path) -> Result<Source> {
    let source = reader.read(path)?;
    eprintln!("note: {}: {}", path.display(), source.note);
    for finding in source.audit.findings.iter().filter(|finding| finding.severity >= Severity::Warning) {
        let share = 100.0 * finding.share;
        eprintln!(
            "warning: {}: {} ({} trials, {share:.1} %); {}",
            path.display(),
            finding.what,
            finding.count,
            finding.remedy
        );
    }
    Ok(source)
}

/// The systems' names; files of one name are called after their folders too.
pub(super) fn systems(files: &[PathBuf]) -> Vec<String> {
    told_apart(&files.iter().map(|path| Named::of_file(path)).collect::<Vec<_>>())
}

/// Says what is doubtful about log-likelihood ratios: scores that look like probabilities, or were clipped on the way.
pub(super) fn remark_on_llr(source: &Source, settings: &MeasureSettings) {
    let scores = source.table.scores();
    let path = source.path.display();
    let probabilities = scores.iter().all(|score| (0.0..=1.0).contains(score));
    if settings.llr == Llr::AsGiven && probabilities {
        eprintln!(
            "warning: {path}: all scores lie between 0 and 1, which log-likelihood ratios hardly do; give --scale probability --training-prior SHARE"
        );
    }
    if let Llr::FromProbability { .. } = settings.llr {
        let clipped = scores.iter().filter(|score| **score <= 0.0 || **score >= 1.0).count();
        if clipped > 0 {
            eprintln!(
                "warning: {path}: {clipped} probabilities are exactly 0 or 1, whose log-likelihood ratios are infinite; they were brought to within 2^-53, \
                 and Cllr hangs on that choice"
            );
        }
    }
}

/// Says that probabilities are not measured as log-likelihood ratios, where someone might expect it.
pub(super) fn remark_on_scale(args: &MeasureArgs, settings: &MeasureSettings) {
    if args.scale == "probability" && settings.llr == Llr::None {
        eprintln!(
            "note: actDCF and Cllr need log-likelihood ratios: give --training-prior to have the probabilities made into such"
        );
    }
}

/// Shows that work goes on: a line that turns, on a terminal only; gone when dropped.
pub(super) struct Working(ProgressBar);

impl Working {
    /// Begins.
    pub(super) fn on(what: impl Into<String>) -> Self {
        let bar = ProgressBar::new_spinner().with_message(what.into());
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        Self(bar)
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
