//! Times Rust cells: opening a session, then small cells, with the library linked as a shared object, as documents have it; beside
//! it the same evcxr with the library linked statically, and, after `--dep`, as evcxr itself would have it (`:dep`), which builds
//! all its dependencies anew.
//!
//! Prints a line for each: name, wall and CPU seconds of opening, wall and CPU seconds a cell. CPU counts all processes.

use std::{path::Path, process::Command, time::Instant};

use rat::kernel::{Library, Session};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rat-report");

/// How many small cells are timed.
const CELLS: u32 = 9;

/// CPU seconds of this process's ended children and theirs; 100 ticks a second, as on every Linux.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").expect("a Linux machine");
    let fields: Vec<&str> = text.rsplit_once(") ").expect("its form").1.split(' ').collect();
    [13, 14].iter().map(|&at| fields[at].parse::<f64>().expect("a number") / 100.0).sum()
}

/// Wall and CPU seconds of a session that runs `first` and then so many small cells.
fn session(start: &dyn Fn() -> Session, first: &[String], cells: u32) -> [f64; 2] {
    let (clock, before) = (Instant::now(), cpu());
    let mut session = start();
    for cell in first {
        session.run(cell).unwrap_or_else(|error| panic!("{cell}: {error}"));
    }
    for at in 0..cells {
        let cell = format!(
            "let v{at}: f64 = {at} as f64;\nlet e{at}: ReferenceCondition = ReferenceCondition::Matched;\nv{at}"
        );
        session.run(&cell).unwrap_or_else(|error| panic!("{cell}: {error}"));
    }
    drop(session);
    [clock.elapsed().as_secs_f64(), cpu() - before]
}

fn report(name: &str, start: &dyn Fn() -> Session, first: &[String]) {
    let open = session(start, first, 0);
    let all = session(start, first, CELLS);
    let each = [0, 1].map(|at| (all[at] - open[at]) / f64::from(CELLS));
    println!("{name}\t{:.2}\t{:.2}\t{:.2}\t{:.2}", open[0], open[1], each[0], each[1]);
}

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let library = Library::build(Path::new(PROGRAM)).expect("builds");
    let prelude = "use rat::prelude::*;".to_owned();
    let linked = || Session::linking(Command::new(PROGRAM), &library).expect("starts");
    report("shared object", &linked, std::slice::from_ref(&prelude));
    let plain = || Session::start(Command::new(PROGRAM)).expect("starts");
    if let Some(flags) = std::env::var_os("RAT_BENCH_STATIC_FLAGS") {
        let flags = format!(":build_env RUSTFLAGS={}", flags.display());
        report("static library", &plain, &[flags, prelude.clone()]);
    }
    if std::env::args().any(|argument| argument == "--dep") {
        let source = env!("CARGO_MANIFEST_DIR");
        let dependency = format!(":dep rat = {{ path = {source:?}, default-features = false }}");
        report("evcxr's :dep", &plain, &[dependency, prelude]);
    }
}
