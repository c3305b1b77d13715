//! Correction of p values where many pairs are compared.

/// Holm's step-down correction (*A simple sequentially rejective multiple test procedure*, Scand. J. Statist. 6, 1979): corrected p
/// values in the order given.
///
/// ```
/// use rat::metrics::bootstrap::holm;
/// assert_eq!(holm(&[0.01, 0.5, 0.03]), [0.03, 0.5, 0.06]);
/// ```
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut corrected = vec![0.0; p_values.len()];
    let mut largest: f64 = 0.0;
    for (passed, &place) in order.iter().enumerate() {
        largest = largest.max(p_values[place] * (p_values.len() - passed) as f64).min(1.0);
        corrected[place] = largest;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `statsmodels.stats.multitest.multipletests(p, method="holm")[1]`, statsmodels 0.15.0.
    #[test]
    fn corrections_are_statsmodels() {
        let found = holm(&[0.04, 0.001, 0.3, 0.012, 0.012, 0.9]);
        let expected = [0.12, 0.006, 0.6, 0.06, 0.06, 0.9];
        assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-15), "{found:?}");
        assert!(holm(&[]).is_empty());
        assert_eq!(holm(&[0.7, 0.8]), [1.0, 1.0]);
    }
}
