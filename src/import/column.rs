//! What the columns of a table are, and by which titles they are known.

use super::fault::{Fault, shown};
use super::numerals::Spot;
use super::unit::Denomination;
use crate::registry::nearest;

/// What a column says of a validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Who it is.
    Name,
    /// Its stake.
    Stake,
    /// How many blocks it made.
    Wins,
    /// How many wins the chain's own accounting expected.
    Expected,
    /// How many slots were assigned to it, its wins among them.
    Slots,
    /// How many of its slots passed without a block.
    Missed,
    /// Its proposer priority.
    Priority,
    /// Its reward points.
    Points,
    /// The height or slot of a block, in a history with a row for each.
    Height,
}

/// Title, and the other titles by which a column is known, in lower case with underscores.
const TITLES: &[(Column, &str, &[&str])] = &[
    (
        Column::Name,
        "name",
        &[
            "validator",
            "address",
            "moniker",
            "operator",
            "pubkey",
            "operator_address",
            "validator_address",
            "validator_id",
            "public_key",
            "account_id",
            "account",
            "pool",
            "pool_id",
            "identity",
            "identity_pubkey",
            "proposer",
            "leader",
            "forger",
        ],
    ),
    (
        Column::Stake,
        "stake",
        &[
            "tokens",
            "power",
            "voting_power",
            "balance",
            "amount",
            "active_stake",
            "activated_stake",
            "effective_balance",
            "bonded_tokens",
        ],
    ),
    (
        Column::Wins,
        "wins",
        &["blocks", "proposed", "blocks_produced", "blocks_proposed", "num_produced_blocks"],
    ),
    (Column::Expected, "expected", &["expected_blocks", "expected_wins"]),
    (Column::Slots, "slots", &["leader_slots", "assigned_slots", "num_expected_blocks"]),
    (Column::Missed, "missed", &["skipped", "missed_blocks", "missed_slots", "skipped_slots"]),
    (Column::Priority, "priority", &["proposer_priority"]),
    (Column::Points, "points", &["era_points", "reward_points"]),
    (Column::Height, "height", &["slot", "block_height", "slot_number", "round"]),
];

/// Titles of numbers and keys by which validators are called where a table has no names of them; a table that
/// has may use them for its rows.
const SUBSTITUTES_OF_NAMES: &[&str] = &[
    "validator_index",
    "proposer_index",
    "proposer_address",
    "pool_id_bech32",
    "node_id",
    "delegate",
    "index",
    "id",
];

impl Column {
    /// Every column.
    pub const ALL: [Column; 9] = [
        Column::Name,
        Column::Stake,
        Column::Wins,
        Column::Expected,
        Column::Slots,
        Column::Missed,
        Column::Priority,
        Column::Points,
        Column::Height,
    ];

    /// Its own title, that of tombola's tables.
    pub fn title(self) -> &'static str {
        TITLES.iter().find(|(column, ..)| *column == self).map_or("", |(_, title, _)| title)
    }

    /// The other titles by which it is known, in lower case with underscores.
    pub fn usual_titles(self) -> &'static [&'static str] {
        TITLES.iter().find(|(column, ..)| *column == self).map_or(&[], |(_, _, others)| others)
    }

    /// The column that a title usually names.
    pub fn of_title(title: &str) -> Option<Column> {
        let title = plain(title);
        let last = last_part(&title);
        TITLES
            .iter()
            .find(|(_, own, others)| [title.as_str(), last].iter().any(|it| it == own || others.contains(it)))
            .map(|&(column, ..)| column)
    }
}

/// How a column of a history tells whether a block was missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockStatus {
    /// In words, such as `proposed` and `orphaned`.
    Words,
    /// As the column `missed` does.
    Missed,
}

impl BlockStatus {
    /// What a title says of the blocks of a history. In other tables such a column is about validators.
    pub fn of_title(title: &str) -> Option<BlockStatus> {
        match plain(title).rsplit('.').next().unwrap_or_default() {
            "status" | "block_status" | "slot_status" | "outcome" | "state" => Some(BlockStatus::Words),
            "orphaned" | "forked" | "is_missed" | "is_skipped" | "is_orphaned" | "is_forked" => {
                Some(BlockStatus::Missed)
            }
            _ => None,
        }
    }
}

/// How a column tells whether a validator takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnStatus {
    /// In words, such as `bonded` and `exited_unslashed`.
    Words,
    /// Whether it does.
    Active,
    /// Whether it is jailed.
    Jailed,
}

