//! A polars data frame shows its first rows; it comes from another crate, so by a trait that the prelude brings.

use polars::prelude::{AnyValue, DataFrame};

use super::{Grid, grid::SHOWN, grouped, show, shows_a_grid};

shows_a_grid!(DataFrame => grid);

/// Data frames as the last expression of a cell.
pub trait ShowFrame {
    /// Shows it in evcxr, Jupyter and the cells of documents: see [`Rich`](super::Rich).
    fn evcxr_display(&self);
}

impl ShowFrame for DataFrame {
    fn evcxr_display(&self) {
        show(self);
    }
}

/// A value without polars' quotes; six digits of a number.
fn word(value: &AnyValue<'_>) -> String {
    match value {
        AnyValue::Null => "-".into(),
        AnyValue::Float64(number) => format!("{number:.6}"),
        AnyValue::Float32(number) => format!("{number:.6}"),
        other => other.str_value().into_owned(),
    }
}

fn grid(frame: &DataFrame) -> Grid {
    let columns = frame.columns();
    let is_number = |at: &usize| columns[*at].dtype().is_primitive_numeric();
    let (numbers, texts): (Vec<usize>, Vec<usize>) = (0..columns.len()).partition(is_number);
    let names = |places: &[usize]| places.iter().map(|&at| columns[at].name().as_str()).collect::<Vec<_>>();
    let cell = |row: usize, at: &usize| columns[*at].get(row).map_or_else(|_| "-".into(), |value| word(&value));
    let row = |row: usize| texts.iter().chain(&numbers).map(|at| cell(row, at)).collect();
    Grid::new(format!("{} rows, {} columns", grouped(frame.height()), columns.len()))
        .columns(&names(&texts), &names(&numbers))
        .rows((0..frame.height().min(SHOWN)).map(row))
        .of(frame.height())
}
