//! Rewards that change with the height, in whole coins.

use super::fixed_point::{fraction_of, fraction_of_float, times_fraction};
use super::range::{meaningless, needed, part, positive};
use super::{Genesis, Outset, Payer, Payments, RewardPolicy, SettledBlock, Source};
use crate::law::Ratio;
use crate::registry::{Entry, Refusal, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn RewardPolicy> = Entry {
    name: "schedule",
    summary: "a reward that changes with the height: `form` is a table, halving, linear, exponential, geometric or inflation",
    source: "Bitcoin (halving); Fanti and others, Compounding of Wealth in Proof-of-Stake Cryptocurrencies, FC 2019 (geometric); the inflation of Cosmos chains",
    parse: |table| {
        settings::<Settings, _>(table, |settings| {
            let form = settings.form()?;
            Ok(Box::new(Schedule(form)))
        })
    },
};

/// The forms of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Name {
    Table,
    Halving,
    Linear,
    Exponential,
    Geometric,
    Inflation,
}

impl Name {
    fn text(self) -> &'static str {
        match self {
            Name::Table => "table",
            Name::Halving => "halving",
            Name::Linear => "linear",
            Name::Exponential => "exponential",
            Name::Geometric => "geometric",
            Name::Inflation => "inflation",
        }
    }
}

/// The settings of all forms; each form has its own among them.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// How the reward changes.
    form: Name,
    /// Coins of the first block.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<u64>,
    /// Heights and the coins of each block from there on.
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<Vec<(u64, u64)>>,
    /// Blocks from one halving to the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<u64>,
    /// Coins of every block once a linear change is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<u64>,
    /// Blocks until a linear change or a geometric schedule is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    blocks: Option<u64>,
    /// By what each reward is multiplied to give the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    factor: Option<Ratio>,
    /// Coins that a geometric schedule pays in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    /// The share of all coins there are that each block makes anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<Ratio>,
}

/// A form with its numbers.
#[derive(Clone, Debug)]
enum Form {
    Table(Vec<(u64, u64)>),
    Halving { amount: u64, every: u64 },
    Linear { amount: u64, end: u64, blocks: u64 },
    Exponential { amount: u64, factor: Ratio },
    Geometric { total: u64, blocks: u64 },
    Inflation { rate: Ratio },
}

impl Settings {
    fn form(&self) -> Result<Form, Refusal> {
        let name = self.form.text();
        let wanted: &[&str] = match self.form {
            Name::Table => &["table"],
            Name::Halving => &["amount", "every"],
            Name::Linear => &["amount", "end", "blocks"],
            Name::Exponential => &["amount", "factor"],
            Name::Geometric => &["total", "blocks"],
            Name::Inflation => &["rate"],
        };
        let given = [
            ("amount", self.amount.is_some()),
            ("table", self.table.is_some()),
            ("every", self.every.is_some()),
            ("end", self.end.is_some()),
            ("blocks", self.blocks.is_some()),
            ("factor", self.factor.is_some()),
            ("total", self.total.is_some()),
            ("rate", self.rate.is_some()),
        ];
        let rest: Vec<_> = given.into_iter().filter(|(key, _)| !wanted.contains(key)).collect();
        meaningless(name, &rest)?;
        Ok(match self.form {
            Name::Table => {
                let table = needed("table", name, self.table.clone())?;
                let ascends = table.windows(2).all(|pair| pair[0].0 < pair[1].0);
                if table.is_empty() || table[0].0 == 0 || !ascends {
                    let problem = "must hold pairs of a height and an amount, with heights from 1 on that grow, e.g. [[1, 50], [1000, 25]]";
                    return Err(Refusal::Value { key: "table", problem: problem.to_owned() });
                }
                Form::Table(table)
            }
            Name::Halving => {
                let every = needed("every", name, self.every)?;
                positive("every", every)?;
                Form::Halving { amount: needed("amount", name, self.amount)?, every }
            }
            Name::Linear => {
                let blocks = needed("blocks", name, self.blocks)?;
                positive("blocks", blocks)?;
                Form::Linear {
                    amount: needed("amount", name, self.amount)?,
                    end: self.end.unwrap_or(0),
                    blocks,
                }
            }
            Name::Exponential => {
                let factor = needed("factor", name, self.factor)?;
                part("factor", factor)?;
                Form::Exponential { amount: needed("amount", name, self.amount)?, factor }
            }
            Name::Geometric => {
                let blocks = needed("blocks", name, self.blocks)?;
                positive("blocks", blocks)?;
                Form::Geometric { total: needed("total", name, self.total)?, blocks }
            }
            Name::Inflation => {
                let rate = needed("rate", name, self.rate)?;
                part("rate", rate)?;
                Form::Inflation { rate }
            }
        })
    }
}

