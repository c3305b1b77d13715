//! A score table with other scores: what calibration and fusion make of it.

use super::{ScoreTable, misfit, number};
use crate::error::{Error, Result};

impl ScoreTable {
    /// The table with these scores in table order; all other columns stay.
    ///
    /// ```
    /// use rat::tables::{ScoreRow, ScoreTable};
    /// let row = |file: &str, score| ScoreRow {
    ///     file: file.into(), score, label: None, margin: None, speaker: "-".into(), attack: "-".into(), codec: "-".into(),
    /// };
    /// let table = ScoreTable::from_rows([row("a", 0.9), row("b", 0.1)]);
    /// let logits: Vec<f64> = table.scores().iter().map(|p| (p / (1.0 - p)).ln()).collect();
    /// let table = table.with_scores(&logits)?;
    /// assert!((table.scores()[0] - 9f64.ln()).abs() < 1e-12 && table.texts("file")? == ["a", "b"]);
    /// # Ok::<(), rat::Error>(())
    /// ```
    ///
    /// # Errors
    /// Where there are not as many scores as trials, or one is not finite.
    pub fn with_scores(&self, scores: &[f64]) -> Result<Self> {
        if scores.len() != self.len() {
            let message = format!("{} scores for {} trials", scores.len(), self.len());
            return Err(Error::config("score", message, "give one score for each trial, in table order"));
        }
        let mut frame = self.frame.clone();
        let column = number("score", scores.iter().copied().map(Some));
        frame.with_column(column).map_err(|source| misfit(&source.to_string()))?;
        Self::new(frame)
    }

    /// The table without the margins, which tell nothing of a score that several systems gave together.
    pub(crate) fn without_margins(&self) -> Result<Self> {
        match self.columns().contains(&"margin") {
            false => Ok(self.clone()),
            true => Self::new(self.frame.drop("margin").map_err(|source| misfit(&source.to_string()))?),
        }
    }
}
