//! The house's plan, held: imports run downwards only, the two columns never see each other, and features are switched
//! where they may be.
//!
//! Reads `src/` as text; every complaint names file and line.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Which half of the house a room is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Network,
    Paper,
    Both,
}
use Column::{Both, Network, Paper};

/// Every room, with its layer and column.
const ROOMS: [(&str, u8, Column); 30] = [
    ("error", 0, Both),
    ("output", 0, Both),
    ("features", 0, Both),
    ("trial", 0, Both),
    ("condition", 0, Both),
    ("audio", 1, Both),
    ("metrics", 1, Both),
    ("protocol", 1, Both),
    ("augment", 2, Both),
    ("data", 2, Both),
    ("tables", 2, Both),
    ("checkpoint", 2, Network),
    ("device", 2, Network),
    ("loader", 3, Network),
    ("ssl", 3, Network),
    ("plot", 3, Paper),
    ("model", 4, Network),
    ("report", 4, Paper),
    ("train", 5, Network),
    ("score", 5, Network),
    ("contribution", 5, Network),
    ("network_prelude", 5, Network),
    ("display", 5, Both),
    ("prelude", 6, Both),
    ("network_display", 6, Network),
    ("kernel", 6, Paper),
    ("kernel_absent", 6, Paper),
    ("cli", 7, Both),
    ("bin", 8, Both),
    ("lib", 9, Both),
];

/// Within the lowest layer only errors are shared: they are what everything may fail with.
const SHARED: [&str; 1] = ["error"];

/// Where `cfg(feature)` may stand, on lines that declare or name modules.
const FEATURE_SWITCHES: [&str; 3] = ["lib.rs", "cli/mod.rs", "device/mod.rs"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src is readable") {
        let path = entry.expect("src is readable").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn room_of(relative: &Path) -> String {
    let first = relative.iter().next().expect("a file has a name").to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

fn plan(room: &str) -> Option<(u8, Column)> {
    ROOMS.iter().find(|row| row.0 == room).map(|row| (row.1, row.2))
}

/// Crate-root names that are re-exports of a room's types.
fn home_of(name: &str) -> &str {
    match name {
        "Error" | "Result" => "error",
        "Trial" | "Label" | "Speaker" | "Attack" | "Codec" | "Gender" => "trial",
        "ReferenceCondition" => "condition",
        "Waveform" => "audio",
        other => other,
    }
}

/// The rooms that a file names after `crate::`, with line numbers; `use crate::{a, b::{c}}` over several lines too.
fn imports(text: &str) -> Vec<(usize, String)> {
    let code: String = text.lines().map(|line| line.split("//").next().unwrap_or("").to_owned() + "\n").collect();
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        // `$crate::` and names that only end in `crate` are no paths of ours.
        if code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == '$') {
            continue;
        }
        let line = code[..at].matches('\n').count() + 1;
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(group_heads(group).into_iter().map(|(below, name)| (line + below, name))),
            None => found.push((line, head(rest))),
        }
    }
    found
}

fn head(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first names of a braced group, with how many lines below the brace they stand.
fn group_heads(group: &str) -> Vec<(usize, String)> {
    let (mut depth, mut expecting, mut line, mut heads) = (0, true, 0, Vec::new());
    for (at, character) in group.char_indices() {
        match character {
            '\n' => line += 1,
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => expecting = true,
            c if expecting && (c.is_alphabetic() || c == '_') => {
                heads.push((line, head(&group[at..])));
                expecting = false;
            }
            _ => {}
        }
    }
    heads
}

/// What is wrong with one import.
fn complaint(room: &str, target: &str) -> Option<String> {
    let target = home_of(target);
    if target == room || SHARED.contains(&target) {
        return None;
    }
    let (layer, column) = plan(room)?;
    let Some((target_layer, target_column)) = plan(target) else {
        return Some(format!("`{target}` is no room of the plan"));
    };
    if target_layer >= layer {
        return Some(format!(
            "`{room}` (layer {layer}) imports `{target}` (layer {target_layer}): imports run downwards"
        ));
    }
    if column != Both && target_column != Both && column != target_column {
        return Some(format!(
            "`{room}` ({column:?}) imports `{target}` ({target_column:?}): the columns meet in tables"
        ));
    }
    None
}

fn read_all() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    assert!(files.len() > 40, "found only {} files", files.len());
    let relative = |path: &Path| path.strip_prefix(&root).expect("below src").to_owned();
    files.iter().map(|path| (relative(path), fs::read_to_string(path).expect("readable"))).collect()
}

#[test]
fn imports_run_downwards_and_columns_stay_apart() {
    let mut complaints = Vec::new();
    for (path, text) in read_all() {
        let room = room_of(&path);
        if plan(&room).is_none() {
            complaints.push(format!("src/{}: `{room}` is no room of the plan", path.display()));
        }
        for (line, target) in imports(&text) {
            if let Some(complaint) = complaint(&room, &target) {
                complaints.push(format!("src/{}:{line}: {complaint}", path.display()));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn features_are_switched_where_modules_are_named() {
    let mut complaints = Vec::new();
    for (path, text) in read_all() {
        for (number, line) in
            text.lines().enumerate().filter(|(_, line)| line.contains("cfg(") && line.contains("feature"))
        {
            let name = path.to_string_lossy().replace('\\', "/");
            if !FEATURE_SWITCHES.contains(&name.as_str())
                || !["#[cfg(", "#![cfg_attr("].iter().any(|start| line.trim_start().starts_with(start))
            {
                complaints.push(format!("src/{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(complaints.is_empty(), "cfg(feature) stands where it may not:\n{}", complaints.join("\n"));
}

#[test]
fn files_keep_to_one_idea() {
    let long: Vec<_> =
        read_all().into_iter().filter(|(_, text)| text.lines().count() > 400).map(|(path, _)| path).collect();
    assert!(long.is_empty(), "over 400 lines: {long:?}");
    let mute: Vec<_> =
        read_all().into_iter().filter(|(_, text)| !text.starts_with("//!")).map(|(path, _)| path).collect();
    assert!(mute.is_empty(), "do not say what they are: {mute:?}");
}

#[test]
fn the_checker_itself_finds_what_is_forbidden() {
    let grouped = "use crate::{\n    error::{Error, Result},\n    report::render,\n};\n// crate::cli in a comment\n";
    assert_eq!(imports(grouped), [(2, "error".into()), (3, "report".into())]);
    assert_eq!(imports("let x = crate::plot::det();"), [(1, "plot".into())]);
    assert!(complaint("model", "report").is_some(), "the same layer, the other column");
    assert!(complaint("train", "plot").is_some(), "the other column");
    assert!(complaint("metrics", "tables").is_some(), "upwards");
    assert!(complaint("score", "train").is_some(), "the same layer");
    assert!(complaint("report", "tables").is_none());
}
