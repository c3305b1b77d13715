//! The data of a page as one JSON value: its context, and what its tables and figures show, unrounded.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{
    block::{Block, Numbered},
    context::Context,
};

#[derive(Serialize)]
struct Page<'a> {
    #[serde(flatten)]
    context: &'a Context,
    /// By name, each a list of objects.
    tables: BTreeMap<&'a str, Value>,
    /// By name, each as CSV.
    figures: BTreeMap<&'a str, &'a str>,
}

/// All that a page shows.
pub(super) fn page_data(context: &Context, blocks: &[Numbered]) -> Value {
    let (mut tables, mut figures) = (BTreeMap::new(), BTreeMap::new());
    for numbered in blocks {
        match &numbered.block {
            Block::Table(sheet) => {
                let twin = serde_json::from_str(&sheet.json_twin()).expect("a twin is JSON");
                tables.insert(sheet.name.as_str(), twin);
            }
            Block::Figure(figure) => {
                figures.insert(figure.name.as_str(), figure.csv.as_str());
            }
            Block::Cards(_) | Block::Remark(_) | Block::Cell(_) => {}
        }
    }
    serde_json::to_value(Page { context, tables, figures }).expect("plain data serialises")
}
