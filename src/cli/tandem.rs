//! `tandem`: measures of spoofing-robust speaker verification.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
};

use clap::ValueEnum;

use super::scores::{TableArgs, parsed};
use crate::{
    error::{Error, Result},
    metrics::{AsvRates, TandemCosts, TdcfForm},
    report::{AsvSource, TandemSettings, asv_rates, format_tandem, measure_tandem, tandem_warnings},
    tables::{TandemOptions, TandemScoreKind, TandemTable},
};

/// Measure tandem files: a-DCF of one score for all, min t-DCF and t-EER of a countermeasure before a speaker verifier.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
a-DCF needs the column sasv-score; min t-DCF needs cm-score and the error rates of a speaker verifier; t-EER needs cm-score and asv-score. A \
measure whose column is missing is said to be absent. Keys are target, nontarget and spoof, in the file or in a key file. Higher scores are more \
surely bona fide, the claimed speaker, or both.

Files without header are known by what their columns hold:
  attack key score          ASV scores of ASVspoof 2019
  speaker file score        ASV scores of ASVspoof 2021, with --key trial_metadata.txt
  speaker file score key    scores of both as one system, as the a-DCF package has them
  file attack key score     scores of a countermeasure

Examples:
  rat-report tandem sasv.tsv --key key.tsv                      ASVspoof 5, track 2
  rat-report tandem scores.csv --asv-rates file --format json
  rat-report tandem scores.csv --asv-rates 0.0188,0.0188,0.4607
  rat-report tandem cm.txt --asv-rates asv.eval.scores.txt --tdcf-form asvspoof2019")]
pub(super) struct Args {
    /// Tandem files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The key of the trials, where it does not stand beside the scores.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// What a column of scores without a telling name is: cm, asv or sasv.
    #[arg(long, value_name = "KIND")]
    scores: Option<TandemScoreKind>,
    /// The speaker verifier of the t-DCF: organisers (of ASVspoof 5), file (its scores in the same file), another file of ASV
    /// scores, or P_FA_NONTARGET,P_MISS,P_FA_SPOOF.
    #[arg(long, value_name = "WHICH", default_value = "organisers", value_parser = parsed::<Rates>)]
    asv_rates: Rates,
    /// The key of another file of ASV scores.
    #[arg(long, value_name = "FILE")]
    asv_key: Option<PathBuf>,
    /// Priors and costs: those of the ASVspoof challenges, or of the paper that brought the a-DCF.
    #[arg(long, value_name = "COSTS", default_value = "asvspoof5")]
    costs: Costs,
    /// Which t-DCF: of 2020 and since, or of ASVspoof 2019.
    #[arg(long, value_name = "FORM", default_value = "revisited")]
    tdcf_form: Form,
    /// Resamples of the bootstrap over trials; 0 for no intervals.
    #[arg(long, default_value_t = 1_000)]
    resamples: usize,
    /// Level of the intervals.
    #[arg(long, default_value_t = 0.95)]
    level: f64,
    /// Seed of the resamples.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    table: TableArgs,
}

/// So many drawn trials are worth a word before.
const LONG: usize = 100_000_000;

