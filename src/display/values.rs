//! A measured value shows itself with its interval.

use super::{Rich, grid::plain, shows_itself};
use crate::{metrics::Estimate, report::escape::html as escaped};

shows_itself!(Estimate);

impl Rich for Estimate {
    /// The value, its interval, both once more in percent, and how the interval was made.
    fn to_text(&self) -> String {
        let level = (1000.0 * self.level).round() / 10.0;
        format!("{self}, that is {}\n{level} % interval: {}", self.percent(), plain(&self.method))
    }

    fn to_html(&self) -> String {
        let level = (1000.0 * self.level).round() / 10.0;
        format!("<p><b>{self}</b>, that is {}<br>{level} % interval: {}</p>", self.percent(), escaped(&self.method))
    }
}
