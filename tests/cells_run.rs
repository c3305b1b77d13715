//! Documents whose cells run, through the program itself: what is on the page, what is said, which code it ends with, and that
//! nothing stays behind.
//!
//! `cargo test --release --no-default-features --features kernel --test cells_run`

#![cfg(all(feature = "kernel", target_os = "linux"))]

use std::{
    fmt::Write,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// A folder with scores, a document, and a mark that all processes started in it carry in their environment.
struct Place {
    folder: TempDir,
    mark: String,
}

impl Place {
    /// None, and the reason printed, where cells cannot be compiled.
    fn new(body: &str) -> Option<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        if !Command::new("cargo").arg("--version").output().is_ok_and(|output| output.status.success()) {
            println!("skipped: there is no cargo to compile cells with");
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("tmp")).expect("writable");
        let scores: String = (0..40)
            .map(|at| format!("F{at},{},{}\n", f64::from((at * 37) % 40) / 40.0 + f64::from(1 - at % 2), at % 2))
            .collect();
        std::fs::write(folder.path().join("one.csv"), scores).expect("writable");
        let mark = format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let place = Self { folder, mark };
        place.write(body);
        Some(place)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, body: &str) {
        let front = "+++\ntitle = \"T\"\n[params]\nscores = \"one.csv\"\nresamples = 0\nfile = \"note.txt\"\n+++\n";
        std::fs::write(self.path("doc.md"), format!("{front}{body}")).expect("writable");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rat-report"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env("RAT_TEST_MARK", &self.mark).env("TMPDIR", self.path("tmp"));
        command
    }

    fn render(&self, more: &[&str]) -> Output {
        let arguments = [&["render", "doc.md", "--output", "out", "--format", "html,markdown,latex"], more].concat();
        self.command(&arguments).output().expect("starts")
    }

    fn page(&self, ending: &str) -> String {
        std::fs::read_to_string(self.path(&format!("out/doc.{ending}"))).expect("was written")
    }

    /// The processes that were started here and still are; none after a moment, or the test fails.
    fn nothing_stays(&self) {
        let marked = |process: &Path| {
            let environment = std::fs::read(process.join("environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|entry| entry == format!("RAT_TEST_MARK={}", self.mark).as_bytes())
        };
        let start = Instant::now();
        loop {
            let all = std::fs::read_dir("/proc").expect("readable").flatten().map(|entry| entry.path());
            let left: Vec<_> = all.filter(|process| marked(process)).collect();
            let files = std::fs::read_dir(self.path("tmp")).expect("readable").count();
            if left.is_empty() && files == 0 {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "still there: {left:?}, {files} temporary files");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A running program that ends with the test, however that ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}

/// The line of the document on which `text` stands.
fn line_of(place: &Place, text: &str) -> usize {
    let document = std::fs::read_to_string(place.path("doc.md")).expect("readable");
    document.lines().position(|line| line.contains(text)).expect("stands there") + 1
}

fn interrupt(child: &Child) {
    let sent = Command::new("sh").args(["-c", &format!("kill -s INT {}", child.id())]).status();
    assert!(sent.expect("there is a shell").success());
}

#[test]
fn cells_see_their_page_and_show_themselves_in_order() {
    let body = "\
{{ results() }}

```{rust}
//| label: first
println!(\"{} systems, file {}\", page.results()?.rows.len(), page.text(\"file\")?);
println!(\"EVCXR_BEGIN_CONTENT text/html\\n<b onclick='x()'>bold</b><script>alert(1)</script>\\nEVCXR_END_CONTENT\");
```

```{rust}
//| echo: false
//| fig-cap: Both classes.
let det: Figure = det_of(&[\"one.csv\"])?;
det.evcxr_display();
println!(\"between the figures\");
det
```

```{rust}
//| label: sum
let bytes: u8 = 200;
{ let unused_here = 1; }
bytes.wrapping_add(100) as usize + page.tables().len()
```

```{rust}
//| warning: false
eprintln!(\"hidden words\");
let none: u8 = std::hint::black_box(255_u8) + 1;
none
```
";
    let Some(place) = Place::new(body) else { return };
    let output = place.render(&["--run"]);
    assert!(output.status.success(), "{}", words(&output));
    let html = place.page("html");
    let order = ["1 systems, file note.txt", "bold", "Both classes.", "between the figures", "Both classes.", "45"];
    let mut rest = html.split_once("id=\"first\"").expect("has the label").1;
    for text in order {
        rest = rest.split_once(text).unwrap_or_else(|| panic!("{text} is missing, or too early")).1;
    }
    assert!(!html.contains("<script>alert") && !html.contains("<b onclick") && !html.contains("det_of("));
    let warned = format!("line {}, warning: unused variable: `unused_here`", line_of(&place, "unused_here"));
    assert!(html.contains(&warned), "{warned}");
    assert!(!html.contains("hidden words") || html.matches("hidden words").count() == 1, "only in the code");
    assert!(rest.contains(">0<"), "arithmetic wraps, as in the optimised library");
    assert!(place.page("md").contains("figures/cell-2-1.svg") && place.path("out/figures/cell-2-3.png").is_file());
    assert!(place.page("tex").contains("between the figures"));
    place.nothing_stays();
}

#[test]
fn hostile_cells_are_shown_at_their_lines_and_those_that_may_fail_stop_nothing() {
    let codes = [
        "let kept: usize = 1;\n{ let values: Vec<usize> = vec![]; values[kept + 7] }",
        "let wrong: i32 = \"not a number\";",
        "let open: i32 = (1;",
        "\"x\".parse::<i32>()?;",
        "print!(\"{}\", \"x\".repeat(100_000_000));",
        "for at in 0..2_000_000 { println!(\"{at:049}\"); }",
        "std::thread::spawn(|| { std::thread::sleep(std::time::Duration::from_millis(50)); println!(\"late\"); });",
        "std::thread::sleep(std::time::Duration::from_millis(300));",
        "loop {}",
        "{ let mut line = String::new(); std::io::stdin().read_line(&mut line)?; }",
        "std::process::Command::new(\"sleep\").arg(\"1000\").spawn()?;\nstd::process::exit(0);",
        "std::process::abort();",
        "fn deep(n: usize) -> usize { std::hint::black_box(deep(n + 1)) + n }\ndeep(0)",
        ":quit",
        "println!(\"the {}\", \"end\");",
    ];
    let mut body = String::new();
    for code in codes {
        write!(body, "```{{rust}}\n//| error: true\n//| timeout: 10\n{code}\n```\n\n").expect("a string takes all");
    }
    let body = body
        .replace("timeout: 10\nloop", "timeout: 1\nloop")
        .replace("timeout: 10\n{ let mut", "timeout: 1\n{ let mut");
    let Some(place) = Place::new(&body) else { return };
    let output = place.render(&["--run"]);
    assert!(output.status.success(), "{}", words(&output));
    let html = place.page("html");
    let at = |text: &str, by: &str| format!("line {}, {by}", line_of(&place, text));
    let wanted = [
        at("values[kept", "panic"),
        at("not a number", "rustc"),
        at("let open", "rustc"),
        "index out of bounds: the len is 0 but the index is 8".into(),
        "mismatched types: expected `i32`, found `&amp;str` [E0308]".into(),
        "left by `?`".into(),
        "invalid digit found in string".into(),
        "late".into(),
        "stopped after 1 s".into(),
        "exit status: 0".into(),
        "SIGABRT".into(),
        "overflow".into(),
        "ended the whole session".into(),
        "the end".into(),
    ];
    let missing: Vec<_> = wanted.iter().filter(|text| !html.contains(*text)).collect();
    assert!(missing.is_empty(), "not on the page: {missing:?}\n{}", place.page("md"));
    assert!(html.len() < 1_000_000, "a page of {} bytes", html.len());
    assert_eq!(html.matches("bytes more of output were not kept").count(), 2, "both floods are cut, and it is said");
    place.nothing_stays();
}

#[test]
fn a_failure_stops_the_document_with_exit_code_1() {
    for (options, code, said) in [
        ("", "panic!(\"so it is\");", "so it is"),
        ("//| timeout: 1\n", "loop { std::thread::yield_now(); }", "stopped after 1 s"),
        ("", "std::process::exit(0);", "ended its process"),
        ("", "let x: usize = nothing;", "cannot find value `nothing`"),
    ] {
        let body =
            format!("```{{rust}}\n{options}{code}\n```\n\n```{{rust}}\nstd::fs::write(\"second\", \"\")?;\n```\n");
        let Some(place) = Place::new(&body) else { return };
        let output = place.render(&["--run"]);
        assert_eq!(output.status.code(), Some(1), "{code}");
        assert!(words(&output).contains(said) && words(&output).contains("doc.md"), "{}", words(&output));
        assert!(place.page("html").contains("one before it failed"), "the page is made all the same");
        assert!(!place.path("second").exists() && !place.path("out/.cells").exists());
        place.nothing_stays();
    }
}

#[test]
fn results_are_kept_and_nothing_runs_unasked() {
    let count = "let mut log = std::fs::File::options().append(true).create(true).open(\"log\")?;\n\
                 std::io::Write::write_all(&mut log, b\"x\")?;\nprintln!(\"ran {}\", page.number(\"resamples\")?);";
    let Some(place) = Place::new(&format!("```{{rust}}\n{{\n{count}\n}}\n```\n")) else { return };
    let ran = || std::fs::read(place.path("log")).map_or(0, |log| log.len());
    assert!(place.render(&[]).status.success());
    assert_eq!(ran(), 0, "without --run nothing runs");
    assert!(place.page("html").contains("was not run"));
    for (more, expected) in [
        (&["--run"][..], 1),
        (&["--run"], 1),
        (&[], 1),
        (&["--run", "--fresh"], 2),
        (&["--run", "--param", "resamples=1"], 3),
        (&["--run"], 4),
    ] {
        let output = place.render(more);
        assert!(output.status.success(), "{}", words(&output));
        assert_eq!(ran(), expected, "{more:?}");
        assert!(place.page("html").contains(">ran "), "{more:?}");
    }
    std::fs::write(place.path("note.txt"), "1").expect("writable");
    place.render(&["--run"]);
    assert_eq!(ran(), 5, "a parameter names the file");

    let elsewhere = tempfile::tempdir().expect("a folder");
    let document = place.path("doc.md").display().to_string();
    let arguments = ["render", document.as_str(), "--run", "--output", "out"];
    let refused = place.command(&arguments).current_dir(elsewhere.path()).output().expect("starts");
    assert_eq!((refused.status.code(), ran()), (Some(1), 5));
    assert!(words(&refused).contains("no trusted folder") && words(&refused).contains("--trust"));
}

#[test]
fn an_interrupt_ends_the_cell_and_leaves_nothing() {
    let body = "```{rust}\nstd::process::Command::new(\"sleep\").arg(\"1000\").spawn()?;\nstd::fs::write(\"started\", \"\")?;\nloop {}\n```\n";
    let Some(place) = Place::new(body) else { return };
    let child = place.command(&["render", "doc.md", "--run", "--output", "out"]).spawn().expect("starts");
    let mut child = Running(child);
    let start = Instant::now();
    while !place.path("started").exists() {
        assert!(child.0.try_wait().expect("is a child").is_none() && start.elapsed() < Duration::from_secs(300));
        std::thread::sleep(Duration::from_millis(20));
    }
    interrupt(&child.0);
    assert!(!child.0.wait().expect("ends").success());
    place.nothing_stays();
    assert!(!place.path("out").exists(), "no page, and no half of one");
}

#[test]
fn a_watched_document_runs_from_the_first_change() {
    let cell = |at: usize, by: usize| {
        format!("```{{rust}}\nlet v{at}: usize = {at} * {by};\nprintln!(\"v{at} is {{v{at}}}\");\n```\n\n")
    };
    let body = |by: usize| (1..=10).map(|at| cell(at, if at == 5 { by } else { 100 })).collect::<String>();
    let Some(place) = Place::new(&body(100)) else { return };
    let arguments = ["kernel", "doc.md", "--watch", "--output", "out"];
    let child = place.command(&arguments).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("starts");
    let mut child = Running(child);
    let mut said = BufReader::new(child.0.stderr.take().expect("is piped")).lines();
    let mut next =
        || said.by_ref().map_while(Result::ok).find(|line| line.contains(" ran in ")).expect("says what ran");
    let first = next();
    assert!(first.starts_with("cells 1 to 10 ran"), "{first}");
    place.write(&body(7));
    let second = next();
    assert!(second.starts_with("cells 5 to 10 ran"), "{second}");
    let html = place.page("html");
    assert!(html.contains("v5 is 35") && html.contains("v4 is 400") && html.contains("v10 is 1000"));
    place.write(&format!("Words before.\n\n{}", body(7)));
    let third = next();
    assert!(third.starts_with("no cell ran"), "{third}");
    interrupt(&child.0);
    assert_eq!(child.0.wait().expect("ends").code(), Some(0));
    place.nothing_stays();
}
