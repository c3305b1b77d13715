//! Safetensors written for a test: other names, other types, or no data at all.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};

use crate::golden::Tensors;

/// A file of `tests/fixtures/checkpoints`.
pub fn fixture(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/checkpoints").join(file)
}

/// A tensor to write: its name, type, shape and bytes.
pub type Row = (String, &'static str, Vec<usize>, Vec<u8>);

/// Writes safetensors as they are laid out.
pub fn write(path: &Path, rows: &[Row]) {
    let mut start = 0;
    let entry = |(name, dtype, shape, bytes): &Row| {
        let end = start + bytes.len();
        let entry = serde_json::json!({ "dtype": dtype, "shape": shape, "data_offsets": [start, end] });
        start = end;
        (name.clone(), entry)
    };
    let header = serde_json::Value::Object(rows.iter().map(entry).collect()).to_string();
    let mut file = File::create(path).expect("writable");
    file.write_all(&(header.len() as u64).to_le_bytes()).expect("writable");
    file.write_all(header.as_bytes()).expect("writable");
    rows.iter().for_each(|row| file.write_all(&row.3).expect("writable"));
}

/// A checkpoint of these shapes in which every number is zero and no byte of disk is used.
pub fn write_empty(path: &Path, shapes: &BTreeMap<String, Vec<usize>>) {
    let mut start = 0_u64;
    let entry = |(name, shape): (&String, &Vec<usize>)| {
        let integer = name.ends_with("num_batches_tracked");
        let (dtype, width) = if integer { ("I64", 8) } else { ("F32", 4) };
        let end = start + width * shape.iter().product::<usize>() as u64;
        let entry = serde_json::json!({ "dtype": dtype, "shape": shape, "data_offsets": [start, end] });
        start = end;
        (name.clone(), entry)
    };
    let header = serde_json::Value::Object(shapes.iter().map(entry).collect()).to_string();
    let mut file = File::create(path).expect("writable");
    file.write_all(&(header.len() as u64).to_le_bytes()).expect("writable");
    file.write_all(header.as_bytes()).expect("writable");
    file.set_len(8 + header.len() as u64 + start).expect("sparse files");
}

/// Tensors of a golden file as f32 rows, renamed.
pub fn rows(tensors: &Tensors, rename: impl Fn(&str) -> String) -> Vec<Row> {
    let row = |name: &str| {
        let (shape, values) = tensors.get(name);
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        (rename(name), "F32", shape.to_vec(), bytes)
    };
    tensors.names().filter(|name| !name.ends_with("num_batches_tracked")).map(row).collect()
}

/// The same with the upper halves of the numbers alone, which is bf16 cut off.
pub fn as_bf16(rows: Vec<Row>) -> Vec<Row> {
    let cut = |(name, _, shape, bytes): Row| {
        let halves = bytes.chunks_exact(4).flat_map(|number| [number[2], number[3]]).collect();
        (name, "BF16", shape, halves)
    };
    rows.into_iter().map(cut).collect()
}

/// The same as f64.
pub fn as_f64(rows: Vec<Row>) -> Vec<Row> {
    let widen = |(name, _, shape, bytes): Row| {
        let value = |b: &[u8]| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]])).to_le_bytes();
        (name, "F64", shape, bytes.chunks_exact(4).flat_map(value).collect())
    };
    rows.into_iter().map(widen).collect()
}
