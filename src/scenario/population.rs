//! From the `[population]` section to accounts in order, validators first.

use super::diagnostic::below;
use super::format::{PopulationSection, ScenarioFile, TransactionsSection};
use super::load::Checker;
use super::problem::{Place, Problem, shortened};
use crate::forging::LONGEST_NAME;
use crate::random::{Purpose, Stream};
use crate::registry::find;
use crate::stake::{MAX_TOTAL, Order, STAKES, StakeError};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;

/// The accounts of a scenario, validators first.
pub struct Population {
    /// All names.
    pub names: Vec<String>,
    /// Balances after validators exchanged theirs for tokens.
    pub balances: Vec<u64>,
    /// The validators' tokens.
    pub stakes: Vec<u64>,
    /// What there is to say about them.
    pub notes: Vec<String>,
    /// How many accounts, the last ones, neither validate nor trade.
    pub receivers: usize,
}

impl Population {
    /// Adds an account that only receives; returns its number.
    pub fn receive(&mut self, name: &str) -> usize {
        self.names.push(name.to_owned());
        self.balances.push(0);
        self.receivers += 1;
        self.names.len() - 1
    }

    /// Whether an account only receives.
    pub fn is_receiver(&self, account: usize) -> bool {
        account >= self.names.len() - self.receivers
    }
}

struct Account {
    name: String,
    coins: u64,
    validates: bool,
}

/// Makes the accounts. Resolves the stake distribution's settings in `file`.
pub fn populate(checker: &Checker, file: &mut ScenarioFile, folder: &Path) -> Result<Population, Problem> {
    let seed = file.run.seed.0;
    let section = &mut file.population;
    if section.minimum_stake == 0 {
        return Err(checker.problem(
            "population.minimum_stake",
            "is 0, but who stakes nothing has no token to be drawn",
            "let it be 1 or more",
        ));
    }
    let source = if section.accounts.is_some() { "population.accounts" } else { "population.stake" };
    let notes = RefCell::default();
    let accounts = match (&section.accounts, &section.stake) {
        (Some(_), Some(_)) => {
            return Err(checker.problem(
                "population",
                "gives both `accounts` and `stake`",
                "name the accounts one by one, or give a distribution, but not both",
            ));
        }
        (None, None) => {
            return Err(checker.problem(
                "population",
                "says nothing about who is there",
                "add `accounts = [ { name = \"ada\", balance = 100 }, ... ]`, or `count`, `total_stake` and `stake`",
            ));
        }
        (Some(_), None) => explicit(checker, section)?,
        (None, Some(_)) => distributed(checker, section, seed, folder, &notes)?,
    };
    if accounts.is_empty() {
        return Err(checker.problem(source, "names nobody", "a round needs two validators at least"));
    }
    check_names(checker, source, &accounts)?;
    let population = sort(checker, section.minimum_stake, accounts, &file.transactions)?;
    Ok(Population { notes: notes.into_inner(), ..population })
}

fn explicit(checker: &Checker, section: &PopulationSection) -> Result<Vec<Account>, Problem> {
    for (key, given) in [("count", section.count), ("total_stake", section.total_stake)] {
        if given.is_some() {
            return Err(checker.problem(
                &format!("population.{key}"),
                "has no meaning where the accounts are named one by one",
                "remove it, or give a `stake` distribution in place of `accounts`",
            ));
        }
    }
    let accounts = section.accounts.as_deref().unwrap_or_default();
    Ok(accounts
        .iter()
        .map(|account| Account {
            name: account.name.clone(),
            coins: account.balance,
            validates: account.validates,
        })
        .collect())
}

fn distributed(
    checker: &Checker,
    section: &mut PopulationSection,
    seed: u64,
    folder: &Path,
    notes: &RefCell<Vec<String>>,
) -> Result<Vec<Account>, Problem> {
    let Some(choice) = &section.stake else { return Ok(Vec::new()) };
    let chosen = find("stake distribution", STAKES, choice)
        .map_err(|refusal| checker.refusal("population.stake", &refusal))?;
    let order = Order { count: section.count, total: section.total_stake, folder, notes };
    let mut stream = Stream::of_seed(seed, Purpose::Stakes);
    let holdings = chosen.thing.holdings(&order, &mut stream).map_err(|error| match error {
        StakeError::Setting { key, problem } => {
            let above = if ["count", "total_stake", "stake"].contains(&key) {
                "population"
            } else {
                "population.stake"
            };
            checker.problem(&below(above, key), &problem, "")
        }
        StakeError::Unreadable { path, source } => checker.problem(
            "population.stake.path",
            &format!("names the table {}, which cannot be read: {source}", path.display()),
            "a relative path starts from the folder of the scenario, or from the current one if it is given with --set",
        ),
        StakeError::Row { path, line, problem } => {
            Problem { place: Place::Row { path, line }, key: String::new(), what: problem, help: None }
        }
    })?;
    section.stake = Some(chosen.resolved());
    let width = holdings.len().to_string().len();
    Ok(holdings
        .into_iter()
        .enumerate()
        .map(|(index, holding)| Account {
            name: holding.name.unwrap_or_else(|| format!("validator-{:0width$}", index + 1)),
            coins: holding.coins,
            validates: true,
        })
        .collect())
}

