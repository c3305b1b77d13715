//! The table of the reference's contribution, an epoch a line.

use super::{
    super::{
        block::Block,
        context::Context,
        sheet::{Cell, Column, Kind, Sheet},
    },
    csv_of, json_of,
};
use crate::tables::{ContributionRow, ContributionTable};

/// Of one system; by default of the first that was traced.
pub(in crate::report) fn contribution(context: &Context, system: Option<&str>) -> Block {
    let wanted = context.systems.iter().filter(|known| system.is_none_or(|system| known.name == system));
    match wanted.filter_map(|known| Some((&known.name, known.contribution.as_ref()?))).next() {
        Some((name, table)) => Block::Table(sheet(name, table)),
        None => Block::Remark(
            "There is no contribution table: the system takes no reference, or was not traced. `rat-report trace` makes it from saved \
             checkpoints."
                .into(),
        ),
    }
}

fn sheet(system: &str, table: &ContributionTable) -> Sheet {
    let caption = format!("What the reference contributes to {system} after each epoch.");
    let mut sheet = Sheet::new(
        "contribution",
        caption,
        &[
            ("Epoch", Kind::Number),
            ("Stage", Kind::Name),
            ("Gradient ratio", Kind::Number),
            ("Branch ratio", Kind::Number),
        ],
    );
    for degradation in ["silence", "noise"] {
        for title in ["margin %", "output %", "embedding %"] {
            sheet.columns.push(Column {
                title: title.into(),
                group: format!("Change with {degradation}"),
                kind: Kind::Number,
            });
        }
    }
    let mut epochs: Vec<usize> = table.rows.iter().map(|row| row.epoch).collect();
    epochs.dedup();
    sheet.rows.extend(epochs.into_iter().filter_map(|epoch| line(table, epoch)));
    sheet.notes.push(
        "Changes are relative to what stands there with the right reference, margin: sum over trials over sum. Gradient ratio: at the \
         reference embedding over at the test embedding. Branch ratio: RMS of attention over RMS of MLP, with its standard deviation over \
         trials. All other columns stand in the CSV."
            .into(),
    );
    sheet.csv = csv_of(&table.rows);
    sheet.json = json_of(&table.rows);
    sheet
}

/// What stands there after an epoch.
fn line(table: &ContributionTable, epoch: usize) -> Option<Vec<Cell>> {
    let of = |name: &str| table.rows.iter().find(|row| row.epoch == epoch && row.degradation == name);
    let (silence, noise) = (of("silence"), of("noise"));
    let row = silence.or(noise)?;
    let stage = match row.stage.as_str() {
        "train" => "frozen",
        "finetune" => "fine-tuned",
        other => other,
    };
    let spread = format!("\u{b1} {:.3}", row.branch_ratio_std);
    let mut cells: Vec<Cell> = vec![
        epoch.to_string().into(),
        stage.into(),
        format!("{:.4}", row.gradient_ratio).into(),
        Cell { text: format!("{:.3}", row.branch_ratio), note: spread, best: false },
    ];
    cells.extend([silence, noise].into_iter().flat_map(changes));
    Some(cells)
}

fn changes(row: Option<&ContributionRow>) -> [Cell; 3] {
    let values = row.map(|row| [row.delta_margin_normalised, row.delta_output, row.delta_embedding]);
    let set =
        |value: f64| Cell::from(if value.is_finite() { format!("{:.2}", 100.0 * value) } else { "\u{2013}".into() });
    values.map_or_else(|| ["\u{2013}"; 3].map(Cell::from), |values| values.map(set))
}
