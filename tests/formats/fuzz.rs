//! 10,000 damaged files of every form (more where PROPTEST_CASES says so): never a panic, and an error names a line or the
//! file. Parquet is left out: see the limit that `tables/formats/parquet.rs` names.

use proptest::{collection::vec, prelude::*};
use rat::{
    Error,
    protocol::Protocol,
    tables::{
        Audit,
        formats::{ScoreFileOptions, ScoreFormat, read_scores, read_scores_lenient},
    },
};

use super::samples::{samples, written};

/// One way to damage a file.
#[derive(Clone, Debug)]
enum Damage {
    Flip(usize, u8),
    Set(usize, u8),
    Delete(usize, usize),
    Duplicate(usize, usize),
    Truncate(usize),
    Insert(usize, &'static [u8]),
    Lengthen(usize),
    Empty,
}

const PIECES: [&[u8]; 14] = [
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"1e999999999",
    b"-99999999999999999999999999999999",
    b"nan",
    b"\"",
    b"\r",
    b"\n",
    b",",
    b"\t",
    b"Output,",
    b"PAR1",
    "\u{1f600}\u{2028}".as_bytes(),
];

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<usize>;
    prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        3 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        3 => (at(), 1..40usize).prop_map(|(at, length)| Damage::Delete(at, length)),
        3 => (at(), 1..200usize).prop_map(|(at, length)| Damage::Duplicate(at, length)),
        2 => at().prop_map(Damage::Truncate),
        6 => (at(), 0..PIECES.len()).prop_map(|(at, piece)| Damage::Insert(at, PIECES[piece])),
        1 => at().prop_map(Damage::Lengthen),
        1 => Just(Damage::Empty),
    ]
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let place = |at: &usize| at % bytes.len().max(1);
        let range = |at: &usize, length: &usize| place(at)..(place(at) + length).min(bytes.len());
        match self {
            Self::Flip(at, bits) if !bytes.is_empty() => {
                let at = place(at);
                bytes[at] ^= bits;
            }
            Self::Set(at, byte) if !bytes.is_empty() => {
                let at = place(at);
                bytes[at] = *byte;
            }
            Self::Delete(at, length) => drop(bytes.drain(range(at, length))),
            Self::Duplicate(at, length) => {
                let (at, piece) = (place(at), bytes[range(at, length)].to_vec());
                bytes.splice(at..at, piece);
            }
            Self::Truncate(at) => bytes.truncate(place(at)),
            Self::Insert(at, piece) => {
                let at = place(at);
                bytes.splice(at..at, piece.iter().copied());
            }
            Self::Lengthen(at) => {
                let at = place(at);
                bytes.splice(at..at, std::iter::repeat_n(b'7', 20_000));
            }
            Self::Empty => bytes.clear(),
            Self::Flip(..) | Self::Set(..) => {}
        }
    }
}

fn options() -> impl Strategy<Value = ScoreFileOptions> {
    let format =
        prop_oneof![3 => Just(None), 1 => (0..ScoreFormat::ALL.len()).prop_map(|at| Some(ScoreFormat::ALL[at]))];
    let column = || prop_oneof![4 => Just(None), 1 => prop_oneof!["[a-z]{1,5}", "[0-9]"].prop_map(Some)];
    (format, column(), column(), column()).prop_map(|(format, file_column, score_column, label_column)| {
        ScoreFileOptions { format, file_column, score_column, label_column, ..Default::default() }
    })
}

/// An error that says where.
fn located(error: &Error, path: &std::path::Path) -> bool {
    let text = error.to_string();
    !error.remedy().is_empty() && (text.contains("line ") || text.contains(&*path.to_string_lossy()))
}

fn check(content: &[u8], options: &ScoreFileOptions) -> Result<(), TestCaseError> {
    let file = written(content);
    let strict = read_scores(file.path(), options);
    let lenient = read_scores_lenient(file.path(), options);
    let protocol = Protocol::read(file.path());
    if let Err(error) = &strict {
        prop_assert!(located(error, file.path()), "{error}");
    }
    if let Err(error) = &protocol {
        prop_assert!(located(error, file.path()), "{error}");
    }
    if let Ok(protocol) = &protocol {
        prop_assert_eq!(protocol.trials().len(), protocol.len());
    }
    match (strict, lenient) {
        (Ok(strict), Ok(lenient)) => {
            prop_assert!(strict.scores.iter().all(|score| score.is_finite()));
            prop_assert_eq!(strict.lines.len(), strict.files.len());
            prop_assert_eq!(&strict.files, &lenient.scores.files);
            prop_assert_eq!(lenient.problem_count, 0);
        }
        (Ok(_), Err(error)) => prop_assert!(false, "strict reads what lenient refuses: {error}"),
        (Err(_), Ok(lenient)) => {
            let audit = Audit::of(&lenient.scores, protocol.as_ref().ok());
            prop_assert!(audit.trials == lenient.scores.len());
        }
        (Err(_), Err(_)) => {}
    }
    Ok(())
}

#[test]
fn damaged_files_are_errors_never_panics() {
    let texts = samples().into_iter().filter(|sample| sample.format != ScoreFormat::Parquet);
    let mut contents: Vec<Vec<u8>> = texts.map(|sample| sample.content).collect();
    contents.push(b"E_1 E_01 F C04 2 E_0007161785 AC2 A18 spoof -\nE_1 E_02 F - 0 - - bonafide bonafide -\n".to_vec());
    contents.push(b"LA_1 E_01 - A18 spoof\nLA_1 E_02 - - bonafide\n".to_vec());
    let strategy = (0..contents.len(), vec(damage(), 1..4), options());
    // Failures are printed whole; no file of seeds is kept beside the sources.
    let default = ProptestConfig::default();
    let config = ProptestConfig { cases: default.cases.max(10_000), failure_persistence: None, ..default };
    proptest!(config, |((sample, damages, options) in strategy)| {
        let mut content = contents[sample].clone();
        damages.iter().for_each(|damage| damage.apply(&mut content));
        check(&content, &options)?;
    });
}
