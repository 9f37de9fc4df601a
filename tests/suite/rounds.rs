//! What must hold in every round: conservation, the quorum, who is punished for what.

use crate::harness::scenario_of;
use std::path::Path;
use tombola::behaviour::BlockFlaw;
use tombola::forging::{
    Chain, Draws, Fidelity, Full, GenesisRecord, Keyring, RoundOutcome, Silent, VerificationMode,
};
use tombola::ledger::State;
use tombola::scenario::Scenario;
use tombola::selection::BlockOutcome;

fn scenario(text: &str) -> Scenario {
    scenario_of(text)
}

/// Plays rounds with both fidelities, the full one at both paces, hands each outcome to `see`, and checks conservation after
/// every round.
fn play(text: &str, rounds: u64, mut see: impl FnMut(&RoundOutcome, &State)) {
    let scenario = scenario(text);
    let world = &scenario.experiment.world;
    let keys = Keyring::new(world);
    let chain_id = GenesisRecord::new(world, keys.directory(), 0).chain_id();
    play_chain(Chain::new(world, 0, |_| Draws::default()), rounds, &mut see);
    for verification_mode in [VerificationMode::AtOnce, VerificationMode::Ahead] {
        let open = |state: &mut State| Full::at_pace(verification_mode, &keys, chain_id, state);
        play_chain(Chain::new(world, 0, open), rounds, &mut see);
    }
}

fn play_chain<F: Fidelity>(mut chain: Chain<F>, rounds: u64, see: &mut impl FnMut(&RoundOutcome, &State)) {
    for round in 1..=rounds {
        let Some(outcome) = chain.play(&mut Silent) else { break };
        assert!(chain.supply().is_conserved(), "after round {round}: {:?}", chain.supply());
        see(&outcome, chain.state());
    }
    assert!(chain.conclude(), "every signature is what its maker expects");
}

/// Sixteen equal validators, with traffic.
fn sixteen(rest: &str) -> String {
    format!(
        "[population]\ncount = 16\ntotal_stake = 16_000\nminimum_stake = 100\nstake = 'equal'\n\
         [transactions]\nper_round = 3\nusers = 4\nbad = '1/4'\nburn = '1/3'\n{rest}"
    )
}

#[test]
fn coins_are_conserved_in_every_round_whatever_happens() {
    for file in ["faults.toml", "seed.toml", "compounding.toml"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(file);
        let text = std::fs::read_to_string(path).expect("a shipped scenario");
        play(&text, 150, |_, _| {});
    }
    play(
        &sixteen("[reward]\ncompound = true\n[[behaviours]]\nact = 'invalid-block'\nshare = 0.5\n"),
        150,
        |_, _| {},
    );
}

/// Every policy, with faults, fees, pools and every way to restake: coins are counted after each
/// round, and what was made is what was paid.
#[test]
fn coins_are_conserved_in_every_round_with_every_policy() {
    let mut named = Vec::new();
    for policy in [
        "{ kind = 'constant', amount = 7 }",
        "'none'",
        "{ kind = 'schedule', form = 'exponential', amount = 50, factor = '9/10' }",
        "{ kind = 'schedule', form = 'geometric', total = 3_000, blocks = 100 }",
        "{ kind = 'split', amount = 11, attestors = '1/3', by = 'stake', stake = '1/3', treasury = '1/7' }",
        "{ kind = 'epoch', blocks = 7, forgers = 5, stake = 33 }",
        "{ kind = 'every', blocks = 5, amount = 13 }",
        "{ kind = 'random', distribution = 'gamma', mean = 12, shape = 0.3, cap = 9_000 }",
        "{ kind = 'missed', block = 5, attestation = 2, base = { kind = 'split', attestors = '1/2' } }",
        "{ kind = 'saturation', blocks = 9, amount = 100, k = 4 }",
        "{ kind = 'sync-committee', blocks = 7, seats = 2, amount = 9, base = { kind = 'missed', block = 3, attestation = 1 } }",
        "{ kind = 'sync-committee', blocks = 7, seats = 50, amount = 9, phase = 'random', base = { kind = 'split', amount = 10, stake = '1/3' } }",
    ] {
        let kind = policy.split('\'').nth(1).expect("a kind");
        named.push(kind.to_owned());
        for more in [
            "",
            "compound = true\n",
            "compound = '2/3'\nrestake_unit = 3\nactivation_delay = 4\nunbonding_delay = 5\n",
            "smoothing = [['validator-01', 'validator-02', 'validator-03']]\npools = [{ operator = 'validator-03', commission = '1/9', delegators = [{ name = 'x', share = '1/3' }] }]\n",
        ] {
            let text = sixteen(&format!(
                "[reward]\npolicy = {policy}\n{more}[[behaviours]]\nact = 'silent-forger'\nshare = '1/8'\n\
                 [[behaviours]]\nact = 'offline'\nshare = '1/8'\n"
            ));
            play(&text, 60, |_, _| {});
        }
    }
    for entry in tombola::reward::REWARDS {
        assert!(named.iter().any(|kind| kind == entry.name), "{} is not played", entry.name);
    }
}

#[test]
fn a_supply_that_does_not_add_up_is_noticed() {
    let mut state = State::new(vec![10, 20], vec![5]);
    assert!(state.supply(35).is_conserved());
    state.mint(3);
    assert!(state.supply(35).is_conserved());
    state.release(tombola::ledger::AccountId(1), 3);
    assert!(state.supply(35).is_conserved());
    assert!(!state.supply(36).is_conserved());
}

