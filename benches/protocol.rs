//! Time and memory of reading a protocol as large as the evaluation set of ASVspoof 5; `benches/feeding.sh` runs it.
//!
//! `--make DIR` writes the protocol, `--read DIR` reads it into trials in a process of its own and prints task, seconds and peak MB,
//! parted by tabs.

use std::{error::Error, fmt::Write, fs, hint::black_box, path::Path, time::Instant};

use rat::data::{Corpus, Split};

const TRIALS: usize = 680_774;
const PROTOCOL: &str = "ASVspoof5.eval.track_1.tsv";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = |flag: &str| arguments.iter().skip_while(|argument| *argument != flag).nth(1).map(Path::new);
    match (after("--make"), after("--read")) {
        (Some(folder), _) => make(folder)?,
        (_, Some(folder)) => read(folder)?,
        _ => eprintln!("nothing to measure: run benches/feeding.sh"),
    }
    Ok(())
}

/// As many rows, speakers, attacks and codecs as the published one has, in its ten columns.
fn make(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut rows = String::with_capacity(TRIALS * 70);
    for row in 0..TRIALS {
        let (key, tag, attack) = match row % 5 {
            0 => ("bonafide", "-".to_owned(), "bonafide".to_owned()),
            _ => ("spoof", format!("AC{}", row % 3 + 1), format!("A{}", 17 + row % 16)),
        };
        let (speaker, codec, quality) = (row * 31 % 737, row % 12, row % 6);
        let codec = if codec == 0 { "-".to_owned() } else { format!("C{codec:02}") };
        writeln!(rows, "E_{speaker:04} E_{row:010} F {codec} {quality} E_{row:010} {tag} {attack} {key} -")?;
    }
    fs::create_dir_all(folder)?;
    Ok(fs::write(folder.join(PROTOCOL), rows)?)
}

fn read(folder: &Path) -> Result<(), Box<dyn Error>> {
    let corpus = Corpus::open("asvspoof5", folder)?;
    let mut secs = f64::INFINITY;
    for _ in 0..3 {
        let start = Instant::now();
        let trials = black_box(corpus.trials(Split::Eval)?);
        secs = secs.min(start.elapsed().as_secs_f64());
        assert_eq!(trials.len(), TRIALS);
    }
    println!("{TRIALS} rows into trials\t{secs:.3}\t{:.0}", peak_mb());
    Ok(())
}

/// The most memory that this process held, on Linux.
fn peak_mb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    kib.map_or(f64::NAN, |kib| kib * 1024.0 / 1e6)
}