impl TurnStatus {
    /// What a title says of validators. In a history such a column is about blocks.
    pub fn of_title(title: &str) -> Option<TurnStatus> {
        match last_part(&plain(title)) {
            "status" | "bond_status" | "validator_status" => Some(TurnStatus::Words),
            "is_active" | "is_bonded" => Some(TurnStatus::Active),
            "jailed" | "is_jailed" => Some(TurnStatus::Jailed),
            _ => None,
        }
    }

    /// Whether a validator of which a cell says this has turns to propose, if that is known.
    pub fn has_turn(self, text: &str) -> Option<bool> {
        // The first are of the Cosmos SDK, the others of the beacon API.
        const WITH: &[&str] = &["bonded", "active", "active_ongoing", "active_exiting", "active_slashed"];
        const WITHOUT: &[&str] = &[
            "unbonding",
            "unbonded",
            "unspecified",
            "not_bonded",
            "inactive",
            "not_active",
            "jailed",
            "tombstoned",
            "pending",
            "pending_initialized",
            "pending_queued",
            "exited",
            "exited_unslashed",
            "exited_slashed",
            "withdrawal",
            "withdrawal_possible",
            "withdrawal_done",
        ];
        let word = text.trim().to_lowercase().replace([' ', '-'], "_");
        let truth = match word.as_str() {
            "true" | "yes" => Some(true),
            "false" | "no" => Some(false),
            _ => None,
        };
        match self {
            TurnStatus::Active => truth,
            TurnStatus::Jailed => truth.map(|is_jailed| !is_jailed),
            TurnStatus::Words => {
                let word = word.strip_prefix("bond_status_").unwrap_or(&word);
                let is_with = WITH.contains(&word);
                (is_with || WITHOUT.contains(&word)).then_some(is_with)
            }
        }
    }
}

/// Whether a title says of which state of a chain a row is, which is one for all rows of a set of validators.
pub fn is_of_state(title: &str) -> bool {
    let title = plain(title);
    ["epoch", "epoch_no", "epoch_number", "era", "height", "block_height"].contains(&title.as_str())
}

/// The unit in brackets at the end of a title, as in `Voting Power (ATOM)`, if it is a known one, and what stands
/// before it.
pub fn unit_of_title(title: &str) -> Option<(&str, Denomination)> {
    let (before, unit) = title.trim().strip_suffix(')')?.rsplit_once('(')?;
    // Any word that begins with a u would be the millionth of a coin.
    let unit = Some(unit.trim()).filter(|unit| !unit.starts_with(['u', 'U']) || *unit == "uatom")?;
    Some((before.trim_end(), Denomination::named(unit)?))
}

/// Objects in the answer of a CometBFT node that have a height of their own: that of the block before, or that of
/// the block again.
const BESIDE_A_HEADER: &[&str] = &["last_commit", "last_block_id", "commit", "sdk_block"];

/// The last part of a title made of the names of objects, as `moniker` of `description.moniker`; all of it where
/// it stands beside the header of a block.
fn last_part(title: &str) -> &str {
    match title.rsplit_once('.') {
        Some((above, last)) if !above.split('.').any(|part| BESIDE_A_HEADER.contains(&part)) => last,
        _ => title,
    }
}

/// A title in lower case, with underscores between its words and without a unit in brackets.
fn plain(title: &str) -> String {
    let mut plain = String::with_capacity(title.len() + 4);
    let mut was_lower = false;
    let title = unit_of_title(title).map_or(title, |(before, _)| before);
    for c in title.trim().chars() {
        if c.is_uppercase() {
            if was_lower {
                plain.push('_');
            }
            plain.extend(c.to_lowercase());
        } else if c == ' ' || c == '-' {
            plain.push('_');
        } else {
            plain.push(c);
        }
        was_lower = c.is_lowercase() || c.is_ascii_digit();
    }
    plain
}

/// Reads `stake=tokens,name=operator_address`.
///
/// # Errors
/// Which part of it is none of these.
pub fn parse_choices(text: &str) -> Result<Vec<(Column, String)>, String> {
    let mut choices: Vec<(Column, String)> = Vec::new();
    for part in text.split(',') {
        let Some((own, title)) = part.split_once('=') else {
            return Err(format!("{} must have the form stake=TITLE", shown(part)));
        };
        let known: Vec<&str> = Column::ALL.map(Column::title).to_vec();
        let Some(column) = Column::ALL.into_iter().find(|column| column.title() == own.trim()) else {
            let hint = match nearest(own, known.iter().copied()) {
                Some(near) => format!("; did you mean `{near}`?"),
                None => String::new(),
            };
            return Err(format!("{} is no column; known: {}{hint}", shown(own), known.join(", ")));
        };
        if choices.iter().any(|(other, _)| *other == column) {
            return Err(format!("`{}` is given twice", column.title()));
        }
        choices.push((column, title.trim().to_owned()));
    }
    Ok(choices)
}

