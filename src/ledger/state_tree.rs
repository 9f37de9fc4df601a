//! A commitment to the state of all accounts, kept up to date account by account.

use super::{AccountId, Address, State};
use crate::crypto::{Hash, sha256};

/// A Merkle tree over the accounts, of a fixed shape: the leaves are padded with zero hashes to a
/// power of two, so that changing k accounts costs at most k log n hashes.
#[derive(Clone)]
pub struct StateTree {
    /// Heap order: the root at 1, the children of `i` at `2i` and `2i + 1`, leaves from `width`.
    nodes: Vec<Hash>,
    width: usize,
    dirty: Vec<usize>,
}

impl StateTree {
    /// The tree of a state, in O(n). `addresses` are those of all accounts, in order.
    pub fn new(state: &State, addresses: &[Address]) -> Self {
        let width = addresses.len().next_power_of_two();
        let mut nodes = vec![[0; 32]; 2 * width];
        for (index, address) in addresses.iter().enumerate() {
            nodes[width + index] = leaf(state, AccountId(index as u32), address);
        }
        for index in (1..width).rev() {
            nodes[index] = node(&nodes[2 * index], &nodes[2 * index + 1]);
        }
        StateTree { nodes, width, dirty: Vec::new() }
    }

    /// Takes in the accounts that changed.
    pub fn update(&mut self, state: &mut State, addresses: &[Address]) {
        let mut dirty = std::mem::take(&mut self.dirty);
        dirty.extend(state.drain_touched().map(|account| self.width + account.index()));
        dirty.sort_unstable();
        dirty.dedup();
        for &place in &dirty {
            let account = place - self.width;
            self.nodes[place] = leaf(state, AccountId(account as u32), &addresses[account]);
        }
        // Level by level, each parent once. In a tree of one leaf, the leaf is the root.
        while dirty.first().is_some_and(|&place| place > 1) {
            for place in dirty.iter_mut() {
                *place /= 2;
            }
            dirty.dedup();
            for &place in &dirty {
                self.nodes[place] = node(&self.nodes[2 * place], &self.nodes[2 * place + 1]);
            }
        }
        dirty.clear();
        self.dirty = dirty;
    }

    /// The commitment: the root of the accounts, what was minted, burnt and slashed, and what is held,
    /// if anything is.
    pub fn commitment(&self, state: &State) -> Hash {
        let held = state.held().to_le_bytes();
        sha256(&[
            b"tombola/state/v1",
            &self.nodes[1],
            &state.minted().to_le_bytes(),
            &state.burnt().to_le_bytes(),
            &state.slashed().to_le_bytes(),
            if state.held() > 0 { &held } else { &[] },
        ])
    }
}

fn leaf(state: &State, account: AccountId, address: &Address) -> Hash {
    sha256(&[
        &[0],
        &address.0,
        &state.balance(account).to_le_bytes(),
        &state.nonce(account).to_le_bytes(),
        &state.stake(account).to_le_bytes(),
    ])
}

fn node(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn updating_gives_the_tree_that_building_gives(
            accounts in 1usize..20,
            changes in prop::collection::vec((0u32..20, 1u64..9), 0..30),
        ) {
            let addresses: Vec<Address> = (0..accounts).map(|i| Address([i as u8; 20])).collect();
            let mut state = State::new(vec![100; accounts], vec![50; accounts / 2]);
            state.watch();
            let mut tree = StateTree::new(&state, &addresses);
            for chunk in changes.chunks(3) {
                for &(account, amount) in chunk {
                    state.mint(amount);
                    state.release(AccountId(account % accounts as u32), amount);
                }
                tree.update(&mut state, &addresses);
                let built = StateTree::new(&state, &addresses);
                prop_assert_eq!(tree.commitment(&state), built.commitment(&state));
            }
        }
    }

    #[test]
    fn every_field_is_committed_to() {
        let addresses = [Address([1; 20]), Address([2; 20]), Address([3; 20])];
        let state = State::new(vec![10, 10, 10], vec![5, 5]);
        let before = StateTree::new(&state, &addresses).commitment(&state);
        let transfer = super::super::Transfer {
            sender: Some(AccountId(2)),
            recipient: Some(AccountId(0)),
            amount: 1,
            fee: 0,
            nonce: 0,
        };
        let changes: [&dyn Fn(&mut State); 5] = [
            &|state| state.settle(&transfer),
            &|state| state.mint(1),
            &|state| state.stake_coins(AccountId(0), 1),
            &|state| state.slash(AccountId(1), 2),
            &|state| state.leave(AccountId(1)),
        ];
        for change in changes {
            let mut after = state.clone();
            change(&mut after);
            assert_ne!(StateTree::new(&after, &addresses).commitment(&after), before);
        }
    }
}