fn check_names(checker: &Checker, source: &str, accounts: &[Account]) -> Result<(), Problem> {
    let mut seen: HashMap<&str, usize> = HashMap::with_capacity(accounts.len());
    for (index, account) in accounts.iter().enumerate() {
        let name = &account.name;
        let refuse = |why: &str, help: &str| {
            let (key, what) = match source {
                "population.accounts" => (format!("{source}[{index}].name"), "is".to_owned()),
                _ => (source.to_owned(), format!("gives account {} the name", index + 1)),
            };
            Err(checker.problem(&key, &format!("{what} {:?}{why}", shortened(name)), help))
        };
        if name.trim().is_empty() || name.chars().any(char::is_control) || name.len() > LONGEST_NAME {
            let help = format!("a name has between 1 and {LONGEST_NAME} bytes, and no control characters");
            return refuse("", &help);
        }
        if let Some(first) = seen.insert(name, index) {
            return refuse(
                &format!(", the name that account {} has already", first + 1),
                "give every account a name of its own",
            );
        }
    }
    Ok(())
}

/// Puts validators first and adds those who only trade.
fn sort(
    checker: &Checker,
    minimum: u64,
    accounts: Vec<Account>,
    transactions: &TransactionsSection,
) -> Result<Population, Problem> {
    if !accounts.iter().any(|account| account.validates) {
        return Err(checker.problem(
            "population.accounts",
            "has nobody who wishes to validate",
            "remove `validates = false` from two accounts at least",
        ));
    }
    let richest = accounts.iter().map(|account| account.coins).max().unwrap_or(0);
    let (validators, others): (Vec<Account>, Vec<Account>) =
        accounts.into_iter().partition(|account| account.validates && account.coins >= minimum);
    if validators.is_empty() {
        return Err(checker.problem(
            "population.minimum_stake",
            &format!(
                "is {minimum}, which nobody who wishes to validate has; the richest account has {richest}"
            ),
            "lower it, or raise the balances",
        ));
    }
    if let [only] = validators.as_slice() {
        return Err(checker.problem(
            "population",
            &format!("has one validator, {}, and nobody to attest", only.name),
            "a round needs two validators at least: lower `minimum_stake`, or add accounts",
        ));
    }
    let mut population = Population {
        stakes: validators.iter().map(|account| account.coins).collect(),
        balances: vec![0; validators.len()],
        names: validators.into_iter().map(|account| account.name).collect(),
        receivers: 0,
        notes: Vec::new(),
    };
    for account in others {
        population.names.push(account.name);
        population.balances.push(account.coins);
    }
    if transactions.per_round > 0 {
        add_users(checker, transactions, &mut population)?;
    }
    let total: u128 =
        population.balances.iter().chain(&population.stakes).map(|&coins| u128::from(coins)).sum();
    if total > u128::from(MAX_TOTAL) {
        return Err(checker.problem(
            "population",
            &format!("has {total} coins in all, users included, but at most {MAX_TOTAL} can be counted"),
            "use a larger unit, or lower `transactions.balance` if that is what makes so many",
        ));
    }
    Ok(population)
}

fn add_users(
    checker: &Checker,
    transactions: &TransactionsSection,
    population: &mut Population,
) -> Result<(), Problem> {
    for number in 1..=transactions.users {
        let name = format!("user-{number}");
        population.names.push(name);
        population.balances.push(transactions.balance);
    }
    let mut users: std::collections::HashSet<&str> = std::collections::HashSet::new();
    let taken = population.names.iter().find(|name| name.starts_with("user-") && !users.insert(name));
    if let Some(taken) = taken {
        return Err(checker.problem(
            "population",
            &format!("has an account named {taken:?}, but the accounts that only trade have such names"),
            "give it another name",
        ));
    }
    Ok(())
}
