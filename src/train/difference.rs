//! In which settings a run differs from what is asked of it, each with both values and its flag.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use super::run::RunConfig;

/// A sentence for each setting that differs, none where it is the same run; the data may have moved to another place.
pub(super) fn differences(earlier: &RunConfig, later: &RunConfig) -> Vec<String> {
    let (was, now) = (flat(earlier), flat(later));
    let differs = |key: &str| was.get(key) != now.get(key);
    let keys: BTreeSet<&String> = was.keys().chain(now.keys()).collect();
    keys.into_iter()
        .filter(|key| differs(key))
        // Another encoder has other shapes.
        .filter(|key| !key.starts_with("encoder.") || *key == "encoder.name" || !differs("encoder.name"))
        .filter(|key| *key != "recipe.trace_trials" || earlier.recipe.trace_trials.is_some())
        .map(|key| {
            let value = |of: &BTreeMap<String, String>| of.get(key).cloned().unwrap_or_else(|| "not set".into());
            format!("{key} is {} in the run, {} is asked for ({})", value(&was), value(&now), flag(key))
        })
        .collect()
}

/// All settings by their paths, as `recipe.train.epochs`.
fn flat(config: &RunConfig) -> BTreeMap<String, String> {
    // One checkpoint has many spellings.
    let weights = std::fs::canonicalize(&config.weights).map(|path| path.display().to_string());
    let weights = weights.unwrap_or_else(|_| config.weights.clone());
    let same_root = RunConfig { root: PathBuf::new(), weights, ..config.clone() };
    let mut settings = BTreeMap::new();
    flatten("", serde_json::to_value(same_root).expect("plain data serialises"), &mut settings);
    settings
}

fn flatten(prefix: &str, value: serde_json::Value, settings: &mut BTreeMap<String, String>) {
    match value {
        serde_json::Value::Object(object) => {
            for (key, value) in object {
                let key = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
                flatten(&key, value, settings);
            }
        }
        other => drop(settings.insert(prefix.to_owned(), other.to_string())),
    }
}

/// The flag that sets it, or what does where it has none.
fn flag(key: &str) -> String {
    let named = match key {
        "protocol_sha256" | "trials" => "the training trials of --root, and --present-only",
        "augment_sources_sha256" => "the recordings of --augment-sources",
        "weights" => "--weights, or --from in stage 2",
        "recipe.replicas" => "the number of devices of --device",
        "recipe.augment.enabled" => "--augment",
        "recipe.augment.sources" => "--augment-sources",
        "recipe.augment.rawboost_algorithm" => "--rawboost-algorithm",
        "recipe.train.learning_rate" | "recipe.finetune.learning_rate" => "--lr",
        _ if key.starts_with("recipe.augment.") => "--augment-step",
        _ if key.starts_with("encoder.") => "--encoder, or --from in stage 2",
        _ => return format!("--{}", key.rsplit('.').next().unwrap_or(key).replace('_', "-")),
    };
    named.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Conditioning, protocol::LabelConvention, ssl::EncoderConfig, train::Recipe};

    fn config() -> RunConfig {
        RunConfig {
            classifier: Conditioning::Reference,
            weights: String::new(),
            data: "asvspoof5".into(),
            root: "/data".into(),
            protocol_sha256: "ab".into(),
            trials: 8,
            augment_sources_sha256: String::new(),
            labels: LabelConvention::default(),
            allow_self_reference: false,
            encoder: EncoderConfig::tiny(),
            recipe: Recipe::default(),
        }
    }

    #[test]
    fn every_difference_has_both_values_and_its_flag() {
        let mut other = RunConfig { root: "/moved".into(), ..config() };
        assert_eq!(differences(&config(), &other), [""; 0]);
        other.recipe.augment.trim = 0.0;
        other.recipe.train.clip_norm = Some(1.0);
        other.recipe.select_on = crate::data::Split::Eval;
        let expected = [
            "recipe.augment.trim is 0.5 in the run, 0.0 is asked for (--augment-step)",
            "recipe.select_on is \"dev\" in the run, \"eval\" is asked for (--select-on)",
            "recipe.train.clip_norm is not set in the run, 1.0 is asked for (--clip-norm)",
        ];
        assert_eq!(differences(&config(), &other), expected);
    }

    #[test]
    fn another_encoder_is_one_difference() {
        let other = RunConfig { encoder: EncoderConfig::named("XLSR_300M").expect("known"), ..config() };
        let found = differences(&config(), &other);
        assert!(found.len() == 1 && found[0].starts_with("encoder.name is \"tiny\""), "{found:?}");
    }

    #[test]
    fn a_run_that_does_not_tell_its_traced_trials_binds_nobody() {
        let mut older = config();
        older.recipe.trace_trials = None;
        assert_eq!(differences(&older, &config()), [""; 0]);
        assert_eq!(differences(&config(), &older).len(), 1);
    }
}
