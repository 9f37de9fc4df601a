//! The rows of `chains.csv`.

use crate::analysis::rows::ChainRow;
use crate::ledger::TransactionFault;
use crate::simulation::Results;

/// One row for each trial.
pub fn rows(results: &Results) -> Vec<ChainRow> {
    results
        .records
        .iter()
        .map(|record| {
            let counters = &record.counters;
            let supply = &record.supply;
            let refused = |fault: TransactionFault| counters.refused[fault.index()];
            ChainRow {
                trial: record.trial,
                rounds: counters.rounds,
                rounds_empty: counters.empty,
                rounds_contested: counters.contested,
                rounds_silent: counters.silent,
                blocks_accepted: counters.accepted,
                blocks_rejected: counters.rejected,
                blocks_invalid_accepted: counters.invalid_accepted,
                slashings: counters.slashings,
                transactions_settled: counters.settled,
                refused_unknown_account: refused(TransactionFault::UnknownAccount),
                refused_bad_signature: refused(TransactionFault::BadSignature),
                refused_zero_amount: refused(TransactionFault::ZeroAmount),
                refused_self_transfer: refused(TransactionFault::SelfTransfer),
                refused_wrong_nonce: refused(TransactionFault::WrongNonce),
                refused_overdraft: refused(TransactionFault::Overdraft),
                transactions_held_back: counters.held_back,
                fees_coins: counters.fees,
                genesis_coins: supply.genesis,
                minted_coins: supply.minted,
                balances_coins: supply.balances,
                stakes_coins: supply.stakes,
                burnt_coins: supply.burnt,
                slashed_coins: supply.slashed,
                held_coins: supply.held,
            }
        })
        .collect()
}
