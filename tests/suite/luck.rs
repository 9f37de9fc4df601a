//! `tombola luck`: published answers, and others that were recomputed apart from this program.

use crate::sandbox::Sandbox;
use tombola::analysis::CHAINS;
use tombola::analysis::rows::LuckReport;

fn asked(sandbox: &Sandbox, line: &str) -> LuckReport {
    let mut args: Vec<&str> = line.split_whitespace().collect();
    args.extend(["--format", "json"]);
    let output = sandbox.command(&args).output().expect("the program starts");
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    let report: LuckReport = serde_json::from_slice(&output.stdout).expect("a report");
    assert!(String::from_utf8_lossy(&output.stderr).contains(&report.text), "{line}");
    report
}

fn close(found: Option<f64>, expected: f64) {
    let found = found.unwrap_or_else(|| panic!("there is no {expected}"));
    assert!((found / expected - 1.0).abs() < 5e-5, "{found:e}, not {expected:e}");
}

/// Questions from public threads, with their answers: 1.4148 %, 1.4011e-4, 3.243 %; and .907154 and
/// .459332 for two and three in a row.
#[test]
fn published_answers() {
    let sandbox = Sandbox::new();
    let few = asked(&sandbox, "luck --expected 26 --slots 43200 --wins 15");
    close(few.p_at_most, 0.014148);
    assert!(few.text.contains("15 came, which an explorer shows as a luck of 57.7 %"), "{}", few.text);
    assert!(few.text.contains("with probability 1.4148 %"), "{}", few.text);
    let gap = asked(&sandbox, "luck --expected 26 --slots 43200 --gap 19280");
    close(gap.gap.as_ref().and_then(|gap| gap.p_anywhere), 1.40111e-4);
    close(gap.gap.as_ref().and_then(|gap| gap.p_at_a_fixed_place), 9.1004e-6);
    assert!(gap.text.contains("somewhere in the period with probability 1.4011e-4"), "{}", gap.text);
    for share in ["10/420000", "0.0023809523809523810%", "2.3809523809523810e-5"] {
        let none = asked(&sandbox, &format!("luck --share {share} --slots 144000 --wins 0"));
        close(none.p_at_most, 0.0324319);
        assert!(none.text.contains("3.2432 %"), "{}", none.text);
        assert_eq!(none.validators, Some(42_000));
    }
    for (k, p) in [(2, 0.907154), (3, 0.459332)] {
        let line = format!("luck --chain ethereum --share 0.3 --epochs 1 --in-a-row {k}");
        close(asked(&sandbox, &line).in_a_row.and_then(|row| row.p_anywhere), p);
    }
}

#[test]
fn what_no_period_can_have_is_refused() {
    let sandbox = Sandbox::new();
    for (seen, told) in [
        ("--wins 3 --gap 8", "leaves no room for 3 wins in 10 slots"),
        ("--wins 3 --in-a-row 5", "is more than the 3 wins of the period"),
        ("--wins 11", "is more than the 10 slots of the period"),
    ] {
        let line = format!("luck --share 0.3 --slots 10 {seen}");
        let args: Vec<&str> = line.split(' ').collect();
        let output = sandbox.command(&args).output().expect("the program runs");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && error.contains(told), "{seen}: {error}");
    }
    // As many as there is room for.
    assert_eq!(asked(&sandbox, "luck --share 0.3 --slots 10 --wins 3 --gap 7").slots, 10);
}

/// Recomputed by summing point probabilities from log-gammas in Python.
#[test]
fn chains_have_their_own_chances() {
    let sandbox = Sandbox::new();
    let cardano = asked(&sandbox, "luck --chain cardano --share 0.0006 --epochs 1 --wins 5");
    close(Some(cardano.expected), 13.295017);
    close(cardano.p_at_most, 0.008847101);
    assert_eq!((cardano.slots, cardano.seconds), (432_000, Some(432_000.0)));
    let solana = asked(&sandbox, "luck --chain solana --share 1% --epochs 1 --wins 4000");
    close(solana.p_at_most, 0.007010828);
    close(solana.mid_p, 0.006716341);
    close(solana.standard_deviation, 130.794495);
    let ethereum = asked(&sandbox, "luck --chain ethereum --share 1/1000000 --days 365.25 --wins 0");
    close(Some(ethereum.expected), 2.6298);
    close(ethereum.p_at_most, 0.072092785);
    close(ethereum.periods_in_a_year, 1.0);
    let polkadot = asked(&sandbox, "luck --chain polkadot --share 1/297 --days 1 --wins 30");
    close(polkadot.p_at_most, 0.0029591085);
    let cosmos = asked(&sandbox, "luck --chain cosmos --share 0.01 --slots 10000 --wins 60");
    assert_eq!((cosmos.p_value, cosmos.explanation.as_deref()), (None, Some("a fault")));
    // A chain of 27 validators does give 4 of 5 to this share: nobody is accused for it, whichever way the
    // share is told. With the number of validators the bounds are narrower.
    for who in ["--share 0.43912767308913825", "--share 43.912767308913825%", "--expected 2.19563836544569"] {
        let line = format!("luck --chain cosmos {who} --slots 5 --wins 4");
        let few = asked(&sandbox, &line);
        assert_eq!((few.explanation.as_deref(), few.validators), (Some("chance"), None), "{}", few.text);
        assert!(few.text.contains("however many validators the chain has"), "{}", few.text);
        let of_two = asked(&sandbox, &format!("{line} --validators 2"));
        assert_eq!(of_two.explanation.as_deref(), Some("a fault"), "{}", of_two.text);
        let of_27 = asked(&sandbox, &format!("{line} --validators 27"));
        assert_eq!(of_27.explanation.as_deref(), Some("chance"), "{}", of_27.text);
    }
}