/// Whose errors the t-DCF takes.
#[derive(Clone, Debug)]
enum Rates {
    Known(AsvSource),
    Other(PathBuf),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Costs {
    Asvspoof5,
    AdcfPaper,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    Revisited,
    Asvspoof2019,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let other = match &args.asv_rates {
        Rates::Other(path) => Some(path),
        Rates::Known(_) => None,
    };
    let inputs = args.files.iter().chain(&args.key).chain(other).chain(&args.asv_key);
    let destination = args.table.open(inputs)?;
    if args.asv_key.is_some() && other.is_none() {
        let message = "there is no other file of ASV scores";
        return Err(Error::config("asv-key", message, "name it with --asv-rates FILE"));
    }
    let settings = args.settings(other)?;
    let mut rows = Vec::new();
    for path in &args.files {
        let table = read(path, args.key.as_deref(), args.scores)?;
        if table.rows().len().saturating_mul(settings.resamples) > LONG {
            let (resamples, trials) = (settings.resamples, table.rows().len());
            eprintln!(
                "note: {resamples} resamples of {trials} trials take minutes; --resamples 100 is quicker, 0 is at once"
            );
        }
        let name = path.file_stem().map_or_else(|| "-".into(), |stem| stem.to_string_lossy().into_owned());
        let measured = measure_tandem(&table, &name, &settings).map_err(|error| super::in_file(error, path))?;
        for row in measured.iter().filter(|row| row.value.is_none()) {
            eprintln!("note: {}: {} is absent: {}", path.display(), row.measure, row.note);
        }
        rows.extend(measured);
    }
    destination.write(format_tandem(&rows, args.table.format))
}

/// Reads a tandem file, and says how it was understood and what is odd about it.
fn read(path: &Path, key: Option<&Path>, scores: Option<TandemScoreKind>) -> Result<TandemTable> {
    let table = TandemTable::read_as(path, key, &TandemOptions { scores })?;
    eprintln!("note: {}: {}", path.display(), table.note());
    for warning in tandem_warnings(&table)? {
        eprintln!("warning: {}: {warning}", path.display());
    }
    Ok(table)
}

impl Args {
    fn settings(&self, other: Option<&PathBuf>) -> Result<TandemSettings> {
        let asv = match (&self.asv_rates, other) {
            (Rates::Known(source), _) => *source,
            (Rates::Other(path), _) => AsvSource::Given(self.rates_of(path)?),
        };
        Ok(TandemSettings {
            costs: match self.costs {
                Costs::Asvspoof5 => TandemCosts::ASVSPOOF5,
                Costs::AdcfPaper => TandemCosts::ADCF_PAPER,
            },
            form: match self.tdcf_form {
                Form::Revisited => TdcfForm::Revisited,
                Form::Asvspoof2019 => TdcfForm::Asvspoof2019,
            },
            asv,
            resamples: self.resamples,
            level: self.level,
            seed: self.seed,
        })
    }

    fn rates_of(&self, path: &Path) -> Result<AsvRates> {
        let table = read(path, self.asv_key.as_deref(), Some(TandemScoreKind::Asv))?;
        let (rates, threshold) = asv_rates(&table).map_err(|error| super::in_file(error, path))?;
        let AsvRates { p_fa_nontarget, p_miss, p_fa_spoof } = rates;
        eprintln!(
            "note: {}: ASV at its EER, threshold {threshold}: accepts {:.3} % of nontargets and {:.3} % of spoofs, rejects {:.3} % of targets",
            path.display(),
            100.0 * p_fa_nontarget,
            100.0 * p_fa_spoof,
            100.0 * p_miss
        );
        Ok(rates)
    }
}

impl FromStr for Rates {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let numbers: Option<Vec<f64>> = text.split(',').map(|number| number.trim().parse().ok()).collect();
        match (text, numbers.as_deref()) {
            ("organisers", _) => Ok(Self::Known(AsvSource::Organisers)),
            ("file", _) => Ok(Self::Known(AsvSource::File)),
            (_, Some(&[p_fa_nontarget, p_miss, p_fa_spoof])) => {
                Ok(Self::Known(AsvSource::Given(AsvRates { p_fa_nontarget, p_miss, p_fa_spoof })))
            }
            _ if Path::new(text).is_file() => Ok(Self::Other(text.into())),
            _ => {
                let message = format!("`{text}` is neither rates nor a file");
                let remedy = "use organisers, file, a file of ASV scores, or P_FA_NONTARGET,P_MISS,P_FA_SPOOF as 0.0188,0.0188,0.4607";
                Err(Error::config("asv-rates", message, remedy))
            }
        }
    }
}

impl ValueEnum for TandemScoreKind {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}
