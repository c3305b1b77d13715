//! Readings: what tables say, in sentences that are computed from them, and no more than they say.
//!
//! A difference is named only where a paired comparison tells it from none; what the trials cannot tell is said too.

mod ablation;
mod contribution;
mod layers;
mod run;

pub(super) use ablation::ablation;
pub(super) use contribution::contribution;
pub(super) use run::run;

/// Names one after the other, as a reader would say them.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// A share in percent, with as many digits as tell it from 0.
fn share(fraction: f64) -> String {
    let percent = 100.0 * fraction;
    let digits = if percent.abs() >= 10.0 || percent == 0.0 { 1 } else { 2 };
    format!("{percent:.digits$}\u{a0}%")
}

/// `1 epoch`, `2 epochs`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
