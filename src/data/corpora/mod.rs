//! The data sets, one file each.

mod asvspoof2019;
mod asvspoof2021;
mod asvspoof5;
mod asvspoof5_track2;
mod in_the_wild;
mod mldf;
mod morphing;
mod table;

pub(super) use asvspoof5::Asvspoof5;

use super::layout::Layout;

/// The data sets known by name, in the order of the help.
pub(super) const LAYOUTS: [&dyn Layout; 9] = [
    &Asvspoof5,
    &asvspoof5_track2::Asvspoof5Track2,
    &asvspoof2019::Asvspoof2019La,
    &asvspoof2021::Asvspoof2021La,
    &asvspoof2021::Asvspoof2021Df,
    &in_the_wild::InTheWild,
    &morphing::Morphing,
    &mldf::Mldf,
    &table::Table,
];
