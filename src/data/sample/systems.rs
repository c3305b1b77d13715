//! The spoofing systems of the sample corpus and where they occur.

use crate::data::Split;

/// A spoofing system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum System {
    /// The speaker's own utterance through mel and Griffin-Lim.
    GriffinLim,
    /// The speaker's own utterance through the linear-prediction vocoder.
    Lpc,
    /// Text to speech by eSpeak NG, with a voice about as high as the speaker's.
    Espeak,
    /// Another speaker's utterance converted toward the claimed speaker.
    Conversion,
    /// eSpeak NG's utterance converted toward the claimed speaker.
    ConvertedEspeak,
    /// The speaker's own utterance through the harmonic plus noise vocoder.
    Harmonic,
}

impl System {
    /// All six.
    pub(super) const ALL: [Self; 6] =
        [Self::GriffinLim, Self::Lpc, Self::Espeak, Self::Conversion, Self::ConvertedEspeak, Self::Harmonic];

    /// The attack's name in the protocols.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::GriffinLim => "A01",
            Self::Lpc => "A02",
            Self::Espeak => "A03",
            Self::Conversion => "A04",
            Self::ConvertedEspeak => "A05",
            Self::Harmonic => "A06",
        }
    }

    /// What it is, for the corpus's notes.
    pub(super) fn description(self) -> &'static str {
        match self {
            Self::GriffinLim => "Griffin-Lim from 80 mel bands, the speaker's own utterance",
            Self::Lpc => "linear-prediction vocoder, the speaker's own utterance",
            Self::Espeak => "eSpeak NG, text to speech",
            Self::Conversion => "another speaker's utterance converted in pitch, formants and spectrum",
            Self::ConvertedEspeak => "eSpeak NG converted in pitch, formants and spectrum",
            Self::Harmonic => "harmonic plus noise vocoder, the speaker's own utterance",
        }
    }

    /// Whether it occurs in a split: the last two are unseen before evaluation.
    pub(super) fn occurs_in(self, split: Split) -> bool {
        split == Split::Eval || !matches!(self, Self::ConvertedEspeak | Self::Harmonic)
    }

    /// Whether it needs an utterance of a human speaker.
    pub(super) fn uses_human_source(self) -> bool {
        !matches!(self, Self::Espeak | Self::ConvertedEspeak)
    }
}
