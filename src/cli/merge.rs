//! `merge`: the parts of a sharded evaluation become the tables that one run without shards writes, byte for byte. Gaps, repeats,
//! parts that are unfinished, cut short, edited or of something else are refused, and then nothing is written.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    io::Write,
    path::{Path, PathBuf},
};

use super::print;
use crate::{
    error::{Error, Result},
    output::{OutputFile, OutputFolder},
    tables::{RunRecord, ShardFile, ShardManifest, is_run_directory},
};

/// Merge the shards of an evaluation into its score tables.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A folder is a shard itself, or holds shards as `score --shard` names them: shard-1-of-4 to shard-4-of-4.

Examples:
  rat-report merge runs/rat/scores
  rat-report merge node1/scores node2/scores --output scores/rat
  rat-report merge scores/rat/shard-*-of-4")]
pub(super) struct Args {
    /// Folders with shards.
    #[arg(required = true, value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    /// Where the tables go [default: the folder that holds all shards].
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// A part where it lies.
struct Part {
    folder: PathBuf,
    manifest: ShardManifest,
}

impl Part {
    fn open(folder: &Path) -> Result<Self> {
        let part = Self { folder: folder.into(), manifest: ShardManifest::read(folder)? };
        let tables = &part.manifest.tables;
        let plain = |table: &ShardFile| Path::new(&table.file).file_name() == Some(table.file.as_ref());
        if tables.is_empty() || !tables.iter().all(plain) {
            let message = format!("{} names no tables, or some outside its folder", part.name());
            return Err(Error::data(message, "score that shard again"));
        }
        Ok(part)
    }

    fn name(&self) -> String {
        format!("shard {}/{} in {}", self.manifest.shard, self.manifest.of, self.folder.display())
    }

    /// The folder above, under one name for all parts in it.
    fn home(&self) -> PathBuf {
        let folder = std::fs::canonicalize(&self.folder).unwrap_or_else(|_| self.folder.clone());
        folder.parent().map_or(folder.clone(), Path::to_owned)
    }

    /// The run directory, where the part lies in that of its network.
    fn run(&self) -> Option<PathBuf> {
        let run = self.home().parent()?.to_owned();
        (self.manifest.origin.is_empty() && run.join("config.toml").is_file()).then_some(run)
    }
}

pub(super) fn run(args: &Args) -> Result<()> {
    let parts = whole(find(&args.folders)?)?;
    let output = output(args, &parts)?;
    check_output(&output)?;
    check_origin(&output, &parts[0].manifest)?;
    let pairing = verify(&parts)?;
    let _made = OutputFolder::create(&output)?;
    let mut finished = Vec::new();
    for place in 0..parts[0].manifest.tables.len() {
        finished.push(joined(&output, &parts, place)?);
    }
    let at_home = same(&output, &parts[0].home());
    let run = parts[0].run().filter(|_| at_home);
    let mut beside = vec![bad_audio(&output, run.as_deref(), &parts)?];
    // In the shards' own home it stands where the scoring left it.
    if let Some((name, bytes)) = pairing.filter(|_| !at_home) {
        beside.push(Some(content(&output.join("pairing").join(name), &bytes)?));
    }
    beside.push(origin(&output, &parts[0].manifest)?);
    for file in beside.into_iter().flatten() {
        file.finish()?;
    }
    let mut paths = String::new();
    for file in finished {
        paths += &format!("{}\n", file.finish()?.display());
    }
    if let Some(run) = run {
        RunRecord::note_tables(run.join("run.json"), parts[0].manifest.tables.iter().map(|table| table.file.clone()))?;
    }
    let rows: usize = parts.iter().filter_map(|part| part.manifest.tables.first()).map(|table| table.rows).sum();
    eprintln!("{} shards, {rows} of {} trials scored; the tables:", parts.len(), parts[0].manifest.trials);
    print(&paths)
}

/// The parts in the folders.
fn find(folders: &[PathBuf]) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    for folder in folders {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if folder.join(ShardManifest::FILE).exists() || ShardManifest::named(&name).is_some() {
            parts.push(Part::open(folder)?);
            continue;
        }
        let entries = std::fs::read_dir(folder).map_err(|source| Error::io("looking for shards in", folder, source))?;
        let mut below: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        below.retain(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            ShardManifest::named(&name).is_some() && path.is_dir()
        });
        below.sort();
        if below.is_empty() {
            let message = format!("{} holds no shards, as shard-1-of-4", folder.display());
            return Err(Error::data(message, "name the folder that `score --shard` wrote to"));
        }
        for path in below {
            parts.push(Part::open(&path)?);
        }
    }
    Ok(parts)
}