#[test]
fn with_all_honest_no_block_is_ever_rejected() {
    for rest in ["", "[attestation]\ncommittee = 5\n", "[attestation]\nweight = 'stake'\nquorum = 1\n"] {
        play(&sixteen(rest), 200, |outcome, _| assert_eq!(outcome.block_outcome, BlockOutcome::Accepted));
    }
}

/// Four of sixteen offline: at least 4/15 of the attestors are silent unless an offline one
/// forges, and then 3 of 15 are, which is a fifth. Five offline: at least 4/15 always.
#[test]
fn with_more_than_a_quarter_silent_no_block_is_ever_accepted() {
    let offline = |count: usize| {
        let names: Vec<String> = (1..=count).map(|number| format!("'validator-{number:02}'")).collect();
        sixteen(&format!("[[behaviours]]\nact = 'offline'\naccounts = [{}]\n", names.join(", ")))
    };
    play(&offline(5), 200, |outcome, _| assert_eq!(outcome.block_outcome, BlockOutcome::Rejected));
    play(&offline(4), 200, |outcome, _| {
        let forger_is_offline = outcome.forger.is_some_and(|forger| forger.0 < 4);
        assert_eq!(outcome.block_outcome == BlockOutcome::Accepted, forger_is_offline);
    });
    play(&offline(3), 200, |outcome, _| assert_eq!(outcome.block_outcome, BlockOutcome::Accepted));
}

#[test]
fn every_kind_of_invalid_block_is_rejected_and_punished_if_it_proves_the_cheat() {
    for flaw in BlockFlaw::ALL {
        let name = toml::Value::try_from(flaw).expect("a flaw has a name");
        let text = sixteen(&format!(
            "[slashing]\nshare = '1/4'\n[[behaviours]]\nact = {{ kind = 'invalid-block', flaw = {name} }}\nshare = 1\n"
        ));
        let mut rejected = 0;
        play(&text, 40, |outcome, _| {
            assert_eq!(outcome.block_outcome, BlockOutcome::Rejected, "{flaw:?}");
            assert_eq!(outcome.slashed > 0, flaw.is_proof(), "{flaw:?}");
            rejected += 1;
        });
        assert!(rejected > 40, "{flaw:?}");
    }
}

#[test]
fn a_cheat_that_loses_everything_is_never_drawn_again() {
    let text = sixteen(
        "[[behaviours]]\nact = { kind = 'invalid-block', flaw = 'wrong-state' }\naccounts = ['validator-03']\n",
    );
    let mut losses = 0;
    play(&text, 300, |outcome, state| {
        if outcome.slashed > 0 {
            losses += 1;
            assert_eq!(outcome.slashed, 1000);
            assert_eq!(outcome.forger.map(|forger| forger.0), Some(2));
            assert_eq!(state.stake(tombola::ledger::AccountId(2)), 0);
        }
    });
    assert_eq!(losses, 3, "once without bytes, and once in full at either verification_mode");
}

#[test]
fn a_cheat_that_keeps_too_little_leaves_with_its_coins() {
    let text = "[population]\nminimum_stake = 600\naccounts = [{ name = 'a', balance = 1000 }, { name = 'b', balance = 1000 }, { name = 'c', balance = 1000 }]\n\
                [slashing]\nshare = 0.5\n[[behaviours]]\nact = { kind = 'invalid-block', flaw = 'second-block' }\naccounts = ['a']\n";
    let mut seen = 0;
    play(text, 60, |outcome, state| {
        if outcome.slashed > 0 {
            seen += 1;
            assert_eq!(outcome.slashed, 500);
            let account = tombola::ledger::AccountId(0);
            assert_eq!((state.stake(account), state.balance(account)), (0, 500));
        }
    });
    assert_eq!(seen, 3);
}

/// All but one approve without looking: an invalid block joins the chain, but moves no money that
/// is not there.
#[test]
fn a_dishonest_quorum_lets_cheats_pass_but_makes_no_coins() {
    let text = sixteen(
        "[[behaviours]]\nact = 'always-approve'\nshare = 1\n[[behaviours]]\nact = 'invalid-block'\nshare = 1\n",
    );
    play(&text, 120, |outcome, _| {
        assert_eq!(outcome.block_outcome, BlockOutcome::Accepted);
        assert_eq!(outcome.slashed, 0);
    });
}

#[test]
fn transactions_of_a_rejected_block_wait_for_the_next_one() {
    let text = "[population]\ncount = 4\ntotal_stake = 400\nstake = 'equal'\n[transactions]\nper_round = 2\nusers = 3\n\
                [[behaviours]]\nact = { kind = 'invalid-block', flaw = 'wrong-merkle-root' }\naccounts = ['validator-1']\n";
    let scenario = scenario(text);
    let mut chain = Chain::new(&scenario.experiment.world, 0, |_| Draws::default());
    let mut rejected = 0;
    let mut carried = 0;
    for _ in 0..200 {
        let waiting = chain.waiting().len() as u64;
        let settled = chain.counters().settled;
        let outcome = chain.play(&mut Silent).expect("four validators");
        let now = chain.counters().settled - settled;
        if outcome.block_outcome == BlockOutcome::Rejected {
            rejected += 1;
            assert_eq!(now, 0);
            assert_eq!(chain.waiting().len() as u64, waiting + 2);
        } else {
            assert_eq!(now, waiting + 2);
            assert!(chain.waiting().is_empty());
            carried += waiting;
        }
    }
    assert!(rejected > 20 && carried > 40, "{rejected} {carried}");
    assert_eq!(chain.counters().refused, [0; 6]);
}
