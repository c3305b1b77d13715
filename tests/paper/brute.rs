//! The measures by their definitions, without a thought for time.

/// The scores of both classes.
#[derive(Clone, Debug, Default)]
pub struct Scores {
    pub bonafide: Vec<f64>,
    pub spoof: Vec<f64>,
}

/// Costs of ASVspoof 5: what a miss and a false alarm weigh.
const MISS: f64 = 0.95;
const ALARM: f64 = 0.5;

impl Scores {
    pub fn of<'a>(trials: impl IntoIterator<Item = (&'a f64, bool)>) -> Self {
        let mut scores = Self::default();
        for (&score, human) in trials {
            if human { scores.bonafide.push(score) } else { scores.spoof.push(score) }
        }
        scores
    }

    /// Miss and false-alarm rate where scores at or above are accepted.
    pub fn rates(&self, threshold: f64) -> (f64, f64) {
        let share = |scores: &[f64], wanted: &dyn Fn(f64) -> bool| {
            scores.iter().filter(|&&score| wanted(score)).count() as f64 / scores.len() as f64
        };
        (share(&self.bonafide, &|score| score < threshold), share(&self.spoof, &|score| score >= threshold))
    }

    /// The ASVspoof package: a point for each trial, the bona fide first among equals.
    pub fn eer_official(&self) -> f64 {
        let human = self.bonafide.iter().map(|&score| (score, false));
        let mut all: Vec<(f64, bool)> = human.chain(self.spoof.iter().map(|&score| (score, true))).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let (mut misses, mut rejected) = (0, 0);
        let mut points = vec![(0.0, 1.0)];
        for (_, spoof) in all {
            if spoof {
                rejected += 1
            } else {
                misses += 1
            }
            let frr = f64::from(misses) / self.bonafide.len() as f64;
            points.push((frr, (self.spoof.len() as f64 - f64::from(rejected)) / self.spoof.len() as f64));
        }
        closest(&points)
    }

    /// scikit-learn: a point for each distinct score.
    pub fn eer_tie_merged(&self) -> f64 {
        closest(&self.points())
    }

    pub fn min_dcf(&self) -> f64 {
        self.points().into_iter().map(|(frr, far)| dcf(frr, far)).fold(f64::INFINITY, f64::min)
    }

    /// At the Bayes threshold.
    pub fn act_dcf(&self) -> f64 {
        let (frr, far) = self.rates(-(MISS / ALARM).ln());
        dcf(frr, far)
    }

    pub fn cllr(&self) -> f64 {
        let bits = |scores: &[f64], sign: f64| {
            scores.iter().map(|score| (sign * score).exp().ln_1p() / 2f64.ln()).sum::<f64>() / scores.len() as f64
        };
        0.5 * (bits(&self.bonafide, -1.0) + bits(&self.spoof, 1.0))
    }

    /// Share of trials whose score the other class has too.
    pub fn tied(&self) -> f64 {
        let shared = |own: &[f64], other: &[f64]| own.iter().filter(|score| other.contains(score)).count();
        let tied = shared(&self.bonafide, &self.spoof) + shared(&self.spoof, &self.bonafide);
        tied as f64 / (self.bonafide.len() + self.spoof.len()) as f64
    }

    fn points(&self) -> Vec<(f64, f64)> {
        let mut thresholds: Vec<f64> =
            self.bonafide.iter().chain(&self.spoof).copied().chain([f64::INFINITY]).collect();
        thresholds.sort_by(f64::total_cmp);
        thresholds.dedup();
        thresholds.into_iter().map(|threshold| self.rates(threshold)).collect()
    }
}

fn dcf(frr: f64, far: f64) -> f64 {
    (MISS * frr + ALARM * far) / MISS.min(ALARM)
}

/// The mean of both rates at the first point where they come closest.
fn closest(points: &[(f64, f64)]) -> f64 {
    let mut best = points[0];
    for &point in points {
        if (point.0 - point.1).abs() < (best.0 - best.1).abs() {
            best = point;
        }
    }
    (best.0 + best.1) / 2.0
}
