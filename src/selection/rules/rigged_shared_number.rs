//! Rigged: one random number, drawn before the loop, is shared by all contenders of a round.

use crate::random::Stream;
use crate::registry::{Entry, no_settings};
use crate::selection::Rule;
use crate::selection::sampling::largest_score;
use crate::selection::shapes::{Contest, StatedProportional};
use crate::stake::ValidatorId;
use rand::Rng;

/// The registry's line.
///
/// True law: [`shared_number_shares`](crate::law::mistakes::shared_number_shares): the first of the
/// largest stakes takes all.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "rigged-shared-number",
    summary: "rigged: one random number per round is shared by all contenders of a race; it cancels out, and the largest stake wins every round",
    source: "public programs that draw once before the loop over the validators",
    parse: |table| no_settings(table, || Box::new(StatedProportional(Contest { pick }))),
};

fn pick(stakes: &[u64], lottery: &mut Stream) -> Option<ValidatorId> {
    // The mistake: this line belongs into the contest. Zero would make all scores equal.
    let number = lottery.next_u64().max(1);
    largest_score(stakes, |stake| u128::from(number) * u128::from(stake))
}
