//! `verify`: a page's numbers derived again.

use std::path::PathBuf;

use crate::{
    error::{Error, Result},
    report::{Change, Verdict, verify},
};

/// How many differences are listed.
const SHOWN: usize = 20;

/// Derive every number in a page's NAME.json again from its inputs, and say whether they still hold.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Says IDENTICAL, EQUIVALENT (and by how much numbers differ at most), or CHANGED with what changed: numbers, altered or missing inputs. \
Exit code 0 for the first two, 1 for the last. Run it in the folder where the page was rendered: inputs are found by the paths given then.

Examples:
  rat-report render scores --param scores=a.csv,b.csv
  rat-report verify reports/build/scores.json")]
pub(super) struct Args {
    /// The NAME.json that `render` wrote beside a page.
    data: PathBuf,
    /// Write the outcome as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let found = verify(&args.data)?;
    if args.json {
        let text = serde_json::to_string_pretty(&found).expect("plain data serialises");
        super::print(&format!("{text}\n"))?;
    } else {
        let mut text = match found.verdict {
            Verdict::Identical => {
                format!("{}: {} numbers from {} inputs\n", found.verdict, found.numbers, found.inputs)
            }
            Verdict::Equivalent => format!(
                "{}: {} numbers from {} inputs; the largest relative difference is {:.1e}\n",
                found.verdict, found.numbers, found.inputs, found.largest_difference
            ),
            Verdict::Changed => format!(
                "{}: {} of {} inputs missing or altered, {} values differ\n",
                found.verdict,
                found.input_changes.len(),
                found.inputs,
                found.changes.len()
            ),
        };
        for change in found.input_changes.iter().chain(&found.changes).take(SHOWN) {
            let Change { place, was, is } = change;
            text.push_str(&format!("  {place}: was {was}, is {is}\n"));
        }
        let all = found.input_changes.len() + found.changes.len();
        if all > SHOWN {
            text.push_str(&format!("  and {} more; --json lists all\n", all - SHOWN));
        }
        super::print(&text)?;
    }
    if found.verdict == Verdict::Changed {
        let remedy = "render the page again, or bring back the inputs it was made from";
        return Err(Error::data(format!("{} does not hold any more", args.data.display()), remedy));
    }
    Ok(())
}
