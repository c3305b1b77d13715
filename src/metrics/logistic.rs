//! Prior-weighted logistic regression by Newton's method: what calibration and fusion are fitted by.
//!
//! Minimises P mean ln(1 + e^-(f + l)) over bona fide + (1 - P) mean ln(1 + e^(f + l)) over spoof, with f the affine function
//! sought and l the log-odds of the prior P: Brümmer et al., *Fusion of heterogeneous speaker recognition systems in the STBU
//! submission for the NIST SRE 2006* (IEEE TASLP 15, 2007). No regularisation: where a finite best function does not exist (the
//! classes can be separated) or is not the only one (a column hangs on others), that is an error.

use super::llr::logit;
use crate::{
    error::{Error, Result},
    trial::Label,
};

/// Separable classes make steps of constant size for ever; else a dozen do.
const MOST_STEPS: usize = 100;

/// A weighted set of trials: one column of scores a system, brought to mean 0 and deviation 1.
struct Problem {
    columns: Vec<Vec<f64>>,
    /// 1 for bona fide, -1 for spoof.
    signs: Vec<f64>,
    weights: [f64; 2],
    prior_log_odds: f64,
    means: Vec<f64>,
    deviations: Vec<f64>,
}

/// The weights of the columns and the offset, such that their sum is a log-likelihood ratio.
pub(super) fn fit(columns: &[&[f64]], labels: &[Label], prior_bonafide: f64) -> Result<(Vec<f64>, f64)> {
    let problem = Problem::new(columns, labels, prior_bonafide)?;
    let mut weights = vec![0.0; columns.len() + 1];
    let mut loss = problem.loss(&weights);
    for _ in 0..MOST_STEPS {
        let (gradient, hessian) = problem.derivatives(&weights);
        let Some(step) = solved(hessian, gradient) else {
            return Err(problem.why_singular(&weights));
        };
        (weights, loss) = problem.descend(&weights, loss, &step);
        if problem.separates(&weights) {
            return Err(separable());
        }
        let size = weights.iter().fold(1.0, |most: f64, weight| most.max(weight.abs()));
        if step.iter().all(|part| part.abs() <= 1e-10 * size) {
            return Ok(problem.unscaled(&weights));
        }
    }
    Err(separable())
}

pub(super) fn separable() -> Error {
    Error::data(
        "a threshold separates bona fide from spoof: no finite calibration is best",
        "train on more, or harder, trials; perfectly separated scores need no calibration",
    )
}

impl Problem {
    fn new(columns: &[&[f64]], labels: &[Label], prior_bonafide: f64) -> Result<Self> {
        let bonafide = labels.iter().filter(|&&label| label == Label::Bonafide).count();
        let spoof = labels.len() - bonafide;
        let weights = [prior_bonafide / bonafide as f64, (1.0 - prior_bonafide) / spoof as f64];
        let signs: Vec<f64> = labels.iter().map(|&label| if label == Label::Bonafide { 1.0 } else { -1.0 }).collect();
        let mut problem = Self {
            columns: Vec::new(),
            signs,
            weights,
            prior_log_odds: logit(prior_bonafide),
            means: Vec::new(),
            deviations: Vec::new(),
        };
        for (system, column) in columns.iter().enumerate() {
            problem.add(system, column)?;
        }
        Ok(problem)
    }

    fn add(&mut self, system: usize, column: &[f64]) -> Result<()> {
        let count = column.len() as f64;
        let mean = column.iter().sum::<f64>() / count;
        let deviation = (column.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / count).sqrt();
        let is_constant = column.iter().all(|score| *score == column[0]);
        if is_constant || !(deviation > 0.0 && deviation.is_finite()) {
            return Err(Error::data(
                format!("the scores of system {} are all equal, or too large to calculate with", system + 1),
                "leave the system out, or find out why it tells no trials apart",
            ));
        }
        self.columns.push(column.iter().map(|score| (score - mean) / deviation).collect());
        self.means.push(mean);
        self.deviations.push(deviation);
        Ok(())
    }

    /// The affine function of a trial.
    fn value(&self, weights: &[f64], trial: usize) -> f64 {
        let offset = weights[self.columns.len()];
        self.columns.iter().zip(weights).map(|(column, weight)| column[trial] * weight).sum::<f64>() + offset
    }

    /// How far on the right side, with the prior.
    fn margin(&self, weights: &[f64], trial: usize) -> f64 {
        self.signs[trial] * (self.value(weights, trial) + self.prior_log_odds)
    }