/// Slot time and epoch of each chain as it publishes them (see `source`), and what follows from them: Cardano's
/// genesis file has slotLength 1, epochLength 432000, activeSlotsCoeff 0.05, so five days and 21,600 blocks an
/// epoch; Ethereum's specification SECONDS_PER_SLOT 12 and SLOTS_PER_EPOCH 32, so 7,200 slots a day; Solana 400
/// ms, 432,000 slots and four in a row; Polkadot 6 s and four hours, Kusama one; NEAR epoch_length 43200.
#[test]
fn presets_are_what_the_chains_publish() {
    let published = [
        ("ethereum", 12.0, Some(32), 384.0),
        ("gnosis", 5.0, Some(16), 80.0),
        ("cardano", 1.0, Some(432_000), 5.0 * 86_400.0),
        ("solana", 0.4, Some(432_000), 2.0 * 86_400.0),
        ("cosmos", 6.0, None, 0.0),
        ("polkadot", 6.0, Some(2_400), 4.0 * 3_600.0),
        ("kusama", 6.0, Some(600), 3_600.0),
        ("algorand", 2.8, None, 0.0),
        ("near", 1.0, Some(43_200), 43_200.0),
    ];
    assert_eq!(published.len(), CHAINS.len());
    let sandbox = Sandbox::new();
    for (chain, (name, slot, epoch, seconds)) in CHAINS.iter().zip(published) {
        assert_eq!((chain.name, chain.slot_seconds, chain.epoch_slots), (name, slot, epoch));
        if epoch.is_some() {
            let one = asked(&sandbox, &format!("luck --chain {name} --share 1% --epochs 1"));
            assert!((one.seconds.expect("a time") / seconds - 1.0).abs() < 1e-12, "{name}");
        }
    }
    // The whole stake of Cardano leads one slot of twenty; a day of Ethereum has 7,200 slots.
    close(Some(asked(&sandbox, "luck --chain cardano --share 99.9999999% --epochs 1").expected), 21_600.0);
    close(Some(asked(&sandbox, "luck --chain ethereum --share 1/7200 --days 1").expected), 1.0);
    // Four slots at a time: the variance is four times that of single draws.
    let deviation = |line: &str| asked(&sandbox, line).standard_deviation.expect("a deviation");
    let four = deviation("luck --chain solana --share 1% --epochs 1");
    close(Some(four), 2.0 * deviation("luck --share 1% --slots 432000"));
}

/// Several keys of a table count as one operator, whatever the table's format.
#[test]
fn keys_of_a_table_count_as_one() {
    let sandbox = Sandbox::new();
    let rows: String = (0..420).map(|row| format!("key-{row},32\n")).collect();
    sandbox.put("stakes.csv", format!("name,stake\n{rows}"));
    let keys: Vec<String> = (0..10).map(|row| format!("key-{row}")).collect();
    let together = format!("luck stakes.csv --validator {} --slots 144 --wins 0", keys.join(","));
    let apart = format!("luck stakes.csv --validator {} --slots 144 --wins 0", keys.join(" --validator "));
    for line in [together, apart] {
        let report = asked(&sandbox, &line);
        close(report.p_at_most, (1.0 - 10.0f64 / 420.0).powi(144));
        assert_eq!((report.names.len(), report.validators), (10, Some(420)));
    }
    // Small sets of Ethereum are not proportional: 1,024 and 512 ETH propose in 0.7 and 0.3 of all slots.
    sandbox.put("two.csv", "name,stake\na,1024\nb,512\n");
    let report = asked(&sandbox, "luck two.csv --validator a --chain ethereum --epochs 1 --wins 20");
    close(Some(report.p_slot), 0.7);
}