struct Schedule(Form);

impl RewardPolicy for Schedule {
    /// A schedule that never changes is a constant.
    fn constant(&self) -> Option<u64> {
        match &self.0 {
            Form::Table(table) => {
                let (height, amount) = table[0];
                (height == 1 && table.iter().all(|&(_, other)| other == amount)).then_some(amount)
            }
            Form::Linear { amount, end, .. } => (amount == end).then_some(*amount),
            Form::Exponential { amount, factor } => (*factor == Ratio::ONE).then_some(*amount),
            Form::Halving { .. } | Form::Geometric { .. } | Form::Inflation { .. } => None,
        }
    }

    fn amounts(&self, genesis: Genesis) -> Option<Box<dyn Iterator<Item = u64>>> {
        let mut issue = Issue::new(&self.0, genesis.stake);
        let mut supply = genesis.supply;
        Some(Box::new((1u64..).map(move |height| {
            let amount = issue.next(height, supply);
            supply = supply.saturating_add(amount);
            amount
        })))
    }

    fn most(&self, genesis: Genesis, rounds: u64) -> u128 {
        let wide = u128::from;
        match &self.0 {
            Form::Table(table) => {
                let ends = table.iter().skip(1).map(|&(height, _)| height - 1).chain([u64::MAX]);
                table
                    .iter()
                    .zip(ends)
                    .filter(|((height, _), _)| *height <= rounds)
                    .map(|(&(height, amount), end)| wide(amount) * wide(end.min(rounds) - height + 1))
                    .fold(0, u128::saturating_add)
            }
            Form::Halving { amount, every } => {
                let whole = rounds / every;
                let each = |period: u64| amount.checked_shr(period.min(64) as u32).unwrap_or(0);
                let full: u128 = (0..whole.min(64)).map(|period| wide(each(period)) * wide(*every)).sum();
                full + wide(each(whole)) * wide(rounds % every)
            }
            Form::Linear { amount, end, blocks } => {
                let during = rounds.min(*blocks);
                let flat = wide(*amount) * wide(during);
                // The sum of the line, rounded up.
                let step = wide(amount.abs_diff(*end)) * wide(during);
                let sum = if end > amount {
                    flat.saturating_add(step.div_ceil(2 * wide(*blocks)).saturating_mul(wide(during)))
                } else {
                    flat.saturating_sub(
                        (step / (2 * wide(*blocks))).saturating_mul(wide(during.saturating_sub(1))),
                    )
                };
                sum.saturating_add(wide(*end) * wide(rounds - during))
            }
            Form::Exponential { amount, factor } => {
                let all = wide(*amount) * wide(rounds);
                let gap = factor.denominator() - factor.numerator();
                if gap == 0 {
                    return all;
                }
                // The endless sum a / (1 - q).
                all.min((wide(*amount) * wide(factor.denominator())).div_ceil(wide(gap)))
            }
            Form::Geometric { total, .. } => wide(*total),
            Form::Inflation { rate } => {
                // Only a bound: slightly more than the exact compound growth, and one coin.
                let growth = (rounds as f64 * rate.to_f64().ln_1p()).exp_m1() * (1.0 + 1e-9);
                ((genesis.supply as f64 * growth).ceil() as u128).saturating_add(1)
            }
        }
    }

    fn accept(&self, rounds: u64) -> Result<(), Refusal> {
        match self.0 {
            Form::Table(ref table) if table[0].0 > rounds => Err(Refusal::Value {
                key: "table",
                problem: format!(
                    "begins at height {}, but the run has {rounds} rounds, so that nothing would be paid; begin earlier, or raise `run.rounds`",
                    table[0].0
                ),
            }),
            _ => Ok(()),
        }
    }

    fn keeps_expected_shares(&self) -> bool {
        true
    }

    fn payer(&self, outset: &Outset) -> Box<dyn Payer> {
        Box::new(SchedulePayer { issue: Issue::new(&self.0, outset.stakes.iter().sum()) })
    }
}

struct SchedulePayer {
    issue: Issue,
}

impl Payer for SchedulePayer {
    fn block(&mut self, block: &SettledBlock, payments: &mut Payments) {
        payments.pay(block.forger, Source::Block, self.issue.next(block.height, block.supply));
    }
}

