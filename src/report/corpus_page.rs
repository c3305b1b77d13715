//! The page of a corpus check: counts, faults, lengths, and the bad recordings by name, in one file.

use super::{
    block::{Block, Card, numbered},
    corpora::{bad_sheet, splits_sheet},
    escape::MARKS,
    html,
    sheet::{Cell, Kind, Sheet},
};
use crate::{
    audio::AudioFault,
    data::check::{CorpusCheck, SplitCheck},
    error::Result,
    plot,
};

/// Rows of the longer lists; the rest is in the JSON and CSV beside the page.
const LISTED: usize = 500;
/// Longer tables of counts are shown only when asked for.
const FOLDED: usize = 24;

/// Sets the page of a check.
///
/// # Errors
/// Where a figure cannot be drawn.
pub fn corpus_page(check: &CorpusCheck) -> Result<String> {
    let mut page = Page::default();
    page.block(Block::Cards(cards(check)));
    page.text(&verdict(check));
    page.text("## Splits");
    page.table(splits_sheet(check));
    page.table(differences_sheet(check));
    page.text("## Recordings");
    page.table(faults_sheet(check));
    page.table(forms_sheet(check));
    for SplitCheck { split, audio, .. } in check.splits.iter().filter(|split| split.audio.usable > 0) {
        page.block(Block::Figure(Box::new(plot::durations(&split.to_string(), &audio.histogram)?)));
    }
    page.text("## Speakers, attacks, codecs");
    page.table(speakers_sheet(check));
    page.table(tallies_sheet(check));
    page.text("## By name");
    let mut bad = bad_sheet("bad", "Recordings that cannot be used, with the reason.", check.bad().take(LISTED));
    shorten(&mut bad, check.bad().count());
    page.table(bad);
    page.table(odd_sheet(check));
    page.table(strays_sheet(check));
    if check.bad().next().is_none() {
        page.text("Every recording that was looked at can be used.");
    }
    let subtitle = format!("{} in {}", subset(check), check.root.display());
    html::titled_page(&page.markdown, &numbered(page.blocks), &format!("Check of {}", check.title), &subtitle)
}

/// Text with marks where blocks belong.
#[derive(Default)]
struct Page {
    markdown: String,
    blocks: Vec<Block>,
}

impl Page {
    fn text(&mut self, text: &str) {
        self.markdown.push_str(text);
        self.markdown.push_str("\n\n");
    }

    fn block(&mut self, block: Block) {
        let mark = format!("{}{}{}", MARKS[0], self.blocks.len(), MARKS[1]);
        self.blocks.push(block);
        self.text(&mark);
    }

    /// A table, unless it is empty.
    fn table(&mut self, sheet: Sheet) {
        if !sheet.rows.is_empty() {
            self.block(Block::Table(sheet));
        }
    }
}

fn subset(check: &CorpusCheck) -> String {
    match &check.subset {
        Some(subset) => format!("{}, subset {subset}", check.corpus),
        None => check.corpus.clone(),
    }
}

fn cards(check: &CorpusCheck) -> Vec<Card> {
    let sum = |of: fn(&SplitCheck) -> usize| check.splits.iter().map(of).sum::<usize>();
    let (recordings, bad) = (sum(|split| split.audio.recordings), check.bad().count());
    let secs: f64 = check.splits.iter().filter_map(|split| split.audio.durations.map(|all| all.total_secs)).sum();
    let card = |name: &str, value: usize, note: String| Card { name: name.into(), value: value.to_string(), note };
    let share = if recordings > 0 { 100.0 * bad as f64 / recordings as f64 } else { 0.0 };
    let trials = sum(|split| split.contents.trials);
    let differ = if check.present_only { "of a partial copy" } else { "from the published ones" };
    vec![
        card("Recordings", recordings, format!("of {trials} trials; {:.2} hours decoded", secs / 3_600.0)),
        card("Cannot be used", bad, format!("{share:.2} % of the recordings")),
        card("Counts that differ", check.differences().count(), differ.into()),
    ]
}