#[test]
fn what_is_not_asked_well_is_refused_with_a_remedy() {
    let sandbox = Sandbox::new();
    sandbox.put("s.csv", "name,stake\nann,5\nbob,6\n");
    for (line, fragments) in [
        ("luck", &["the period is missing", "--days"][..]),
        ("luck --slots 100", &["it is not said who is asked about", "--share"]),
        ("luck --slots 100 --share 1.5", &["--share 1.5", "is no share of stake"]),
        ("luck --slots 100 --share nan", &["--share nan"]),
        ("luck --slots 100 --share 5/0", &["--share 5/0"]),
        ("luck --slots 100 --share -0.1", &["--share -0.1"]),
        ("luck --slots 100 --share 0.1 --expected 3", &["more than one of them is given"]),
        ("luck --slots 100 --expected 101", &["--expected 101"]),
        ("luck --slots 100 --expected nan", &["--expected"]),
        ("luck --slots 100 --share 0.1 --wins 101", &["--wins 101", "more than the 100 slots"]),
        ("luck --slots 100 --share 0.1 --gap 101", &["--gap 101"]),
        ("luck --slots 100 --epochs 1 --share 0.1", &["more than one of them is given"]),
        ("luck --epochs 1 --share 0.1", &["nothing says how many slots an epoch has", "--epoch-slots"]),
        ("luck --days 1 --share 0.1", &["nothing says how long a slot takes", "--slot-seconds"]),
        ("luck --days -1 --share 0.1 --chain near", &["--days -1"]),
        ("luck --days 1e300 --share 0.1 --chain near", &["at most 9007199254740992"]),
        ("luck --chain etherum --share 0.1 --epochs 1", &["did you mean `ethereum`?"]),
        ("luck --chain cosmos --share 0.1 --epochs 1", &["nothing says how many slots an epoch has"]),
        (
            "luck --chain solana --share 0.1 --slots 41",
            &["whole number of draws of 4 slots", "give 40 or 44"],
        ),
        ("luck --slots 100 --share 0.1 --confidence 1", &["--confidence 1", "strictly between 0 and 1"]),
        ("luck --slots 100 --share 0.1 --slot-seconds 0", &["--slot-seconds 0"]),
        ("luck s.csv --slots 100", &["--validator NAME"]),
        ("luck s.csv --slots 100 --validator anne", &["--validator anne", "did you mean `ann`?"]),
        ("luck s.csv --slots 100 --validator ann,ann", &["is named twice"]),
        ("luck no.csv --slots 100 --validator ann", &["no.csv", "cannot be read"]),
        ("luck --slots 0 --share 0.1", &["--slots"]),
    ] {
        let args: Vec<&str> = line.split_whitespace().collect();
        let output = sandbox.command(&args).output().expect("the program starts");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{line}: {told}");
        assert!(output.stdout.is_empty(), "{line}");
        for fragment in fragments {
            assert!(told.contains(fragment), "{line}: no {fragment:?} in {told}");
        }
    }
}

/// The same numbers in every form.
#[test]
fn every_form_has_the_same_numbers() {
    let sandbox = Sandbox::new();
    let line = ["luck", "--expected", "26", "--slots", "43200", "--wins", "15", "--chain", "near"];
    let csv =
        sandbox.command(&[&line[..], &["--format", "csv"]].concat()).output().expect("the program starts");
    let mut table = csv::Reader::from_reader(&csv.stdout[..]);
    let rows: Vec<tombola::analysis::rows::LuckRow> =
        table.deserialize().collect::<Result<_, _>>().expect("a table");
    let report = asked(&sandbox, &line.join(" "));
    // What reads JSON rounds the last digit of a float in its own way.
    assert_eq!(rows.len(), report.rows().len());
    for (row, other) in rows.iter().zip(report.rows()) {
        assert_eq!((&row.metric, &row.unit, &row.note), (&other.metric, &other.unit, &other.note));
        assert!((row.value - other.value).abs() <= 1e-14 * row.value.abs(), "{row:?} and {other:?}");
    }
    let table = sandbox.command(&line).output().expect("the program starts");
    let text = String::from_utf8_lossy(&table.stdout).into_owned();
    assert!(text.starts_with(&report.text), "{text}");
    assert!(rows.iter().all(|row| text.contains(&row.metric)), "{text}");
}