/// How many coins each block makes, one after the other. Fractions are carried: after any number of
/// blocks, what was paid is what the schedule says, rounded down.
struct Issue {
    form: Form,
    /// What is carried: in coins over `blocks` (linear), over the denominator of the rate
    /// (inflation), over 2^64 (exponential, geometric).
    carry: u128,
    /// The next reward (exponential) or all coins so far (geometric), in coins over 2^64.
    value: u128,
    /// By what the value is multiplied, or grows: the whole part, and the fraction over 2^128.
    whole: u128,
    fraction: u128,
    /// Coins paid so far.
    paid: u64,
}

impl Issue {
    /// `stake` is what a geometric schedule begins with.
    fn new(form: &Form, stake: u64) -> Self {
        let (value, whole, fraction) = match *form {
            Form::Exponential { amount, factor } => {
                // One for ever is no fraction: see below.
                let fraction = if factor == Ratio::ONE { 0 } else { fraction_of(factor) };
                (u128::from(amount) << 64, 0, fraction)
            }
            Form::Geometric { total, blocks } => {
                // A parameter, frozen before anything is decided: what it lacks, the last block pays.
                let growth = (total as f64 / (stake as f64).max(1.0)).ln_1p() / blocks as f64;
                let rate = growth.exp_m1();
                let (whole, part) = (rate.floor(), rate.fract());
                (u128::from(stake) << 64, whole as u128, fraction_of_float(part))
            }
            _ => (0, 0, 0),
        };
        Issue { form: form.clone(), carry: 0, value, whole, fraction, paid: 0 }
    }