/// The outcome in words.
fn verdict(check: &CorpusCheck) -> String {
    let mut text = match check.is_sound() {
        true => "The copy is good: every recording can be used, and no count contradicts a published one.".to_owned(),
        false => format!("The copy is **not** as it should be: {}.", faults(check).join("; ")),
    };
    if check.partial {
        let left: usize = check.splits.iter().map(|split| split.audio.unchecked).sum();
        text = format!("**Partial**: the check was stopped, {left} recordings were not looked at.");
    }
    if check.present_only {
        let left_out: usize = check.splits.iter().map(|split| split.contents.left_out).sum();
        text += &format!(" Trials without recordings were left out: {left_out}.");
    }
    if !check.absent.is_empty() {
        let names: Vec<_> = check.absent.iter().map(ToString::to_string).collect();
        text += &format!(" No protocol is there for {}.", names.join(", "));
    }
    for SplitCheck { split, contents, .. } in check.splits.iter().filter(|split| split.contents.published.is_none()) {
        text += &format!(" No counts were published for {split}, which has {} trials.", contents.trials);
    }
    text
}

/// What is wrong, each in a few words.
fn faults(check: &CorpusCheck) -> Vec<String> {
    let counted = |fault| check.bad().filter(|bad| bad.fault == fault).count();
    let kinds = AudioFault::ALL.into_iter().map(|fault| (fault, counted(fault))).filter(|(_, count)| *count > 0);
    let kinds: Vec<String> = kinds.map(|(fault, count)| format!("{count} {fault}")).collect();
    let unusable = (!kinds.is_empty()).then(|| format!("recordings that cannot be used ({})", kinds.join(", ")));
    let differ = check.differences().count();
    let counts = check.contradicts().then(|| format!("counts that contradict the published ones ({differ})"));
    unusable.into_iter().chain(counts).collect()
}

/// Counts that differ.
fn differences_sheet(check: &CorpusCheck) -> Sheet {
    let columns = [("Split", Kind::Name), ("What", Kind::Text), ("Published", Kind::Number), ("Here", Kind::Number)];
    let mut sheet = Sheet::new("differences", "Counts that are not the published ones.", &columns);
    for (split, difference) in check.differences() {
        let published = difference.published.map_or_else(|| "some".into(), |count| count.to_string());
        sheet.push([split.to_string(), difference.what.clone(), published, difference.found.to_string()]);
    }
    sheet.folded = sheet.rows.len() > FOLDED;
    sheet
}

fn faults_sheet(check: &CorpusCheck) -> Sheet {
    let columns = [("Split", Kind::Name), ("Fault", Kind::Name), ("Recordings", Kind::Number), ("Example", Kind::Code)];
    let mut sheet = Sheet::new("faults", "What is wrong with recordings.", &columns);
    for SplitCheck { split, audio, .. } in &check.splits {
        for count in &audio.faults {
            let example = audio.bad.iter().find(|bad| bad.fault == count.fault).map_or("", |bad| &bad.file);
            sheet.push([split.to_string(), count.fault.to_string(), count.recordings.to_string(), example.into()]);
        }
    }
    sheet
}

fn forms_sheet(check: &CorpusCheck) -> Sheet {
    let columns = [
        ("Split", Kind::Name),
        ("Kind", Kind::Name),
        ("Hz", Kind::Number),
        ("Channels", Kind::Number),
        ("Recordings", Kind::Number),
        ("Example", Kind::Code),
    ];
    let mut sheet = Sheet::new("forms", "Kinds, sample rates and channels as they are in the files.", &columns);
    for SplitCheck { split, audio, .. } in &check.splits {
        for form in &audio.forms {
            let numbers = [form.rate_hz as usize, form.channels, form.recordings].map(|number| number.to_string());
            let [rate, channels, recordings] = numbers;
            sheet.push([split.to_string(), form.kind.to_string(), rate, channels, recordings, form.example.clone()]);
        }
    }
    sheet.notes.push("All are brought to 16,000 Hz and one channel when they are read.".into());
    sheet
}

