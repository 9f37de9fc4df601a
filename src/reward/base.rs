//! A policy inside another one's settings.

use super::{Genesis, REWARDS, RewardPolicy};
use crate::registry::{Choice, Chosen, find};
use serde::de::{self, Deserializer};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

/// What another policy pays, as a number of coins for every block or as a policy.
pub struct Base(Chosen<dyn RewardPolicy>);

impl Base {
    /// So many coins for every block.
    pub fn constant(amount: u64) -> Self {
        let mut choice = Choice::plain("constant");
        choice.settings.insert("amount".to_owned(), toml::Value::Integer(amount as i64));
        Base(find("reward", REWARDS, &choice).expect("a constant reward"))
    }

    /// At least as many coins as a trial of so many rounds makes that makes `own` besides, which raises the
    /// supply.
    pub fn most_with(&self, own: u128, genesis: Genesis, rounds: u64) -> u128 {
        let supply = u64::try_from(own.saturating_add(u128::from(genesis.supply))).unwrap_or(u64::MAX);
        own.saturating_add(self.policy().most(Genesis { supply, ..genesis }, rounds))
    }

    /// The policy.
    pub fn policy(&self) -> &dyn RewardPolicy {
        &*self.0.thing
    }
}

impl Serialize for Base {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.policy().constant() {
            Some(amount) if self.0.name == "constant" => serializer.serialize_u64(amount),
            _ => self.0.resolved().serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Base {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(deserializer)? {
            toml::Value::Integer(amount) => match u64::try_from(amount) {
                Ok(amount) => Ok(Base::constant(amount)),
                Err(_) => Err(de::Error::custom(format!(
                    "{:?} is negative; give a number of coins from 0 on, or a policy",
                    amount.to_string()
                ))),
            },
            other => {
                let choice: Choice =
                    other.try_into().map_err(|error: toml::de::Error| de::Error::custom(error.message()))?;
                find("reward", REWARDS, &choice).map(Base).map_err(de::Error::custom)
            }
        }
    }
}
