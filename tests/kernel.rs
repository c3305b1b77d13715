//! Rust cells in a session: what flows between them, what comes back, and what is refused.
//!
//! `cargo test --release --no-default-features --features kernel --test kernel`

#![cfg(feature = "kernel")]

use std::process::Command;

use rat::{kernel::Session, report::Shown};

fn start() -> Session {
    Session::start(Command::new(env!("CARGO_BIN_EXE_rat-report"))).expect("the kernel starts")
}

/// The message of a cell that is refused.
fn refusal(session: &mut Session, code: &str) -> String {
    let error = session.run(code).expect_err("a refusal");
    assert!(!error.remedy().is_empty());
    error.to_string()
}

/// The processes below this test's, by their parent's number in /proc.
#[cfg(target_os = "linux")]
fn descendants(of: u32) -> Vec<u32> {
    let parent = |process: u32| -> Option<u32> {
        let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        text.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
    };
    let all = std::fs::read_dir("/proc").expect("readable").flatten();
    let all: Vec<u32> = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    let mut found = vec![of];
    let mut at = 0;
    while at < found.len() {
        let children = all.iter().copied().filter(|&process| parent(process) == Some(found[at]));
        found.extend(children.collect::<Vec<_>>());
        at += 1;
    }
    found.split_off(1)
}

#[test]
fn cells_share_variables_and_give_back_what_they_print_and_show() {
    let mut session = start();
    let first =
        session.run("let scores: Vec<f64> = vec![0.5, 1.5];\nfn twice(x: f64) -> f64 { 2.0 * x }").expect("runs");
    assert_eq!((first.stdout().as_str(), first.value()), ("", None));

    let second = session.run("println!(\"{} scores\", scores.len());\nprintln!(\"{:?}\", scores);\ntwice(scores[1])");
    let second = second.expect("runs");
    assert_eq!(second.stdout(), "2 scores\n[0.5, 1.5]\n");
    assert_eq!(second.value(), Some("3.0"));
    assert_eq!(second.shown.len(), 2, "text, then the value");

    let shown =
        session.run("println!(\"EVCXR_BEGIN_CONTENT text/html\\n<b>{}</b>\\nEVCXR_END_CONTENT\", scores.len());");
    let forms = vec![("text/html".to_owned(), "<b>2</b>".to_owned())];
    assert_eq!(shown.expect("runs").shown, [Shown::Display { forms }]);

    let unended =
        session.run("print!(\"half a \");\nprint!(\"line\");\nstd::io::Write::flush(&mut std::io::stdout()).unwrap();");
    assert_eq!(unended.expect("runs and returns").stdout(), "half a line");

    let looped = session.run("for score in &scores { println!(\"{score}\"); }").expect("runs");
    assert_eq!((looped.stdout().as_str(), looped.value()), ("0.5\n1.5\n", None));
}

#[test]
fn failures_are_errors_with_their_line_and_the_session_goes_on() {
    let mut session = start();
    session.run("let kept: i32 = 7;").expect("runs");

    let said = refusal(&mut session, "let lost: i32 = 1;\nlet wrong: i32 = \"a\";");
    assert!(said.starts_with("cell 2, line 2, rustc: ") && said.contains("E0308"), "{said}");

    let said =
        refusal(&mut session, "let lost: i32 = 1;\nprint!(\"so far\");\nassert_eq!(kept, 8, \"seven is not eight\");");
    assert!(said.starts_with("cell 3, line 3, panic: ") && said.contains("seven is not eight"), "{said}");

    let said = refusal(&mut session, "fn last(of: &[i32]) -> i32 {\n    of[9]\n}\n\nlast(&[kept])");
    assert!(said.starts_with("cell 4, line 2, panic: index out of bounds"), "{said}");

    let said = refusal(&mut session, "let number: i32 = \"x\".parse::<i32>()?;");
    assert!(said.starts_with("cell 5, error: ") && said.contains("invalid digit"), "{said}");

    let said = refusal(&mut session, "lost + 1");
    assert!(said.contains("cannot find value `lost`"), "{said}");
    assert_eq!(session.run("kept + 1").expect("runs").value(), Some("8"), "earlier variables stay");

    let said = refusal(&mut session, "std::process::exit(3);");
    assert!(said.starts_with("cell 8, exit: ") && said.contains("exit status: 3"), "{said}");
    assert!(refusal(&mut session, "kept").contains("cannot find value `kept`"), "variables went with their process");
    assert_eq!(session.run("1 + 1").expect("runs").value(), Some("2"));
}

#[test]
#[cfg(target_os = "linux")]
fn no_process_stays_behind() {
    let below = descendants(std::process::id());
    let mut session = start();
    let host: u32 = session
        .run("std::os::unix::process::parent_id()")
        .expect("runs")
        .value()
        .expect("shown")
        .parse()
        .expect("a number");
    assert!(descendants(std::process::id()).contains(&host) && !below.contains(&host));
    let mut family = descendants(host);
    family.push(host);
    assert!(family.len() >= 2, "the host and its child: {family:?}");
    refusal(&mut session, "std::process::exit(0);");
    family.extend(descendants(host));
    drop(session);
    let alive: Vec<_> =
        family.iter().filter(|process| std::path::Path::new(&format!("/proc/{process}")).exists()).collect();
    assert!(alive.is_empty(), "still there: {alive:?}");
}

#[test]
fn a_program_that_is_no_kernel_is_refused() {
    let error = Session::start(Command::new("true")).expect_err("`true` is no kernel");
    assert!(error.to_string().contains("true is no kernel") && error.remedy().contains("runtime_hook"));
    let error = Session::start(Command::new("no-such-program")).expect_err("does not exist");
    assert!(error.to_string().contains("starting the kernel no-such-program"), "{error}");
}
