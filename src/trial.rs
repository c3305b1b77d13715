//! The nouns everybody shares: a trial, its label, and what is known of the recording, as in the ASVspoof protocols.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Whether the test utterance is human or made: class 0 is bona fide, class 1 is spoof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// Human speech, class 0.
    Bonafide,
    /// Synthesised, converted or replayed speech, class 1.
    Spoof,
}

impl Label {
    /// The class index: 0 for bona fide, 1 for spoof.
    pub const fn class(self) -> usize {
        match self {
            Self::Bonafide => 0,
            Self::Spoof => 1,
        }
    }

    /// The label of a class index; `None` for anything but 0 and 1.
    pub const fn from_class(class: usize) -> Option<Self> {
        match class {
            0 => Some(Self::Bonafide),
            1 => Some(Self::Spoof),
            _ => None,
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bonafide => "bonafide",
            Self::Spoof => "spoof",
        })
    }
}

/// A name that many trials share: cloning it copies no text.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as it stands in the protocol.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<T: Into<String>> From<T> for $name {
            fn from(name: T) -> Self {
                Self(name.into().into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::from)
            }
        }
    };
}

name!(
    /// The claimed speaker of a trial; what pairs a trial with its references.
    Speaker
);
name!(
    /// The speaker's gender: `F`, `M` or `-`.
    Gender
);
name!(
    /// The spoofing system, as `A17`; `bonafide` or `-` for human speech.
    Attack
);
name!(
    /// The codec a recording went through, as `C05`; `-` for none.
    Codec
);

/// A test utterance with a claimed speaker: one row of a protocol.
///
/// ```
/// use rat::{Label, Trial};
/// let trial = Trial::new("T_0001", "T_0000000001", Some(Label::Bonafide));
/// assert_eq!(trial.label.map(Label::class), Some(0));
/// assert_eq!(trial.attack.as_str(), "-");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// The claimed speaker.
    pub speaker: Speaker,
    /// The test utterance's name in the protocol: without folder and ending in ASVspoof, a path in others.
    pub file: String,
    /// `F`, `M` or `-`.
    pub gender: Gender,
    /// The codec, `-` for none.
    pub codec: Codec,
    /// The spoofing system, `-` or `bonafide` for human speech.
    pub attack: Attack,
    /// `None` where the protocol does not tell.
    pub label: Option<Label>,
}

impl Trial {
    /// A trial of which nothing but speaker, file and label is known.
    pub fn new(speaker: impl Into<Speaker>, file: impl Into<String>, label: Option<Label>) -> Self {
        Self {
            speaker: speaker.into(),
            file: file.into(),
            gender: "-".into(),
            codec: "-".into(),
            attack: "-".into(),
            label,
        }
    }

    /// Whether the trial is labelled bona fide, hence may serve as a reference.
    pub fn is_bonafide(&self) -> bool {
        self.label == Some(Label::Bonafide)
    }
}