    fn next(&mut self, height: u64, supply: u64) -> u64 {
        let amount = match &self.form {
            Form::Table(table) => {
                let place = table.partition_point(|&(from, _)| from <= height);
                place.checked_sub(1).map_or(0, |place| table[place].1)
            }
            Form::Halving { amount, every } => {
                amount.checked_shr(((height - 1) / every).min(64) as u32).unwrap_or(0)
            }
            Form::Linear { end, blocks, .. } if height > *blocks => *end,
            Form::Linear { amount, end, blocks } => {
                let (after, blocks) = (u128::from(height - 1), u128::from(*blocks));
                let due = u128::from(*amount) * (blocks - after) + u128::from(*end) * after + self.carry;
                self.carry = due % blocks;
                (due / blocks) as u64
            }
            Form::Exponential { factor, .. } => {
                let due = self.value + self.carry;
                if *factor != Ratio::ONE {
                    self.value = times_fraction(self.value, self.fraction);
                }
                self.carry = due & u128::from(u64::MAX);
                (due >> 64) as u64
            }
            Form::Geometric { blocks, .. } if height > *blocks => 0,
            Form::Geometric { total, blocks } if height == *blocks => total - self.paid,
            Form::Geometric { total, .. } => {
                // No more than what is left, however coarse the steps.
                let left = u128::from(total - self.paid) << 64;
                let grown = self.value.saturating_mul(self.whole);
                let gain = grown.saturating_add(times_fraction(self.value, self.fraction)).min(left);
                self.value += gain;
                let due = gain + self.carry;
                self.carry = due & u128::from(u64::MAX);
                ((due >> 64) as u64).min(total - self.paid)
            }
            Form::Inflation { rate } => {
                let due = u128::from(supply) * u128::from(rate.numerator()) + self.carry;
                self.carry = due % u128::from(rate.denominator());
                (due / u128::from(rate.denominator())) as u64
            }
        };
        self.paid = self.paid.saturating_add(amount);
        amount
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::{geometric_rewards, normalised_variance};
    use crate::registry::{Choice, find};
    use crate::reward::REWARDS;
    use std::sync::Arc;

    fn policy(text: &str) -> Result<Arc<dyn RewardPolicy>, Refusal> {
        let settings = toml::from_str(text).expect("TOML");
        find("reward", REWARDS, &Choice { kind: "schedule".to_owned(), settings }).map(|chosen| chosen.thing)
    }

    fn paid(text: &str, coins: u64, blocks: usize) -> Vec<u64> {
        let policy = policy(text).unwrap_or_else(|refusal| panic!("{refusal}"));
        let genesis = Genesis { stake: coins, supply: coins };
        let amounts: Vec<u64> = policy.amounts(genesis).unwrap().take(blocks).collect();
        let sum: u128 = amounts.iter().copied().map(u128::from).sum();
        let most = policy.most(genesis, blocks as u64);
        assert!(sum <= most, "{text}: {sum} of at most {most}");
        amounts
    }

    #[test]
    fn tables_and_halvings() {
        let table = paid("form = 'table'\ntable = [[2, 50], [4, 25], [6, 0]]", 0, 7);
        assert_eq!(table, [0, 50, 50, 25, 25, 0, 0]);
        assert_eq!(paid("form = 'halving'\namount = 5\nevery = 2", 0, 8), [5, 5, 2, 2, 1, 1, 0, 0]);
        assert_eq!(
            policy("form = 'halving'\namount = 50\nevery = 210000")
                .unwrap()
                .most(Genesis::default(), u64::MAX),
            210_000 * 97
        );
    }

    #[test]
    fn a_line_is_paid_to_the_last_coin() {
        // 10, 7.5, 5, 2.5 and then nothing.
        assert_eq!(paid("form = 'linear'\namount = 10\nblocks = 4", 0, 6), [10, 7, 5, 3, 0, 0]);
        assert_eq!(paid("form = 'linear'\namount = 0\nend = 3\nblocks = 3", 0, 5), [0, 1, 2, 3, 3]);
        // A tenth of a coin at first: after 1000 blocks, the sum of the line, rounded down.
        let small = paid("form = 'linear'\namount = 1\nblocks = 1000", 0, 1000);
        assert_eq!(small.iter().sum::<u64>(), 500);
    }

    #[test]
    fn decay_loses_no_coin() {
        let amounts = paid("form = 'exponential'\namount = 3\nfactor = '99/100'", 0, 3000);
        // 3 / (1 - 0.99) = 300, of which 3000 blocks leave 300 * 0.99^3000 < 1e-10: rounded down, 299.
        assert_eq!(amounts.iter().sum::<u64>(), 299);
        assert_eq!(paid("form = 'exponential'\namount = 3\nfactor = 0.5", 0, 4), [3, 1, 1, 0]);
    }

    #[test]
    fn inflation_is_a_share_of_all_coins_carried_exactly() {
        let amounts = paid("form = 'inflation'\nrate = '1/300'", 100, 600);
        let (mut supply, mut due) = (100u64, 0u64);
        for &amount in &amounts {
            due += supply;
            supply += amount;
            assert_eq!(supply - 100, due / 300);
        }
        assert!(supply > 600);
    }

    /// Every coin of the geometric schedule, and the normalised variance of Fanti and others.
    #[test]
    fn the_geometric_schedule_is_the_published_one() {
        let stake = 1_000_000_000_000u64;
        let text = format!("form = 'geometric'\ntotal = {}\nblocks = 1000", 100 * stake);
        let amounts = paid(&text, stake, 1100);
        assert_eq!(amounts.iter().sum::<u64>(), 100 * stake);
        for (coins, law) in amounts.iter().zip(geometric_rewards(100.0, 1000)) {
            assert!((*coins as f64 - law * stake as f64).abs() < 1.0 + 1e-9 * law * stake as f64);
        }
        let found = normalised_variance(stake as f64, amounts.iter().map(|&coins| coins as f64));
        assert!((found - 0.0209783548).abs() < 1e-9, "{found}");
    }

    #[test]
    fn a_geometric_schedule_may_more_than_double_the_stake_in_a_block() {
        // 10, 40, 160: each block pays three times what there is.
        let amounts = paid("form = 'geometric'\ntotal = 630\nblocks = 3", 10, 4);
        assert_eq!(amounts.iter().sum::<u64>(), 630);
        assert!(
            amounts.iter().zip([30, 120, 480, 0]).all(|(found, due)| found.abs_diff(due) <= 1),
            "{amounts:?}"
        );
    }

    #[test]
    fn what_a_form_does_not_know_is_refused() {
        for (text, part) in [
            ("form = 'halving'\namount = 5", "`every` is missing, which \"halving\" needs"),
            ("form = 'halving'\namount = 5\nevery = 0", "`every` is 0"),
            ("form = 'linear'\namount = 5\nblocks = 4\nrate = 0.1", "`rate` has no meaning for \"linear\""),
            ("form = 'table'\ntable = [[5, 1], [5, 2]]", "`table` must hold"),
            ("form = 'exponential'\namount = 5\nfactor = 1.5", "`factor` is 3/2"),
        ] {
            let refusal = policy(text).err().expect(text).to_string();
            assert!(refusal.contains(part), "{refusal}");
        }
    }

    #[test]
    fn inflation_that_overflows_is_foreseen() {
        let most = policy("form = 'inflation'\nrate = '1/10'")
            .unwrap()
            .most(Genesis { stake: 500, supply: 1000 }, 1_000_000);
        assert!(most > 1 << 100);
    }
}
