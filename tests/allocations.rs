//! Rounds allocate nothing, once the buffers have grown to their size.
//!
//! A program of its own, because the counter takes the place of the allocator.

use allocation_counter::{AllocationInfo, measure};
use std::path::Path;
use tombola::forging::{
    Chain, Draws, Fidelity, Full, GenesisRecord, Keyring, Silent, Verdicts, VerificationMode,
};
use tombola::import::{Options, read};
use tombola::scenario::{Scenario, load_text};
use tombola::selection::{COMMITTEES, RULES};

/// Honest, and with everything that can go wrong; by all, by a drawn committee, and with the check
/// repeated by everybody.
fn scenarios() -> Vec<Scenario> {
    let honest = "[population]\ncount = 8\ntotal_stake = 8_000_000\nstake = 'equal'\n\
                  [transactions]\nper_round = 3\nusers = 6\n";
    let faults = "[reward]\ncompound = true\n[slashing]\nshare = '1/1000'\n[network]\nloss = 0.02\n\
                  [[behaviours]]\nact = 'invalid-block'\naccounts = ['validator-1', 'validator-2']\n\
                  [[behaviours]]\nact = 'silent-forger'\naccounts = ['validator-3']\n\
                  [[behaviours]]\nact = 'always-approve'\naccounts = ['validator-4']\n";
    let texts = [
        honest.to_owned(),
        format!("{honest}bad = '1/3'\n{faults}"),
        format!("{honest}bad = '1/3'\n{faults}[attestation]\ncommittee = 4\nweight = 'stake'\n"),
        format!("{honest}{faults}[attestation]\nverification = 'each'\n"),
    ];
    texts
        .map(|text| load_text(Path::new("test.toml"), text, &[]).expect("a valid scenario"))
        .into_iter()
        .collect()
}

/// Plays a round and measures it.
fn played<F: Fidelity>(chain: &mut Chain<F>) -> AllocationInfo {
    measure(|| {
        chain.play(&mut Silent).expect("validators hold stake");
    })
}

/// Plays rounds and returns the number of allocations in each.
fn allocations<F: Fidelity>(chain: &mut Chain<F>, rounds: u64) -> Vec<u64> {
    (0..rounds).map(|_| played(chain).count_total).collect()
}

#[test]
fn rounds_without_bytes_allocate_nothing() {
    for scenario in scenarios() {
        let mut chain = Chain::new(&scenario.experiment.world, 0, |_| Draws::default());
        allocations(&mut chain, 1000);
        assert_eq!(allocations(&mut chain, 3000), [0; 3000]);
    }
}

/// Allocations of a thousand rounds of a chain that has been played for a while, where rewards move
/// stakes or do not.
fn allocations_of(selection: &str, compound: bool) -> u64 {
    let text = format!(
        "{selection}\nreward.compound = {compound}\npopulation.count = 20\n\
         population.total_stake = 20_000_000\npopulation.stake = 'zipf'\n"
    );
    let scenario = load_text(Path::new("test.toml"), text, &[]).expect("a valid scenario");
    let mut chain = Chain::new(&scenario.experiment.world, 0, |_| Draws::default());
    (0..5000).for_each(|_| assert!(chain.play(&mut Silent).is_some()));
    measure(|| (0..1000).for_each(|_| assert!(chain.play(&mut Silent).is_some()))).count_total
}

/// Every rule and every committee, for epochs on end, with stakes that move and that do not.
#[test]
fn no_rule_and_no_committee_allocates_once_it_is_warm() {
    let rules = RULES.iter().map(|entry| format!("selection.rule = '{}'", entry.name));
    let committees = COMMITTEES.iter().map(|entry| {
        let settings = match entry.name {
            "all" => "",
            "ethereum" => ", slots = 4",
            "ethereum-payload" => ", size = 8, slots = 4",
            "ethereum-sync" => ", size = 8, period = 64",
            "decaying-acceptance" => ", size = 8, max = 3",
            _ => ", size = 8",
        };
        format!("attestation.committee = {{ kind = '{}'{settings} }}", entry.name)
    });
    let mut found = Vec::new();
    for selection in rules.chain(committees) {
        for compound in [false, true] {
            let count = allocations_of(&selection, compound);
            if count > 0 {
                found.push(format!("{selection}, compound = {compound}: {count}"));
            }
        }
    }
    assert!(found.is_empty(), "allocations in 1000 rounds:\n{}", found.join("\n"));
}

