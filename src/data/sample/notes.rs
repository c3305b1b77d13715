//! What lies beside the sample corpus: where each speaker comes from, under which licence, what the attacks are.

use std::{fmt::Write, fs, path::Path};

use super::{manifest, manifest::Voice, systems::System};
use crate::{
    data::Split,
    error::{Error, Result},
    output::OutputFile,
};

const INTRODUCTION: &str = "# The sample corpus

Human words from the Debian packages named in SOURCES.tsv (GPL-2+, see LICENSES), joined to utterances of 1.4 to 3.2 s;
spoofs made on this machine. One speaker a language and package is assumed, or two where the pitch shows two.

| attack | what | where |
|---|---|---|
";

const EXPECT: &str = "
How hard it is: in an earlier trial with a corpus of this kind, simple LFCC classifiers reached about 22 % EER on dev
and 40 % on unseen speakers and attacks. It is for trying the whole way through, not for results. What is known to
tell the classes apart still: eSpeak NG's voices are voiced for longer and steadier in pitch than the human ones.
";

/// Writes `SOURCES.tsv`, `README.md` and the packages' licences.
pub(super) fn write(folder: &Path, unpacked: &Path, speakers: &[(String, Voice)]) -> Result<()> {
    let mut sources = String::from("speaker\tvoice\tpackage\tlanguage\tgender\tpartition\n");
    for (speaker, voice) in speakers {
        let Voice { name, package, language, split, .. } = voice;
        writeln!(sources, "{speaker}\t{name}\t{package}\t{language}\t-\t{split}").expect("a string takes all text");
    }
    OutputFile::write_all_to(folder.join("SOURCES.tsv"), sources)?;
    OutputFile::write_all_to(folder.join("README.md"), readme())?;
    for package in manifest::packages() {
        let from = unpacked.join("usr/share/doc").join(package).join("copyright");
        let text = fs::read(&from).map_err(|source| Error::io("reading the licence", &from, source))?;
        OutputFile::write_all_to(folder.join("LICENSES").join(format!("{package}.copyright")), text)?;
    }
    Ok(())
}

fn readme() -> String {
    let mut text = String::from(INTRODUCTION);
    for system in System::ALL {
        let splits: Vec<String> =
            Split::ALL.into_iter().filter(|&split| system.occurs_in(split)).map(|split| split.to_string()).collect();
        writeln!(text, "| {} | {} | {} |", system.code(), system.description(), splits.join(", "))
            .expect("a string takes all text");
    }
    text + EXPECT
}
