//! What data sets call their columns, and the names that stand for the same thing here.

/// A column's name as it is compared: lower case, without quotes and spaces around it, `_` for spaces and hyphens.
pub(crate) fn normalised(name: &str) -> String {
    let bare = name.trim().trim_matches('"').trim_start_matches('#').trim();
    bare.chars().map(|c| if matches!(c, ' ' | '-') { '_' } else { c.to_ascii_lowercase() }).collect()
}

/// `file`, `speaker`, `gender`, `codec`, `attack` or `label`, for a [`normalised`] name that means it.
pub(crate) fn standard_name(normalised: &str) -> Option<&'static str> {
    Some(match normalised {
        "file" | "filename" | "file_name" | "path" | "filepath" | "file_path" | "utt" | "utt_id" | "uttid"
        | "utterance" | "utterance_id" | "id" | "id_audio" | "trial" | "trial_id" | "audio" | "audio_file"
        | "audio_path" | "audio_file_name" | "wav" | "wav_file" | "flac" => "file",
        "speaker" | "speaker_id" | "speakerid" | "speaker_id1" | "spk" | "spk_id" | "spkid" => "speaker",
        "gender" | "sex" => "gender",
        "codec" => "codec",
        "attack" | "attack_label" | "attack_id" | "attack_type" | "system_id" | "tool" => "attack",
        "label" | "labels" | "key" | "cm_label" | "class" => "label",
        _ => return None,
    })
}
