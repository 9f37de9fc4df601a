//! A rule as titles and reports name it.

use crate::registry::{Choice, find};
use crate::selection::RULES;

/// The rule's name, with those of its settings in brackets that are not its defaults: what `compare` calls rules
/// that differ in their settings, as far as they differ from the plain rule.
pub fn rule_label(rule: &Choice) -> String {
    let defaults = find("rule", RULES, &Choice::plain(&rule.kind)).map(|chosen| chosen.settings);
    let defaults = defaults.unwrap_or_default();
    let settings = rule.settings.iter().filter(|(key, value)| defaults.get(*key) != Some(value));
    let settings: Vec<String> = settings
        .map(|(key, value)| match value {
            toml::Value::String(text) => format!("{key}={text}"),
            other => format!("{key}={other}"),
        })
        .collect();
    if settings.is_empty() { rule.kind.clone() } else { format!("{}({})", rule.kind, settings.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_are_not_defaults_are_named() {
        let label = |text: &str| {
            let table: toml::Table = toml::from_str(&format!("rule = {text}")).unwrap();
            rule_label(&table["rule"].clone().try_into().unwrap())
        };
        assert_eq!(label("'raffle'"), "raffle");
        assert_eq!(label("{ kind = 'power-weighted', exponent = '9/10' }"), "power-weighted(exponent=9/10)");
        // With every default spelled out it is the plain rule.
        let plain = find("rule", RULES, &Choice::plain("power-weighted"))
            .unwrap_or_else(|refusal| panic!("{refusal}"));
        assert_eq!(rule_label(&plain.resolved()), "power-weighted");
        // One that nobody knows keeps its name.
        assert_eq!(label("'nobody'"), "nobody");
    }
}