/// Where the columns stand in a table.
#[derive(Clone, Debug, Default)]
pub struct Places(Vec<(Column, usize)>);

impl Places {
    /// Where a column stands, if it is there.
    pub fn of(&self, column: Column) -> Option<usize> {
        self.0.iter().find(|(other, _)| *other == column).map(|&(_, place)| place)
    }

    /// Which column stands at a place.
    pub fn at(&self, place: usize) -> Option<Column> {
        self.0.iter().find(|(_, other)| *other == place).map(|&(column, _)| column)
    }

    /// All columns with their places.
    pub fn all(&self) -> &[(Column, usize)] {
        &self.0
    }

    /// Forgets a column.
    pub fn remove(&mut self, column: Column) {
        self.0.retain(|(other, _)| *other != column);
    }

    /// Says where a column stands.
    pub fn set(&mut self, column: Column, place: usize) {
        self.0.push((column, place));
    }
}

/// Finds the wanted columns among titles: first those that were chosen, then those of a title that is
/// tombola's own, then those of another usual one.
///
/// # Errors
/// If a chosen title is not there, or several may be meant.
pub fn find_places(
    titles: &[&str],
    wanted: &[Column],
    chosen: &[(Column, String)],
    spot: &dyn Fn(usize) -> Spot,
) -> Result<Places, Fault> {
    let mut places = Places::default();
    for (column, title) in chosen {
        let found: Vec<usize> = (0..titles.len()).filter(|&place| titles[place] == title).collect();
        match found[..] {
            [place] => places.set(*column, place),
            [] => {
                let known: Vec<String> = titles.iter().map(|title| shown(title)).collect();
                let hint = match nearest(title, titles.iter().copied()) {
                    Some(near) => format!("; did you mean {}?", shown(near)),
                    None => String::new(),
                };
                let column = column.title();
                return spot(0).fault(format!(
                    "--columns {column}={title} names a column that is not there; found {}{hint}",
                    known.join(", ")
                ));
            }
            [_, second, ..] => {
                return spot(second).fault(format!("two columns are called {}; keep one", shown(title)));
            }
        }
    }
    let is_free = |places: &Places, place| places.at(place).is_none();
    let named = |places: &Places, wanted: &dyn Fn(&str) -> bool| -> Vec<usize> {
        (0..titles.len()).filter(|&place| is_free(places, place) && wanted(&plain(titles[place]))).collect()
    };
    for &column in wanted {
        if places.of(column).is_some() {
            continue;
        }
        let own = named(&places, &|title| title == column.title());
        match own[..] {
            [] => {}
            [place] => places.set(column, place),
            [_, second, ..] => {
                return spot(second).fault(format!("two columns are called `{}`; keep one", column.title()));
            }
        }
    }
    for &column in wanted {
        if places.of(column).is_some() {
            continue;
        }
        let others = column.usual_titles();
        let found = named(&places, &|title| {
            let last = last_part(title);
            others.contains(&title) || last == column.title() || others.contains(&last)
        });
        match found[..] {
            [] => {}
            [place] => places.set(column, place),
            [_, second, ..] => {
                let choices: Vec<String> = found
                    .iter()
                    .map(|&place| format!("--columns {}={}", column.title(), titles[place]))
                    .collect();
                let titles: Vec<String> = found.iter().map(|&place| shown(titles[place])).collect();
                return spot(second).fault(format!(
                    "{} may each be the column `{}`; say which: {}",
                    titles.join(" or "),
                    column.title(),
                    choices.join(" or ")
                ));
            }
        }
    }
    if wanted.contains(&Column::Name) && places.of(Column::Name).is_none() {
        let one = |is_meant: &dyn Fn(&str) -> bool| match named(&places, is_meant)[..] {
            [place] => Some(place),
            _ => None,
        };
        let substitute = SUBSTITUTES_OF_NAMES.iter().find_map(|&wanted| {
            // Of an inner object anything may be the number or the delegate.
            let is_telling = !["delegate", "index", "id"].contains(&wanted);
            one(&|title| title == wanted)
                .or_else(|| one(&|title| last_part(title) == wanted).filter(|_| is_telling))
        });
        if let Some(place) = substitute {
            places.set(Column::Name, place);
        }
    }
    // `slots` alone are what was won; beside wins or misses they are what was assigned.
    if places.of(Column::Wins).is_none()
        && places.of(Column::Missed).is_none()
        && let Some(place) = places.of(Column::Slots)
        && chosen.iter().all(|(column, _)| *column != Column::Slots)
    {
        places.remove(Column::Slots);
        places.set(Column::Wins, place);
    }
    places.0.sort_unstable();
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(titles: &[&str], chosen: &str) -> Result<Vec<(&'static str, usize)>, String> {
        let chosen = if chosen.is_empty() { Vec::new() } else { parse_choices(chosen)? };
        let spot = |place| Spot { line: 1, column: place as u64 + 1 };
        let places = find_places(titles, &Column::ALL, &chosen, &spot).map_err(|fault| fault.problem)?;
        Ok(places.all().iter().map(|&(column, place)| (column.title(), place)).collect())
    }

    #[test]
    fn numbers_and_keys_name_validators_where_nothing_else_does() {
        assert_eq!(find(&["index", "balance"], ""), Ok(vec![("name", 0), ("stake", 1)]));
        assert_eq!(find(&["index", "moniker", "balance"], ""), Ok(vec![("name", 1), ("stake", 2)]));
        assert_eq!(find(&["id", "validatorIndex", "wins"], ""), Ok(vec![("name", 1), ("wins", 2)]));
        assert_eq!(find(&["id", "balance"], "name=balance"), Ok(vec![("name", 1)]));
    }

    #[test]
    fn the_header_of_a_block_tells_its_height_and_proposer() {
        let both = Ok(vec![("name", 1), ("height", 0)]);
        assert_eq!(find(&["height", "header.proposer_address"], ""), both);
        assert_eq!(find(&["header.height", "header.proposerAddress"], ""), both);
        let block = "result.block";
        let names = ["header.height", "header.proposer_address", "last_commit.height", "last_commit.round"];
        let titles: Vec<String> = names.iter().map(|name| format!("{block}.{name}")).collect();
        let titles: Vec<&str> = titles.iter().map(String::as_str).chain(["id"]).collect();
        assert_eq!(find(&titles, ""), both);
        // The number of something inside of a row is nobody's name.
        assert_eq!(find(&["balance", "key.index"], ""), Ok(vec![("stake", 0)]));
    }

    #[test]
    fn a_unit_in_brackets_is_no_part_of_a_title() {
        assert_eq!(find(&["Moniker", "Voting Power (ATOM)"], ""), Ok(vec![("name", 0), ("stake", 1)]));
        // Other words in brackets are.
        for other in ["blocks (expected)", "stake (unstaked)", "stake (own)"] {
            assert_eq!(find(&["name", other], ""), Ok(vec![("name", 0)]), "{other}");
        }
    }

    #[test]
    fn usual_titles_are_known_in_any_spelling() {
        for titles in [
            ["name", "stake"],
            ["Moniker", "Voting Power"],
            ["operatorAddress", "tokens"],
            ["pubkey", "BALANCE"],
            ["address", "amount"],
            ["identityPubkey", "activatedStake"],
            ["description.moniker", "validator.effective_balance"],
            ["operator", "power"],
        ] {
            assert_eq!(find(&titles, ""), Ok(vec![("name", 0), ("stake", 1)]), "{titles:?}");
        }
        assert_eq!(
            find(&["validator", "proposed", "skipped", "expected"], ""),
            Ok(vec![("name", 0), ("wins", 1), ("expected", 3), ("missed", 2)])
        );
        assert_eq!(find(&["name", "slots"], ""), Ok(vec![("name", 0), ("wins", 1)]));
        assert_eq!(find(&["name", "blocks", "slots"], ""), Ok(vec![("name", 0), ("wins", 1), ("slots", 2)]));
        assert_eq!(find(&["slot", "leader"], ""), Ok(vec![("name", 1), ("height", 0)]));
    }

    #[test]
    fn its_own_title_goes_before_others_and_several_others_are_a_question() {
        assert_eq!(find(&["name", "moniker", "stake", "tokens"], ""), Ok(vec![("name", 0), ("stake", 2)]));
        assert_eq!(
            find(&["name", "tokens", "voting_power"], "").unwrap_err(),
            "`tokens` or `voting_power` may each be the column `stake`; say which: --columns stake=tokens or --columns stake=voting_power"
        );
        assert_eq!(
            find(&["name", "tokens", "voting_power"], "stake=tokens"),
            Ok(vec![("name", 0), ("stake", 1)])
        );
        assert!(
            find(&["name", "stake", "Stake"], "").unwrap_err().contains("two columns are called `stake`")
        );
        assert!(find(&["name", "coins"], "stake=coin").unwrap_err().contains("did you mean `coins`?"));
    }

    #[test]
    fn choices_are_checked() {
        assert!(parse_choices("stake").unwrap_err().contains("stake=TITLE"));
        assert!(parse_choices("stak=tokens").unwrap_err().contains("did you mean `stake`?"));
        assert!(parse_choices("stake=a,stake=b").unwrap_err().contains("twice"));
    }
}
