//! An evaluation of the size of ASVspoof 5's, rehearsed without a network: `benches/rehearsal.sh` runs it.
//!
//! The protocol is generated with the published counts; scores are a function of trial, condition and reference. All else is what
//! `rat-report score` does: protocol, pairing, shards, scores kept as they come (stopped half way and gone on with), tables with the
//! protocol's columns, manifests. `--make DIR` writes the protocol, `--pair DIR` draws the pairing, `--score DIR I/N` makes a part.

use std::{
    collections::BTreeMap,
    error::Error,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use rat::{
    ReferenceCondition, Trial,
    data::{BadAudio, Corpus, Listing, Pairing, ReferenceDraw, Split},
    loader::{Shard, Workers},
    model::{Batching, TrialScore},
    score::{ScoreTask, ScoresSoFar},
    tables::{ShardFile, ShardManifest},
};

const SPEAKERS: usize = 737;
const BONAFIDE: usize = 138_688;
const SPOOF: usize = 542_086;
const CONDITIONS: [ReferenceCondition; 4] = [
    ReferenceCondition::Matched,
    ReferenceCondition::Mismatched,
    ReferenceCondition::Zeroed,
    ReferenceCondition::Snr { db: 10.0 },
];
/// Trials whose scores are kept at a time, as `score` does.
const WINDOW: usize = 64;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = |flag: &str, more: usize| arguments.iter().skip_while(|argument| *argument != flag).nth(more);
    match (after("--make", 1), after("--pair", 1), after("--score", 1)) {
        (Some(folder), ..) => make(Path::new(folder)),
        (_, Some(folder), _) => Ok(Work::open(folder)?.pairing.write(Path::new(folder).join("pairing.parquet"))?),
        (.., Some(folder)) => score(Path::new(folder), after("--score", 2).ok_or("name a part, as 1/8")?.parse()?),
        _ => {
            eprintln!("nothing to rehearse: run benches/rehearsal.sh");
            Ok(())
        }
    }
}

/// As many bona fide and spoof trials, speakers, attacks and codecs as the published protocol has, in its ten columns, mixed.
fn make(folder: &Path) -> Result<(), Box<dyn Error>> {
    let trials = BONAFIDE + SPOOF;
    let mut rows = String::with_capacity(trials * 70);
    for row in 0..trials {
        // A walk through all rows, since it shares no factor with their number.
        let at = row * 400_009 % trials;
        let (key, tag, attack) = match at < BONAFIDE {
            true => ("bonafide", "-".to_owned(), "bonafide".to_owned()),
            false => ("spoof", format!("AC{}", at % 3 + 1), format!("A{}", 17 + at % 16)),
        };
        let (speaker, codec, quality) = (at % SPEAKERS, at % 12, at % 6);
        let codec = if codec == 0 { "-".to_owned() } else { format!("C{codec:02}") };
        writeln!(rows, "E_{speaker:04} E_{row:010} F {codec} {quality} E_{row:010} {tag} {attack} {key} -")?;
    }
    fs::create_dir_all(folder)?;
    Ok(fs::write(folder.join("ASVspoof5.eval.track_1.tsv"), rows)?)
}

struct Work {
    listing: Listing,
    trials: Vec<Trial>,
    pairing: Pairing,
}

impl Work {
    fn open(folder: impl AsRef<Path>) -> Result<Self, Box<dyn Error>> {
        let corpus = Corpus::open("asvspoof5", folder)?;
        let listing = corpus.listing(Split::Eval)?;
        let trials = listing.trials();
        let pool = corpus.references(Split::Eval, &trials)?;
        let pairing = Pairing::draw_as(&pool, &trials, &ReferenceDraw { seed: 1, ..ReferenceDraw::default() })?;
        Ok(Self { listing, trials, pairing })
    }
}

fn score(folder: &Path, shard: Shard) -> Result<(), Box<dyn Error>> {
    let work = Work::open(folder)?;
    let task = ScoreTask {
        trials: shard.of(&work.trials),
        pairing: Some(&work.pairing),
        conditions: &CONDITIONS,
        batch: 16,
        batching: Batching::PerUtterance,
        on_bad_audio: BadAudio::Fail,
        workers: Workers::default(),
    };
    let output = folder.join("scores").join(ShardManifest::folder_name(shard.index() + 1, shard.count()));
    let scoring = BTreeMap::from([("scores".to_owned(), "a function".to_owned())]);
    let unfinished = output.join("unfinished.scores");
    let open = || ScoresSoFar::open(&unfinished, &scoring, task.trials.len(), CONDITIONS.len());
    let places: Vec<usize> = (0..task.trials.len()).collect();
    for half in places.chunks(places.len().div_ceil(2)) {
        let mut so_far = open()?;
        assert_eq!(so_far.count(), half[0], "gone on with where it stopped");
        for window in half.chunks(WINDOW) {
            let scores = window.iter().map(|&place| Ok((place, scores_of(&task.trials[place], &work.pairing)?)));
            so_far.keep(scores.collect::<rat::Result<_>>()?)?;
        }
    }
    let so_far = open()?;
    let mut tables = Vec::new();
    for (place, name) in task.tables().into_iter().enumerate() {
        let (table, name) = (task.table(&so_far, place), PathBuf::from(name.replace(':', "-") + ".csv"));
        table.with_protocol(&work.listing.columns)?.write(output.join(&name))?;
        tables.push(ShardFile::of(&output, name.to_string_lossy(), table.len())?);
    }
    let range = shard.range(work.trials.len());
    let manifest = ShardManifest {
        shard: shard.index() + 1,
        of: shard.count(),
        trials: work.trials.len(),
        first: range.start,
        end: range.end,
        scoring,
        tables,
        ..ShardManifest::default()
    };
    manifest.write(&output)?;
    Ok(so_far.finish()?)
}

/// Bona fide higher than spoof by two deviations, a little less so under degraded references.
fn scores_of(trial: &Trial, pairing: &Pairing) -> rat::Result<Vec<TrialScore>> {
    let enrolled = pairing.enrolled(trial)?;
    let shift = if trial.is_bonafide() { 1.0 } else { -1.0 };
    let of = |condition: usize| {
        let heard = if condition == 1 { enrolled.mismatched().next() } else { enrolled.references().next() };
        let noise = [trial.file.as_str(), heard.unwrap_or_default()].map(uniform).iter().sum::<f64>() - 1.0;
        let margin = (f64::from((2.4 * noise + shift * (1.0 - 0.02 * condition as f64)) as f32) * 1e4).round() / 1e4;
        TrialScore { score: 1.0 / (1.0 + (-margin).exp()), margin }
    };
    Ok((0..CONDITIONS.len()).map(of).collect())
}

/// A number between 0 and 1 that belongs to the text (FNV-1a, mixed).
fn uniform(text: &str) -> f64 {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let mixed = (hash ^ (hash >> 31)).wrapping_mul(0x7fb5_d329_728e_a185);
    ((mixed ^ (mixed >> 27)) >> 11) as f64 / (1_u64 << 53) as f64
}
