//! The JSON schema of the scenario format, made from the types that read it.

use super::{ScenarioFile, Seed, Window};
use crate::behaviour::BEHAVIOURS;
use crate::forging::Compound;
use crate::law::Ratio;
use crate::registry::{Choice, Entry};
use crate::reward::REWARDS;
use crate::selection::{COMMITTEES, RULES};
use crate::stake::STAKES;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};
use std::borrow::Cow;

/// The schema of a scenario file: sections, keys, types, and the names of every family of this
/// layer, so that an editor completes and checks them.
pub fn schema() -> Schema {
    let mut schema = schemars::schema_for!(ScenarioFile);
    let families = [
        ("/$defs/SelectionSection/properties/rule", names(RULES)),
        ("/$defs/AttestationSection/properties/committee", names(COMMITTEES)),
        ("/$defs/RewardSection/properties/policy", names(REWARDS)),
        ("/$defs/BehaviourSection/properties/act", names(BEHAVIOURS)),
        ("/$defs/PopulationSection/properties/stake", names(STAKES)),
    ];
    for (pointer, names) in families {
        let Some(property) = schema.pointer_mut(pointer).and_then(Value::as_object_mut) else { continue };
        for key in ["$ref", "anyOf"] {
            property.remove(key);
        }
        property.insert("anyOf".to_owned(), choice_of(&names));
        if pointer.ends_with("committee") {
            // A plain number is a committee of so many, drawn by stake.
            property["anyOf"].as_array_mut().into_iter().for_each(|forms| {
                forms.push(json!({ "type": "integer", "minimum": 1 }));
            });
        }
    }
    schema
}

/// The names of a family with their summaries.
fn names<T: ?Sized>(entries: &[Entry<T>]) -> Vec<(&'static str, &'static str)> {
    entries.iter().map(|entry| (entry.name, entry.summary)).collect()
}

/// A name, or a table with the name as `kind` and settings beside it.
fn choice_of(names: &[(&str, &str)]) -> Value {
    let kinds: Vec<Value> =
        names.iter().map(|(name, summary)| json!({ "const": name, "description": summary })).collect();
    json!([
        { "oneOf": kinds },
        { "type": "object", "required": ["kind"], "properties": { "kind": { "oneOf": kinds } } }
    ])
}

impl JsonSchema for Choice {
    fn schema_name() -> Cow<'static, str> {
        "Choice".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "string" },
                { "type": "object", "required": ["kind"], "properties": { "kind": { "type": "string" } } }
            ]
        })
    }
}

impl JsonSchema for Ratio {
    fn schema_name() -> Cow<'static, str> {
        "Ratio".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "a fraction: 0.75, \"3/4\" or \"75 %\"",
            "anyOf": [{ "type": "number", "minimum": 0 }, { "type": "string" }]
        })
    }
}

impl JsonSchema for Compound {
    fn schema_name() -> Cow<'static, str> {
        "Compound".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "True for all, false for nothing, or a share between 0 and 1.",
            "anyOf": [
                { "type": "boolean" },
                { "type": "number", "minimum": 0, "maximum": 1 },
                { "type": "string" }
            ]
        })
    }
}

impl JsonSchema for Seed {
    fn schema_name() -> Cow<'static, str> {
        "Seed".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": "^[0-9]+$" }] })
    }
}

impl JsonSchema for Window {
    fn schema_name() -> Cow<'static, str> {
        "Window".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "integer", "minimum": 0, "maximum": 100_000 }, { "const": "off" }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_and_every_rule_stands_in_the_schema() {
        let schema = schema().to_value();
        let sections = schema["properties"].as_object().unwrap();
        for section in ["run", "population", "selection", "attestation", "reward", "analysis", "report"] {
            assert!(sections.contains_key(section), "{section}");
        }
        let rule = schema.pointer("/$defs/SelectionSection/properties/rule/anyOf/0/oneOf").unwrap();
        assert_eq!(rule.as_array().unwrap().len(), RULES.len());
        assert_eq!(schema["additionalProperties"], Value::Bool(false));
    }
}