/// The parts in order, when they are all of one whole.
fn whole(mut parts: Vec<Part>) -> Result<Vec<Part>> {
    parts.sort_by_key(|part| (part.manifest.of, part.manifest.shard));
    let first = &parts[0];
    for pair in parts.windows(2) {
        same_whole(first, &pair[1])?;
        if same(&pair[0].folder, &pair[1].folder) {
            return Err(Error::data(format!("{} is named twice", pair[0].name()), "name its folder once"));
        }
        if pair[0].manifest.shard == pair[1].manifest.shard {
            let message = format!("{} is {} again", pair[1].name(), pair[0].name());
            return Err(Error::data(
                message,
                "leave one of the two out; a copy under another number is no other shard",
            ));
        }
    }
    let of = first.manifest.of;
    let there: BTreeSet<usize> = parts.iter().map(|part| part.manifest.shard).collect();
    let mut missing = (1..=of).filter(|shard| !there.contains(shard));
    if let Some(shard) = missing.next() {
        let more = missing.count();
        let also = if more == 0 { String::new() } else { format!(" and {more} more") };
        let message = format!("shard {shard}/{of}{also} is missing; there are {} of {of}", parts.len());
        return Err(Error::data(message, format!("score it with --shard {shard}/{of}, or name its folder too")));
    }
    let mut next = 0;
    for part in &parts {
        let ShardManifest { shard, first, end, trials, .. } = part.manifest;
        if shard == 0 || shard > of || first != next || end < first || (shard == of) != (end == trials) {
            let message = format!("{} has trials {first} to {end} of {trials}, where {next} comes next", part.name());
            return Err(Error::data(message, "score that shard again"));
        }
        next = end;
    }
    Ok(parts)
}

/// Refuses a part of another evaluation.
fn same_whole(one: &Part, other: &Part) -> Result<()> {
    let (a, b) = (&one.manifest, &other.manifest);
    let differ = |what: &str, was: &str, is: &str| {
        let message = format!("{} is of another {what} ({is}) than {} ({was})", other.name(), one.name());
        Err(Error::data(message, "merge the shards of one evaluation; score the others again, or keep them apart"))
    };
    if a.of != b.of {
        return differ("count of shards", &a.of.to_string(), &b.of.to_string());
    }
    let none = String::new();
    for key in a.scoring.keys().chain(b.scoring.keys()) {
        let [was, is] = [&a.scoring, &b.scoring].map(|scoring| scoring.get(key).unwrap_or(&none));
        if was != is {
            return differ(key, was, is);
        }
    }
    if a.trials != b.trials {
        return differ("number of trials", &a.trials.to_string(), &b.trials.to_string());
    }
    let names = |manifest: &ShardManifest| manifest.tables.iter().map(|table| table.file.clone()).collect::<Vec<_>>();
    if names(a) != names(b) {
        return differ("set of tables", &names(a).join(", "), &names(b).join(", "));
    }
    Ok(())
}