#[test]
fn every_chain_is_documented() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operators.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let table = page.split("| chain | slot | epoch | how it draws |\n").nth(1).expect("the table of chains");
    let names: Vec<&str> = table
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.split('`').nth(1).expect("a name"))
        .collect();
    assert_eq!(names, CHAINS.iter().map(|chain| chain.name).collect::<Vec<_>>());
}

/// Of a file about a part of a chain the share of the whole is taken, and where it is not known, nothing.
#[test]
fn a_part_of_a_chain_is_not_the_whole() {
    let sandbox = Sandbox::new();
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let file = |name: &str| {
        std::fs::copy(data.join(name), sandbox.path(name)).expect("a copy");
        name.to_owned()
    };
    sandbox.put("top.csv", "name,stake\nann,12.5%\nbob,7.5%\n");
    let pool = "c3e7025ebae638e994c149e5703e82619b31897c9e1d64fc684f81c2";
    let of_set = 40_345_959_109_374_f64 / 22_596_084_590_568_394u64 as f64;
    for (table, who, share) in [
        (file("cardano-leader-log.cncli.json"), pool, 8.181200836108011e-5),
        (file("cardano-stake-distribution.one.json"), "00beef", of_set),
        (file("cardano-stake-distribution.pool.json"), "pool", of_set),
        (
            file("cardano-stake-distribution.txt"),
            "pool1qqyjr9pcrv97gwrueunug829fs5znw6p2wxft3fvqkgu5f4qlrg",
            2.493e-3,
        ),
        (
            file("cardano-stake-distribution.decimals.json"),
            "pool1qqyjr9pcrv97gwrueunug829fs5znw6p2wxft3fvqkgu5f4qlrg",
            2.493e-3,
        ),
        ("top.csv".to_owned(), "ann", 0.125),
    ] {
        let of_table =
            asked(&sandbox, &format!("luck {table} --validator {who} --chain cardano --epochs 1 --wins 2"));
        let of_share = asked(&sandbox, &format!("luck --share {share} --chain cardano --epochs 1 --wins 2"));
        close(of_table.stake_share, share);
        close(Some(of_table.p_slot), of_share.p_slot);
        assert_eq!(
            (of_table.names, of_table.validators),
            (vec![who.to_owned()], of_share.validators),
            "{table}"
        );
    }
    // Another snapshot has another total.
    let mark = "luck cardano-stake-distribution.pool.json --columns stake=poolStakeMark --validator pool --slots 100";
    close(
        asked(&sandbox, &format!("{mark} --wins 2")).stake_share,
        40_424_218_559_492_f64 / 22_670_949_084_364_797u64 as f64,
    );
    sandbox.put(
        "next.json",
        r#"{"validators": [{"address": "A", "voting_power": "5"}], "pagination": {"next_key": "abc", "total": "0"}}"#,
    );
    let page = file("cometbft-validators.page.json");
    for (table, who) in [(page.as_str(), "000001E443FD237E4B616E2FA69DF4EE3D49A94F"), ("next.json", "A")] {
        let args = ["luck", table, "--validator", who, "--chain", "cosmos", "--slots", "100", "--wins", "0"];
        let output = sandbox.command(&args).output().expect("the program starts");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{table}: {told}");
        assert!(told.contains("part of the chain") && told.contains("--share"), "{table}: {told}");
    }
}

/// Whatever the rule, a run is answered in words, and a share that a double cannot tell from 0 is no share.
#[test]
fn runs_are_told_in_words_and_tiny_shares_are_refused() {
    let sandbox = Sandbox::new();
    for (chain, k, says) in [
        ("cosmos", 60, "A run of wins of 60 slots"),
        ("cosmos", 2, "its bounds do not exclude it"),
        ("ethereum", 3, "A run of wins of 3 slots"),
    ] {
        let line = format!("luck --chain {chain} --share 0.1 --slots 1000 --validators 50 --in-a-row {k}");
        let report = asked(&sandbox, &line);
        assert!(report.text.contains(says), "{}", report.text);
    }
    for option in [
        "--share 1e-400",
        "--share 1e-310",
        "--share 1e-200/1e200",
        "--share 1e-330%",
        "--expected 1e-400",
        "--share 0.1 --confidence 1e-400",
        "--share 0.1 --slot-seconds 1e-400",
        "--share 0.1 --slot-seconds 1e400",
    ] {
        let line = format!("luck {option} --slots 100 --wins 1");
        let args: Vec<&str> = line.split(' ').collect();
        let output = sandbox.command(&args).output().expect("the program runs");
        assert_eq!(output.status.code(), Some(2), "{option}");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains("become 0") || error.contains("at most"), "{option}: {error}");
    }
}
