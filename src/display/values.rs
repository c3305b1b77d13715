//! A measured value shows itself with its interval.

use super::{Rich, grid::plain, shows_itself};
use crate::{metrics::Estimate, report::escape::html as escaped};

shows_itself!(Estimate);

impl Rich for Estimate {
    /// The value, its interval, both once more in percent, and how the interval was made.
    fn to_text(&self) -> String {
        format!("{self}, that is {}\ninterval: {}", self.percent(), plain(&self.method))
    }

    fn to_html(&self) -> String {
        format!("<p><b>{self}</b>, that is {}<br>interval: {}</p>", self.percent(), escaped(&self.method))
    }
}
