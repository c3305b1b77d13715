//! What tandem files call their columns and their keys.

use crate::{metrics::TandemKey, protocol::LabelConvention, protocol::standard_name, trial::Label};

/// What a trial is called: one of the three kinds, or bona fide and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Key(TandemKey),
    Bonafide,
}

impl Word {
    /// The kind, where it is told.
    pub(super) fn key(self) -> Option<TandemKey> {
        match self {
            Self::Key(key) => Some(key),
            Self::Bonafide => None,
        }
    }

    /// What a field says; `None` for no such word.
    pub(super) fn of(field: &str) -> Option<Self> {
        Some(match field.to_ascii_lowercase().as_str() {
            "target" | "tar" | "trg" => Self::Key(TandemKey::Target),
            "nontarget" | "non-target" | "non_target" | "nontrg" | "imposter" | "impostor" => {
                Self::Key(TandemKey::Nontarget)
            }
            _ => match LabelConvention::Words.label(field)?? {
                Label::Spoof => Self::Key(TandemKey::Spoof),
                Label::Bonafide => Self::Bonafide,
            },
        })
    }

    /// Whether two words can be of one trial.
    pub(super) fn agrees(self, other: Self) -> bool {
        self == other
            || match (self, other) {
                (Self::Bonafide, Self::Key(key)) | (Self::Key(key), Self::Bonafide) => key != TandemKey::Spoof,
                _ => false,
            }
    }
}

/// What a column with a name holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Cm,
    Asv,
    Sasv,
    /// A score of which the name does not tell more.
    Score,
    /// A key; of several the lowest number counts.
    Key(u8),
    Speaker,
    File,
    Attack,
    /// ASVspoof 5's mark of trials that do not count in track 2.
    Dummy,
}

/// The meaning of a normalised name.
pub(super) fn meaning(name: &str) -> Option<Meaning> {
    Some(match name {
        "cm_score" | "cm_scores" | "score_cm" | "cm" | "cm_llr" => Meaning::Cm,
        "asv_score" | "asv_scores" | "score_asv" | "asv" | "asv_llr" => Meaning::Asv,
        "sasv_score" | "sasv_scores" | "score_sasv" | "sasv" | "sasv_llr" => Meaning::Sasv,
        "score" | "scores" | "llr" => Meaning::Score,
        "asv_label" | "sasv_label" | "asv_key" | "sasv_key" => Meaning::Key(0),
        "trial_type" | "tandem_key" => Meaning::Key(1),
        "key" => Meaning::Key(2),
        "cm_label" | "cm_key" => Meaning::Key(4),
        "track_2_tag" => Meaning::Dummy,
        "tar_spk_anon" | "spk_model" | "speaker_model" | "enroll" | "enroll_id" | "enrolment" => Meaning::Speaker,
        "trial_anon" => Meaning::File,
        "attack_anon" | "source" => Meaning::Attack,
        _ => match standard_name(name)? {
            "label" => Meaning::Key(3),
            "speaker" => Meaning::Speaker,
            "file" => Meaning::File,
            "attack" => Meaning::Attack,
            _ => return None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_by_their_words() {
        assert_eq!(Word::of("Target"), Some(Word::Key(TandemKey::Target)));
        assert_eq!(Word::of("non-target"), Some(Word::Key(TandemKey::Nontarget)));
        assert_eq!(Word::of("bona-fide"), Some(Word::Bonafide));
        assert_eq!(Word::of("fake"), Some(Word::Key(TandemKey::Spoof)));
        for none in ["-", "", "0.5", "A07", "1"] {
            assert_eq!(Word::of(none), None, "{none}");
        }
    }

    #[test]
    fn bona_fide_contradicts_only_spoof() {
        let target = Word::Key(TandemKey::Target);
        assert!(Word::Bonafide.agrees(target) && target.agrees(Word::Bonafide) && target.agrees(target));
        assert!(!Word::Bonafide.agrees(Word::Key(TandemKey::Spoof)) && !target.agrees(Word::Key(TandemKey::Nontarget)));
    }
}