/// In full, only the arithmetic that verifies a batch allocates: the table of its points, which the
/// library makes anew each time, a few allocations for every thousand signatures. All is given
/// back.
#[test]
fn full_rounds_allocate_nothing_but_a_batchs_own_tables() {
    /// Enough for a batch, even where a round has the fewest signatures, four.
    const ROUNDS: u64 = Verdicts::GATHERED as u64 / 4;
    for scenario in scenarios() {
        let world = &scenario.experiment.world;
        let keys = Keyring::new(world);
        let id = GenesisRecord::new(world, keys.directory(), 0).chain_id();
        let mut chain =
            Chain::new(world, 0, |state| Full::at_pace(VerificationMode::Ahead, &keys, id, state));
        allocations(&mut chain, 2 * ROUNDS);
        let mut counts = Vec::new();
        let all = measure(|| {
            allocation_counter::opt_out(|| counts.reserve(ROUNDS as usize));
            let rounds = (0..ROUNDS).map(|_| played(&mut chain));
            counts.extend(rounds.map(|round| round.count_total));
        });
        assert_eq!(all.bytes_current, 0);
        let batches: Vec<u64> = counts.into_iter().filter(|&count| count > 0).collect();
        // At least the block and three votes, at most three transactions checked by eight and
        // twice as many blocks and votes as there are.
        let rounds = ROUNDS as usize;
        let (least, most) = (rounds * 4 / Verdicts::GATHERED, rounds * 50 / Verdicts::GATHERED + 1);
        assert!((least..=most).contains(&batches.len()), "{batches:?}");
        assert!(batches.iter().all(|&count| count <= 20), "{batches:?}");
        assert!(chain.conclude());
    }
}

/// How much memory is taken at most while a table is read, and whether it is one.
fn reading(text: &str) -> (u64, bool) {
    let mut is_table = false;
    let info = measure(|| is_table = read(text.as_bytes(), &Options::default()).is_ok());
    (info.bytes_max, is_table)
}

/// JSON takes its own text (twice, while a buffer grows), and beyond it what the same rows take as
/// separated fields, whatever it looks like: nothing is kept of values that are not rows.
#[test]
fn reading_json_takes_its_text_and_what_its_rows_say() {
    const ROWS: usize = 60_000;
    let join = |row: &dyn Fn(usize) -> String, between: &str| -> String {
        (1..=ROWS).map(row).collect::<Vec<_>>().join(between)
    };
    let (fields, _) = reading(&format!("name,stake\n{}\n", join(&|i| format!("v{i},{i}1"), "\n")));
    let object = |i: usize| format!("{{\"name\":\"v{i}\",\"stake\":{i}1}}");
    let pool = |i: usize| format!("\"v{i}\":{{\"numerator\":{i}1,\"denominator\":40000000000}}");
    // A text, and whether it is a table. Its fractions wait for the last of them.
    let cases = [
        (format!("[{}]", join(&object, ",")), true),
        (join(&object, "\n"), true),
        (format!("{{\"validators\":[{}]}}", join(&object, ",")), true),
        (format!("[{}]", join(&|i| format!("[\"v{i}\",{i}1]"), ",")), true),
        (format!("{{{}}}", join(&|i| format!("\"v{i}\":{i}1"), ",")), true),
        (format!("{{{}}}", join(&pool, ",")), true),
        (join(&|_| "{}".to_owned(), "\n"), false),
        (join(&|_| "[1]".to_owned(), " "), false),
        (format!("[{}]", join(&|_| "{}".to_owned(), ",")), false),
        (format!("[{}]", join(&|_| "1".to_owned(), ",")), false),
        (format!("[[{}]]", join(&|_| "1".to_owned(), ",")), false),
        (format!("{{\"epochSlotsIdeal\":1,\"assignedSlots\":[{}]}}", join(&|_| "1".to_owned(), ",")), false),
        (format!("{{{}}}", join(&|i| format!("\"v{i}\":[]"), ",")), false),
        ("[".repeat(ROWS), false),
    ];
    for (text, is_table) in cases {
        let (most, was_table) = reading(&text);
        let begin = &text[..text.len().min(60)];
        assert_eq!(was_table, is_table, "{begin}");
        let bound = 2 * text.len() as u64 + if is_table { fields * 3 / 2 } else { 0 } + 1_000_000;
        assert!(most <= bound, "{begin}: {most} bytes for {}, more than {bound}", text.len());
    }
    // And what rows say is in proportion to their text.
    assert!(fields < 40 * 12 * ROWS as u64, "{fields}");
}
