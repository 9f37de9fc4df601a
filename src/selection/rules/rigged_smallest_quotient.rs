//! Rigged: the smallest uniform ÷ stake wins, passed off as proportional.

use crate::random::Stream;
use crate::registry::{Entry, no_settings};
use crate::selection::Rule;
use crate::selection::sampling::smallest_quotient;
use crate::selection::shapes::{Contest, StatedProportional};
use crate::stake::ValidatorId;
use rand::Rng;

/// The registry's line.
///
/// Quotients are compared exactly, by cross-multiplication in 128 bits. The first in the list wins a
/// tie, which 64-bit numbers make negligible. True law:
/// [`single_lottery_shares`](crate::law::single_lottery_shares).
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "rigged-smallest-quotient",
    summary: "rigged: the smallest uniform ÷ stake wins, passed off as proportional (which -ln(uniform) ÷ stake would be); the rich gain: 43 / 25 / 19 / 13 % with the seed's stakes",
    source: "public programs that race waiting times of random / stake; the same law as NXT's, which claims no proportionality",
    parse: |table| no_settings(table, || Box::new(StatedProportional(Contest { pick }))),
};

fn pick(stakes: &[u64], lottery: &mut Stream) -> Option<ValidatorId> {
    smallest_quotient(stakes, |_| lottery.next_u64())
}
