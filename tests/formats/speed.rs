//! Files as large as the evaluation set of ASVspoof 5, 680,774 trials.

use std::{fmt::Write, time::Instant};

use rat::{
    protocol::Protocol,
    tables::{
        Audit,
        formats::{ScoreFileOptions, first_duplicate, read_scores},
    },
};

use super::samples::written;

const TRIALS: usize = 680_774;

#[test]
#[ignore = "takes seconds and reads the clock: cargo test --release --no-default-features --test formats -- --ignored --nocapture"]
fn the_largest_files_are_read_at_once() {
    let (mut scores, mut protocol) = (String::new(), String::new());
    for row in 0..TRIALS {
        let class = usize::from(row % 5 > 0);
        let key = ["bonafide", "spoof"][class];
        let score = (row as f64 * 0.618_033_988_75).fract();
        writeln!(scores, "E_{row:010},{score},{class}").expect("writes");
        writeln!(
            protocol,
            "E_{:04} E_{row:010} F C{:02} 5 E_{row:010} AC{class} A{} {key} -",
            row % 737,
            row % 12,
            row % 16
        )
        .expect("writes");
    }
    let (scores, protocol) = (written(scores), written(protocol));
    let timed = |what: &str, begin: Instant| println!("{what}: {:.3} s", begin.elapsed().as_secs_f64());
    let begin = Instant::now();
    let table = read_scores(scores.path(), &ScoreFileOptions::default()).expect("reads");
    timed("scores", begin);
    let begin = Instant::now();
    assert_eq!(first_duplicate(&table), None);
    timed("duplicates", begin);
    let begin = Instant::now();
    let protocol = Protocol::read(protocol.path()).expect("reads");
    timed("protocol", begin);
    let begin = Instant::now();
    let audit = Audit::of(&table, Some(&protocol));
    timed("audit", begin);
    assert_eq!((table.len(), protocol.len()), (TRIALS, TRIALS));
    assert_eq!(audit.bonafide + audit.spoof, TRIALS);
    assert!(audit.findings.iter().all(|finding| finding.what.contains("probabilities")), "{:?}", audit.findings);
}