fn output(args: &Args, parts: &[Part]) -> Result<PathBuf> {
    if let Some(output) = &args.output {
        return Ok(output.clone());
    }
    let homes: BTreeSet<PathBuf> = parts.iter().map(Part::home).collect();
    match homes.first() {
        Some(home) if homes.len() == 1 => {
            Ok(args.folders.iter().find(|folder| same(folder, home)).unwrap_or(home).clone())
        }
        _ => {
            let message = format!("the shards lie in {} folders", homes.len());
            Err(Error::config("output", message, "name a folder for the tables with --output DIR"))
        }
    }
}

fn same(one: &Path, other: &Path) -> bool {
    let [one, other] = [one, other].map(std::fs::canonicalize);
    one.is_ok_and(|one| other.is_ok_and(|other| one == other))
}

/// Reads every file of every part; gives the pairing, by its name.
fn verify(parts: &[Part]) -> Result<Option<(String, Vec<u8>)>> {
    let mut headers: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    let mut seen = HashSet::new();
    for part in parts {
        let trials = part.manifest.end - part.manifest.first;
        for (place, table) in part.manifest.tables.iter().enumerate() {
            let bytes = table.read(&part.folder)?;
            let (header, rows) = count(part, table, &bytes, (place == 0).then_some(&mut seen))?;
            let lacks = rows < trials && part.manifest.bad_audio.is_none();
            if rows != table.rows || rows > trials || lacks {
                let message = format!("{} of {} has {rows} rows for {trials} trials", table.file, part.name());
                return Err(Error::data(message, "score that shard again"));
            }
            if *headers.entry(&table.file).or_insert_with(|| bytes[..header].to_vec()) != bytes[..header] {
                let message = format!("{} of {} has other columns than the shards before", table.file, part.name());
                return Err(Error::data(message, "score that shard again with the same version"));
            }
        }
        part.manifest.bad_audio.iter().try_for_each(|list| list.read(&part.folder).map(drop))?;
    }
    let mut pairing = None;
    let mut homes = HashSet::new();
    for part in parts.iter().filter(|part| homes.insert(part.home())) {
        if let Some(file) = &part.manifest.pairing {
            let name = Path::new(&file.file).file_name().map(|name| name.to_string_lossy().into_owned());
            pairing = Some((name.unwrap_or_default(), file.read(&part.folder)?));
        }
    }
    Ok(pairing)
}

/// The bytes of a table's header and the rows below; trials that stand in it are added to `seen`, and may not be there.
fn count(
    part: &Part,
    table: &ShardFile,
    bytes: &[u8],
    mut seen: Option<&mut HashSet<(String, String)>>,
) -> Result<(usize, usize)> {
    let path = part.folder.join(&table.file);
    let failed = |source: csv::Error| {
        let line = source.position().map_or(1, csv::Position::line);
        Error::parse(&path, line, "scores", source.to_string(), "score that shard again")
    };
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().map_err(failed)?.clone();
    let at = |name: &str| header.iter().position(|column| column == name);
    let (file, speaker) = (at("file"), at("speaker"));
    let (mut body, mut rows, mut record) = (bytes.len(), 0, csv::StringRecord::new());
    while reader.read_record(&mut record).map_err(failed)? {
        let position = record.position();
        if rows == 0 {
            body = position.map_or(bytes.len(), |position| position.byte() as usize);
        }
        rows += 1;
        let field = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default().to_owned();
        if let Some(seen) = seen.as_mut()
            && !seen.insert((field(file), field(speaker)))
        {
            let message = format!("trial {} stands in a shard before, or twice in this one", field(file));
            let line = position.map_or(1, csv::Position::line);
            return Err(Error::parse(&path, line, "file", message, "score the shards again"));
        }
    }
    Ok((body, rows))
}

/// A table of the whole: the first part's header, then all rows.
fn joined(output: &Path, parts: &[Part], place: usize) -> Result<OutputFile> {
    let path = output.join(&parts[0].manifest.tables[place].file);
    let mut file = OutputFile::create(&path)?;
    for (at, part) in parts.iter().enumerate() {
        let table = &part.manifest.tables[place];
        let bytes = table.read(&part.folder)?;
        let start = if at == 0 { 0 } else { count(part, table, &bytes, None)?.0 };
        file.write_all(&bytes[start..]).map_err(|source| Error::io("writing", &path, source))?;
    }
    Ok(file)
}

