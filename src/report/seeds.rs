//! Several seeds of one system: their mean with its interval over shared resamples, and their standard deviation.
//!
//! The interval tells of other samples of trials, the standard deviation of other seeds.

use super::{
    catalogue::{csv_of, json_of},
    compare::{Aligned, aligned},
    measure::MeasureSettings,
    sheet::{Cell, Kind, Sheet},
    table::{TableFormat, format_sheet},
};
use crate::{
    error::Result,
    metrics::bootstrap::{self, SeedSummary},
    tables::ScoreTable,
};
use serde::{Deserialize, Serialize};

/// A measure over the seeds of one system. Rates are fractions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeedRow {
    /// `eer` (official rule) or `min_dcf`.
    pub measure: String,
    /// How many seeds.
    pub seeds: usize,
    /// The mean over them.
    pub mean: f64,
    /// Lower end of the mean's interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// The sample standard deviation over seeds (n - 1).
    pub standard_deviation: f64,
    /// The lowest of the seeds.
    pub lowest: f64,
    /// The highest.
    pub highest: f64,
    /// The interval's level, as 0.95.
    pub level: f64,
    /// How it was made.
    pub method: String,
}

/// Pools the seeds of one system, which are score tables of the same trials.
///
/// # Errors
/// As [`compare`](super::compare()).
pub fn compare_seeds(systems: &[(String, &ScoreTable)], settings: &MeasureSettings) -> Result<Vec<SeedRow>> {
    let Aligned { scores, clusters, .. } = aligned(systems, settings)?;
    let paired = bootstrap::paired(&scores, clusters.as_ref(), &settings.bootstrap())?;
    let members: Vec<usize> = (0..systems.len()).collect();
    let found = paired.seeds(&members);
    let row = |measure: &str, found: &SeedSummary| SeedRow {
        measure: measure.into(),
        seeds: found.values.len(),
        mean: found.mean.value,
        low: found.mean.low,
        high: found.mean.high,
        standard_deviation: found.standard_deviation,
        lowest: found.values.iter().copied().fold(f64::INFINITY, f64::min),
        highest: found.values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        level: found.mean.level,
        method: found.mean.method.clone(),
    };
    Ok(vec![row("eer", &found.eer), row("min_dcf", &found.min_dcf)])
}

/// Writes the measures over seeds; rounded for readers, unrounded in CSV and JSON. Ends with a line break.
pub fn format_seeds(rows: &[SeedRow], format: TableFormat) -> String {
    let columns = [
        ("Measure", Kind::Name),
        ("Seeds", Kind::Number),
        ("Mean", Kind::Number),
        ("Standard deviation", Kind::Number),
        ("Lowest", Kind::Number),
        ("Highest", Kind::Number),
    ];
    let mut sheet = Sheet::new("seeds", "Means over the seeds of one system.", &columns);
    for row in rows {
        let (name, scale, digits) =
            if row.measure == "eer" { ("EER %, official", 100.0, 2) } else { ("minDCF", 1.0, 4) };
        let set = |value: f64| Cell::from(format!("{:.digits$}", scale * value));
        sheet.push([
            name.into(),
            row.seeds.to_string().into(),
            Cell::interval(scale, digits, [row.mean, row.low, row.high]),
            set(row.standard_deviation),
            set(row.lowest),
            set(row.highest),
        ]);
    }
    sheet.csv = csv_of(rows);
    sheet.json = json_of(rows);
    format_sheet(&sheet, format)
}
