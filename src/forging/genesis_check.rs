//! Whether a chain can have begun as a genesis record says.

use super::genesis::GenesisRecord;
use super::keyring::Directory;
use super::protocol::Protocol;
use super::restake::Restake;
use crate::crypto::PublicKey;
use crate::law::Ratio;
use crate::ledger::{AccountId, State};
use crate::registry::{Choice, Chosen, Refusal, find};
use crate::reward::REWARDS;
use crate::selection::{COMMITTEES, Committee, RULES, Rule};
use crate::stake::MAX_TOTAL;
use std::collections::BTreeSet;

/// The longest name of an account, in bytes.
pub const LONGEST_NAME: usize = 200;

/// What a possible genesis record describes.
pub(super) struct Beginning {
    pub protocol: Protocol,
    /// `None` if this program has no rule of that name, so that nobody can draw again.
    pub rule: Option<Chosen<dyn Rule>>,
    pub committee: Chosen<dyn Committee>,
    pub directory: Directory,
    pub state: State,
    /// All coins at genesis.
    pub supply: u128,
}

impl GenesisRecord {
    /// What the record describes.
    ///
    /// # Errors
    /// What in it no run of this program can have begun with.
    pub(super) fn revive(&self) -> Result<Beginning, String> {
        let record = &self.protocol;
        for (what, ratio) in [("quorum", record.quorum), ("burn", record.burn), ("slash", record.slash)] {
            if ratio.exceeds_one() {
                return Err(format!("`{what}` is {ratio}, which exceeds one"));
            }
        }
        if record.quorum.is_zero() {
            return Err("`quorum` is 0, so that nobody need approve".to_owned());
        }
        if record.minimum_stake == 0 {
            return Err("`minimum_stake` is 0, but who stakes nothing has no token to be drawn".to_owned());
        }
        let rule = match find("rule", RULES, &record.rule) {
            Ok(rule) => Some(rule),
            Err(Refusal::Unknown { .. }) => None,
            Err(refusal) => return Err(refusal.to_string()),
        };
        let committee = find("committee", COMMITTEES, &record.committee).map_err(text)?;
        let reward = find("reward", REWARDS, &record.reward).map_err(text)?;
        if let Some(rule) = &rule {
            spelled_out("rule", &record.rule, &rule.resolved())?;
        }
        spelled_out("committee", &record.committee, &committee.resolved())?;
        spelled_out("reward", &record.reward, &reward.resolved())?;

        let validators = usize::try_from(self.validators).unwrap_or(usize::MAX);
        if validators > self.accounts.len() {
            let accounts = self.accounts.len();
            return Err(format!("{validators} accounts validate, but there are {accounts}"));
        }
        if validators < 2 {
            return Err(format!("{validators} accounts validate, but a round needs two validators at least"));
        }
        committee.thing.accept(validators).map_err(text)?;
        self.check_holdings(validators)?;
        let supply = self.accounts.iter().map(|a| u128::from(a.balance) + u128::from(a.stake)).sum();
        if supply > u128::from(MAX_TOTAL) {
            return Err(format!("there are {supply} coins, but at most {MAX_TOTAL} can be counted"));
        }
        let restake = Restake {
            share: record.compound.0,
            unit: record.restake_unit,
            delay: record.restake_delay,
            unbonding: record.unbonding_delay,
        };
        if restake.unit == 0 {
            return Err("`restake_unit` is 0, but tokens are made in multiples of it".to_owned());
        }
        record.pools.check(validators, self.accounts.len())?;
        let has_account = |account: u32| (validators..self.accounts.len()).contains(&(account as usize));
        if record.treasury.is_some_and(|account| !has_account(account)) {
            return Err("the treasury has no account of its own".to_owned());
        }
        let protocol = Protocol {
            minimum_stake: record.minimum_stake,
            quorum: record.quorum,
            weight: record.weight,
            reward,
            restake,
            pools: record.pools.clone(),
            treasury: record.treasury.map(AccountId),
            burn: record.burn,
            slash: record.slash,
            loss: Ratio::ZERO,
        };
        let balances = self.accounts.iter().map(|account| account.balance).collect();
        let stakes = self.accounts[..validators].iter().map(|account| account.stake).collect();
        let state = State::new(balances, stakes);
        Ok(Beginning { protocol, rule, committee, directory: self.directory()?, state, supply })
    }

    /// Validators hold tokens only, enough of them, and nobody else holds any.
    fn check_holdings(&self, validators: usize) -> Result<(), String> {
        let minimum = self.protocol.minimum_stake;
        for (index, account) in self.accounts.iter().enumerate() {
            let name = &account.name;
            if index >= validators && account.stake > 0 {
                return Err(format!("{name} holds stake, but does not validate"));
            }
            if index < validators && account.stake < minimum {
                let stake = account.stake;
                return Err(format!("{name} validates with {stake} tokens, fewer than {minimum}"));
            }
            if index < validators && account.balance > 0 {
                return Err(format!("{name} validates, but did not stake all its coins"));
            }
        }
        Ok(())
    }

    /// The accounts' keys. Names and keys are all different.
    fn directory(&self) -> Result<Directory, String> {
        let mut names = BTreeSet::new();
        let mut keys = Vec::with_capacity(self.accounts.len());
        let mut seen = BTreeSet::new();
        for account in &self.accounts {
            let name = &account.name;
            let improper =
                name.trim().is_empty() || name.chars().any(char::is_control) || name.len() > LONGEST_NAME;
            if improper {
                return Err(format!(
                    "an account has the name {:?}",
                    name.chars().take(60).collect::<String>()
                ));
            }
            if !names.insert(name) {
                return Err(format!("two accounts have the name {name}"));
            }
            // A byte has one spelling, so that no letter can change unnoticed.
            let spelled = !account.public_key.bytes().any(|byte| byte.is_ascii_uppercase());
            let bytes = hex::decode(&account.public_key).ok().filter(|_| spelled);
            let key = bytes.and_then(|bytes| PublicKey::from_bytes(&bytes.try_into().ok()?));
            let key = key.ok_or_else(|| format!("the key of {name} is not a key"))?;
            if !seen.insert(*key.as_bytes()) {
                return Err(format!("{name} has the key of another account"));
            }
            keys.push(key);
        }
        Ok(Directory::new(keys))
    }
}

fn text(refusal: Refusal) -> String {
    refusal.to_string()
}

/// A record says every setting, each in one spelling.
fn spelled_out(what: &str, written: &Choice, resolved: &Choice) -> Result<(), String> {
    if written == resolved {
        return Ok(());
    }
    Err(format!(
        "the settings of the {what} `{}` are not spelled out as this program writes them",
        written.kind
    ))
}
