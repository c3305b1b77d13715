//! The options of a cell: comment lines `//| key: value` before its code, as Quarto has them.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

/// How a cell is run and what of it is shown.
///
/// | option | values | default | means |
/// |---|---|---|---|
/// | `label` | a word | `cell-N` | the anchor on the page, and the name of its figures |
/// | `echo` | `true`, `false` | `true` | the code is shown |
/// | `eval` | `true`, `false` | `true` | the cell is run |
/// | `output` | `true`, `false` | `true` | what it gives is shown |
/// | `include` | `true`, `false` | `true` | anything of it is shown; it runs all the same |
/// | `warning` | `true`, `false` | `true` | rustc's warnings and standard error are shown |
/// | `error` | `true`, `false` | `false` | a failure is shown, and the cells after it run; otherwise they do not |
/// | `timeout` | seconds | `60` | it is stopped when it has run for so long |
/// | `fig-cap` | text | none | the caption of its figure |
/// | `inputs` | files, separated by commas | none | when one of them changes, the results are made anew |
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellOptions {
    /// The anchor on the page.
    pub label: String,
    /// Whether the code is shown.
    pub echo: bool,
    /// Whether the cell is run.
    pub eval: bool,
    /// Whether what it gives is shown.
    pub output: bool,
    /// Whether anything of it is shown.
    pub include: bool,
    /// Whether rustc's warnings and standard error are shown.
    pub warning: bool,
    /// Whether a failure is shown and passed over.
    pub error: bool,
    /// How long it may run.
    pub timeout: Duration,
    /// The caption of its figure.
    pub caption: String,
    /// The files whose change makes its results old.
    pub inputs: Vec<PathBuf>,
}

/// The options' names, for messages.
pub(super) const KNOWN: &str = "label, echo, eval, output, include, warning, error, timeout, fig-cap, inputs";

impl CellOptions {
    /// The options of cell `number` where it names none.
    pub(super) fn of(number: usize) -> Self {
        Self {
            label: format!("cell-{number}"),
            echo: true,
            eval: true,
            output: true,
            include: true,
            warning: true,
            error: false,
            timeout: Duration::from_secs(60),
            caption: String::new(),
            inputs: Vec::new(),
        }
    }

    /// Takes a line that begins with `//|`; the error is a message for the caller to place.
    pub(super) fn take(&mut self, line: &str) -> Result<(), String> {
        let (key, value) = line.split_once(':').ok_or("an option is written `//| key: value`")?;
        let value = unquoted(value.trim());
        let flag = || match value {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(format!("`{value}` is neither true nor false")),
        };
        match key.trim() {
            "label" => self.label = label(value)?,
            "echo" => self.echo = flag()?,
            "eval" => self.eval = flag()?,
            "output" => self.output = flag()?,
            "include" => self.include = flag()?,
            "warning" => self.warning = flag()?,
            "error" => self.error = flag()?,
            "timeout" => self.timeout = timeout(value)?,
            "fig-cap" => self.caption = value.to_owned(),
            "inputs" => {
                self.inputs =
                    value.split(',').map(str::trim).filter(|name| !name.is_empty()).map(PathBuf::from).collect();
            }
            other => return Err(format!("there is no option `{other}`; there are: {KNOWN}")),
        }
        Ok(())
    }
}

fn unquoted(value: &str) -> &str {
    let within = |quote| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    within('"').or_else(|| within('\'')).unwrap_or(value)
}

/// What can be an anchor and a file's name.
fn label(value: &str) -> Result<String, String> {
    let fits = !value.is_empty() && value.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    if fits { Ok(value.into()) } else { Err(format!("`{value}` is no label: use letters, digits, `-` and `_`")) }
}

fn timeout(value: &str) -> Result<Duration, String> {
    let secs = value.parse::<f64>().ok().filter(|secs| *secs > 0.0);
    secs.and_then(|secs| Duration::try_from_secs_f64(secs).ok())
        .ok_or_else(|| format!("`{value}` is no number of seconds above 0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_quartos() {
        let mut options = CellOptions::of(3);
        for line in [" echo: false", "timeout: 2.5", "fig-cap: \"A: b\"", " label: det-1", "inputs: a.csv, b c.csv"] {
            options.take(line).expect(line);
        }
        assert_eq!((options.echo, options.label.as_str(), options.caption.as_str()), (false, "det-1", "A: b"));
        assert_eq!(options.timeout, Duration::from_millis(2_500));
        assert_eq!(options.inputs, [PathBuf::from("a.csv"), PathBuf::from("b c.csv")]);
        for (line, message) in [
            ("echo: no", "neither true"),
            ("colour: red", "no option `colour`"),
            ("timeout: 0", "above 0"),
            ("timeout: 1e300", "above 0"),
            ("label: a b", "no label"),
            ("echo", "key: value"),
        ] {
            let error = options.take(line).expect_err("refused");
            assert!(error.contains(message), "{error}");
        }
    }
}