fn speakers_sheet(check: &CorpusCheck) -> Sheet {
    let columns = [
        ("Split", Kind::Name),
        ("Speakers", Kind::Number),
        ("By gender", Kind::Text),
        ("Without reference", Kind::Number),
        ("These are", Kind::Text),
        ("With only one", Kind::Number),
        ("Those are", Kind::Text),
    ];
    let mut sheet =
        Sheet::new("speakers", "Speakers, and those who have few recordings to serve as reference.", &columns);
    let named = |names: &[String]| {
        let more = if names.len() > 20 { format!(" and {} more", names.len() - 20) } else { String::new() };
        names.iter().take(20).map(String::as_str).collect::<Vec<_>>().join(", ") + &more
    };
    for SplitCheck { split, contents, .. } in check.splits.iter().filter(|split| split.contents.speakers > 0) {
        let genders = contents.genders.iter().map(|count| format!("{} {}", count.speakers, count.gender));
        let (without, single) = (&contents.without_reference, &contents.single_reference);
        sheet.push([
            split.to_string(),
            contents.speakers.to_string(),
            genders.collect::<Vec<_>>().join(", "),
            without.len().to_string(),
            named(without),
            single.len().to_string(),
            named(single),
        ]);
    }
    sheet.notes.push(
        "A trial of a speaker with no reference cannot be paired; one of a speaker with one reference cannot where it is that \
         recording."
            .into(),
    );
    sheet
}

/// Attacks and codecs, with their trials.
fn tallies_sheet(check: &CorpusCheck) -> Sheet {
    let columns = [
        ("Split", Kind::Name),
        ("What", Kind::Name),
        ("Name", Kind::Name),
        ("Bona fide", Kind::Number),
        ("Spoof", Kind::Number),
    ];
    let mut sheet = Sheet::new("tallies", "Trials by attack and codec.", &columns);
    for SplitCheck { split, contents, .. } in &check.splits {
        let attacks = contents.attacks.iter().map(|tally| ("attack", tally));
        let codecs = contents.codecs.iter().filter(|_| contents.codecs.len() > 1).map(|tally| ("codec", tally));
        for (what, tally) in attacks.chain(codecs) {
            let counts = [tally.bonafide, tally.spoof].map(|count| count.to_string());
            let [bonafide, spoof] = counts;
            sheet.push([split.to_string(), what.into(), tally.name.clone(), bonafide, spoof]);
        }
    }
    sheet.folded = sheet.rows.len() > FOLDED;
    sheet
}

/// Recordings that can be read but are odd.
fn odd_sheet(check: &CorpusCheck) -> Sheet {
    let columns = [("Split", Kind::Name), ("File", Kind::Code), ("What", Kind::Text)];
    let mut sheet = Sheet::new("odd", "Recordings that can be used but are odd.", &columns);
    for SplitCheck { split, audio, .. } in &check.splits {
        let silent = audio.silent.iter().map(|file| (file, "nothing but zeros"));
        for (file, what) in silent.chain(audio.odd.iter().map(|odd| (&odd.file, odd.note.as_str()))) {
            sheet.push([split.to_string(), file.clone(), what.into()]);
        }
    }
    let all = sheet.rows.len();
    shorten(&mut sheet, all);
    sheet
}

fn strays_sheet(check: &CorpusCheck) -> Sheet {
    let mut sheet = Sheet::new("strays", "Recordings on disk that no protocol names.", &[("Path", Kind::Code)]);
    let Some(strays) = &check.strays else { return sheet };
    strays.first.iter().take(LISTED).for_each(|path| sheet.push([Cell::from(path.display().to_string())]));
    shorten(&mut sheet, strays.count);
    sheet
}

/// Keeps a list short and says how long it is.
fn shorten(sheet: &mut Sheet, all: usize) {
    sheet.rows.truncate(LISTED);
    if all > sheet.rows.len() {
        let note = format!("The first {} of {all}; see the JSON and the list beside this page.", sheet.rows.len());
        sheet.notes.push(note);
    }
}
