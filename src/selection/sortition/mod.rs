//! What cryptographic sortition is made of: how many coins a lottery value selects, and who has the
//! lowest hash.

mod accounts;
mod contest;
mod survival_table;

pub(super) use accounts::Accounts;
pub(super) use contest::{EXPECTED, HashContest, check_expected};
pub(super) use survival_table::SurvivalTable;