/// The lists of all parts as one: a recording once, by name. In a run directory they join the run's list, as `score` has it.
fn bad_audio(output: &Path, run: Option<&Path>, parts: &[Part]) -> Result<Option<OutputFile>> {
    let mut rows = BTreeMap::new();
    for part in parts {
        let Some(list) = &part.manifest.bad_audio else { continue };
        for record in bad_records(&part.folder.join(&list.file), &list.read(&part.folder)?)? {
            rows.entry(recording(&record)).or_insert(record);
        }
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let path = run.map_or_else(|| output.join("bad_audio/bad_audio.csv"), |run| run.join("bad_audio.csv"));
    let earlier = match run.map(|_| std::fs::read(&path)) {
        Some(Ok(bytes)) => bad_records(&path, &bytes)?,
        Some(Err(source)) if source.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::io("reading the bad recordings", &path, source));
        }
        _ => Vec::new(),
    };
    earlier.iter().for_each(|record| drop(rows.remove(&recording(record))));
    let failed = |cause: String| Error::io("writing", &path, std::io::Error::other(cause));
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(OutputFile::create(&path)?);
    writer.write_record(["split", "file", "reason"]).map_err(|source| failed(source.to_string()))?;
    for record in earlier.iter().chain(rows.values()) {
        writer.write_record(record).map_err(|source| failed(source.to_string()))?;
    }
    writer.into_inner().map(Some).map_err(|source| failed(source.error().to_string()))
}

fn bad_records(path: &Path, bytes: &[u8]) -> Result<Vec<csv::StringRecord>> {
    let records = csv::Reader::from_reader(bytes).into_records().collect::<Result<_, csv::Error>>();
    records.map_err(|source| {
        let line = source.position().map_or(1, csv::Position::line);
        Error::parse(path, line, "bad audio", source.to_string(), "mend that line, or score the trials again")
    })
}

/// Split and name.
fn recording(record: &csv::StringRecord) -> Vec<String> {
    record.iter().take(2).map(String::from).collect()
}

/// Refuses a folder that is a shard itself, or a run directory.
fn check_output(output: &Path) -> Result<()> {
    let what = if output.join(ShardManifest::FILE).exists() {
        "is a shard itself, whose tables would be lost"
    } else if is_run_directory(output) {
        "is a run directory, whose tables stand in its folder scores"
    } else {
        return Ok(());
    };
    let message = format!("{} {what}", output.display());
    Err(Error::config("output", message, "name another folder with --output DIR"))
}

/// Refuses a folder whose tables are of something else.
fn check_origin(output: &Path, manifest: &ShardManifest) -> Result<()> {
    let path = output.join(ShardManifest::ORIGIN);
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(()) };
    let there: BTreeMap<String, String> = toml::from_str(&text).unwrap_or_default();
    if manifest.origin.is_empty() || there == manifest.origin {
        return Ok(());
    }
    let message = format!("{} holds scores of something else, says {}", output.display(), ShardManifest::ORIGIN);
    Err(Error::config("output", message, "name another folder with --output DIR, or delete that one"))
}

fn origin(output: &Path, manifest: &ShardManifest) -> Result<Option<OutputFile>> {
    if manifest.origin.is_empty() {
        return Ok(None);
    }
    let text = toml::to_string(&manifest.origin).expect("texts serialise");
    content(&output.join(ShardManifest::ORIGIN), text.as_bytes()).map(Some)
}

fn content(path: &Path, bytes: &[u8]) -> Result<OutputFile> {
    let mut file = OutputFile::create(path)?;
    file.write_all(bytes).map_err(|source| Error::io("writing", path, source))?;
    Ok(file)
}