    fn weight(&self, trial: usize) -> f64 {
        self.weights[usize::from(self.signs[trial] < 0.0)]
    }

    fn loss(&self, weights: &[f64]) -> f64 {
        let cost = |trial| {
            let margin = self.margin(weights, trial);
            self.weight(trial) * ((-margin.abs()).exp().ln_1p() + (-margin).max(0.0))
        };
        (0..self.signs.len()).map(cost).sum()
    }

    /// The gradient, and the lower half of the Hessian by rows.
    fn derivatives(&self, weights: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
        let size = weights.len();
        let (mut gradient, mut hessian) = (vec![0.0; size], vec![vec![0.0; size]; size]);
        let mut row = vec![1.0; size];
        for trial in 0..self.signs.len() {
            for (place, column) in row.iter_mut().zip(&self.columns) {
                *place = column[trial];
            }
            let wrong = 1.0 / (1.0 + self.margin(weights, trial).exp());
            let slope = -self.signs[trial] * self.weight(trial) * wrong;
            let bend = self.weight(trial) * wrong * (1.0 - wrong);
            for (i, &x) in row.iter().enumerate() {
                gradient[i] += slope * x;
                for (sum, &other) in hessian[i].iter_mut().zip(&row[..=i]) {
                    *sum += bend * x * other;
                }
            }
        }
        (gradient, hessian)
    }

    /// Goes along the step, or as much of it as does not raise the loss.
    fn descend(&self, weights: &[f64], loss: f64, step: &[f64]) -> (Vec<f64>, f64) {
        let mut share = 1.0;
        loop {
            let moved: Vec<f64> = weights.iter().zip(step).map(|(weight, part)| weight - share * part).collect();
            let reached = self.loss(&moved);
            // Near the minimum the loss moves by rounding alone; a millionth of the step changes nothing.
            if reached <= loss * (1.0 + 1e-12) || share < 1e-6 {
                return (moved, reached);
            }
            share /= 2.0;
        }
    }

    /// Whether no trial is on the wrong side, and not all are on the border.
    fn separates(&self, weights: &[f64]) -> bool {
        let mut strictly = false;
        let apart = (0..self.signs.len()).all(|trial| {
            let margin = self.margin(weights, trial);
            strictly |= margin > 0.0;
            margin >= 0.0
        });
        apart && strictly
    }

    fn why_singular(&self, weights: &[f64]) -> Error {
        let size = weights.iter().fold(0.0, |most: f64, weight| most.max(weight.abs()));
        if self.columns.len() == 1 || size > 30.0 {
            return separable();
        }
        Error::data(
            "the scores of one system follow from those of the others",
            "give each system once; a sum or a scaled copy of others adds nothing to a fusion",
        )
    }

    /// For the scores as they came.
    fn unscaled(&self, weights: &[f64]) -> (Vec<f64>, f64) {
        let slopes: Vec<f64> = weights.iter().zip(&self.deviations).map(|(weight, scale)| weight / scale).collect();
        let shift: f64 = slopes.iter().zip(&self.means).map(|(slope, mean)| slope * mean).sum();
        (slopes, weights[self.columns.len()] - shift)
    }
}

/// Solves by Cholesky's decomposition; `None` where the matrix is not positive definite to rounding.
fn solved(mut lower: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    for i in 0..size {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| lower[i][k] * lower[j][k]).sum();
            let rest = lower[i][j] - known;
            if i == j {
                if rest <= 1e-12 * lower[i][i] || rest.is_nan() {
                    return None;
                }
                lower[i][i] = rest.sqrt();
            } else {
                lower[i][j] = rest / lower[j][j];
            }
        }
    }
    for i in 0..size {
        let known: f64 = (0..i).map(|k| lower[i][k] * right[k]).sum();
        right[i] = (right[i] - known) / lower[i][i];
    }
    for i in (0..size).rev() {
        let known: f64 = (i + 1..size).map(|k| lower[k][i] * right[k]).sum();
        right[i] = (right[i] - known) / lower[i][i];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cholesky_solves() {
        let matrix = vec![vec![4.0, 0.0], vec![2.0, 3.0]];
        let solution = solved(matrix, vec![10.0, 9.0]).unwrap();
        assert!((solution[0] - 1.5).abs() < 1e-14 && (solution[1] - 2.0).abs() < 1e-14, "{solution:?}");
        assert!(solved(vec![vec![1.0, 0.0], vec![1.0, 1.0]], vec![1.0, 1.0]).is_none());
    }
}
