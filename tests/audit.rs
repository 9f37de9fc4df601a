//! Tables of real chains: right figures, bugs caught, luck left alone.

mod sandbox;

use assert_cmd::Command;
use sandbox::Sandbox;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use tombola::analysis::rows::AuditRow;
use tombola::analysis::{Audit, AuditTable, audit};
use tombola::forging::{Chain, Draws, Silent};
use tombola::report::write_rows;
use tombola::scenario::{Override, load_text};
use tombola::selection::RULES;
use tombola::simulation::{Control, OrderPlan, Quiet, play_trial};

fn table(stakes: &[u64], wins: &[u64]) -> AuditTable {
    AuditTable {
        names: (0..stakes.len()).map(|index| format!("v{index}")).collect(),
        stakes: stakes.to_vec(),
        wins: wins.to_vec(),
        ..AuditTable::default()
    }
}

fn with_rule(table: &AuditTable, rule: &str) -> Audit {
    let rule = Override::parse(&format!("selection.rule={rule}")).expect("a rule");
    audit(Path::new("chain.csv"), table, &[rule]).unwrap_or_else(|problem| panic!("{problem}"))
}

fn close(value: Option<f64>, expected: f64) {
    let value = value.unwrap_or_else(|| panic!("there is no {expected}"));
    assert!((value / expected - 1.0).abs() < 1e-9, "{value:e}, not {expected:e}");
}

/// scipy.stats.binomtest(k, n, s / 1325).pvalue, scipy.stats.binom.cdf(k - 1, n, s / 1325) + 0.5 *
/// binom.pmf(k, n, s / 1325), and scipy.stats.chi2.sf(5.978787878787879, 3).
#[test]
fn figures_are_those_of_scipy() {
    let audit = with_rule(&table(&[500, 350, 275, 200], &[40, 21, 20, 24]), "raffle");
    for (row, (p, percentile)) in audit.rows.iter().zip([
        (1.0, 0.5333223902175009),
        (0.15051097753260734, 0.06601199844798365),
        (0.7197260091684985, 0.3412934627993236),
        (0.039312081475595465, 0.982422316666001),
    ]) {
        close(row.p_value, p);
        close(row.percentile, percentile);
    }
    // Holm: the smallest of four times four, the next times three.
    close(audit.rows[3].p_holm, 4.0 * 0.039312081475595465);
    close(audit.rows[1].p_holm, 3.0 * 0.15051097753260734);
    close(audit.conclusion.p_value, 0.11264681395059059);
    assert_eq!(audit.conclusion.word, "cannot tell");
    assert!(audit.conclusion.text.contains("more rounds would do"), "{}", audit.conclusion.text);
    // Solana's runs of four slots count once each.
    let runs = with_rule(&table(&[500, 350, 275, 200], &[160, 84, 80, 96]), "solana-schedule");
    close(runs.rows[3].p_value, 0.039312081475595465);
    // scipy.stats.binomtest(20, 105, 0.2): the chain's own expectation, whatever it sums to.
    let mut own = table(&[500, 350, 275, 200], &[40, 21, 20, 24]);
    own.expected = Some(vec![200.0, 100.0, 100.0, 100.0]);
    let own = with_rule(&own, "raffle");
    close(own.rows[2].p_value, 0.9030727266570048);
    assert_eq!(own.rows[2].expected_share, Some(0.2));
}

#[test]
fn the_seeds_table_is_luck() {
    let audit = with_rule(&table(&[500, 350, 275, 200], &[37_718, 26_423, 20_792, 15_067]), "raffle");
    assert_eq!(audit.conclusion.word, "luck");
    assert!(audit.rows.iter().all(|row| row.finding == "luck"));
    assert!(audit.analysis.assessment.sentence().starts_with("fair within 10 %"));
}

/// The shares of oracles that are published: 56.5 / 26.4 / 13.0 / 4.1 % of the largest of uniform x
/// stake, in a table of 10,000 rounds.
#[test]
fn a_rigged_table_is_caught() {
    let audit = with_rule(&table(&[500, 350, 275, 200], &[5650, 2640, 1300, 410]), "raffle");
    assert_eq!(audit.conclusion.word, "bug");
    let text = &audit.conclusion.text;
    assert!(text.contains("v0 won 5,650 instead of 3,774 (+49.7 %"), "{text}");
    assert_eq!(audit.rows[1].finding, "luck", "the second has its share");
    // The same counts are no bug of a rule that has such a law.
    let squares = table(&[500, 350, 275, 200], &[5007, 2454, 1515, 1024]);
    assert_eq!(with_rule(&squares, "raffle").conclusion.word, "bug");
    let law = with_rule(&table(&[500, 350], &[6711, 3289]), "{ kind = \"power-weighted\", exponent = 2 }");
    assert_eq!(law.conclusion.word, "luck", "{}", law.conclusion.text);
}

#[test]
fn all_wins_to_one_percent_of_the_stake_have_a_p_value_beyond_doubles() {
    let wins = 1_000_000_000_000_000;
    let audit = with_rule(&table(&[99, 1], &[0, wins]), "raffle");
    let row = &audit.rows[1];
    assert_eq!((row.p_value, row.finding.as_str()), (Some(0.0), "bug"));
    // 0.01 to the power of 10^15.
    close(row.log10_p_value, -2e15);
    assert!(audit.conclusion.text.contains("p = 10^-2,000,000,000,000,000"), "{}", audit.conclusion.text);
    // scipy.stats.binomtest(1900, 10_000, 0.1).pvalue, and the definition in 50 digits (mpmath).
    let far = with_rule(&table(&[9, 1], &[8100, 1900]), "raffle");
    close(far.rows[1].p_value, 2.480438242792045e-161);
}

#[test]
fn tables_at_the_edges() {
    for entry in RULES {
        // A stretch of nothing, of one validator, of one without stake.
        let silent = with_rule(&table(&[5, 7], &[0, 0]), entry.name);
        assert_eq!(silent.conclusion.word, "cannot tell", "{}", entry.name);
        assert_eq!(silent.conclusion.text, "Cannot tell: the table has no wins at all.");
        let alone = with_rule(&table(&[64], &[9000]), entry.name);
        assert_ne!(alone.conclusion.word, "bug", "{}: {}", entry.name, alone.conclusion.text);
        let poor = with_rule(&table(&[64, 64, 0], &[4500, 4500, 0]), entry.name);
        assert!(poor.rows[2].finding != "bug", "{}", entry.name);
        let bytes = {
            let mut bytes = Vec::new();
            write_rows(&poor.analysis.tables.validators, &mut bytes).expect("memory can be written to");
            String::from_utf8(bytes).expect("text")
        };
        assert!(!bytes.contains("NaN") && !bytes.contains("inf"), "{}", entry.name);
    }
    let impossible = with_rule(&table(&[5, 5, 0], &[500, 500, 1]), "raffle");
    assert_eq!((impossible.rows[2].p_value, impossible.rows[2].log10_p_value), (Some(0.0), None));
    assert!(impossible.conclusion.text.contains("v2 won 1 rounds, promised none"));
    let nobody = with_rule(&table(&[5, 5], &[1000, 0]), "raffle");
    assert_eq!(nobody.conclusion.word, "bug");
}

#[test]
fn rules_without_chance_or_without_law_are_respected() {
    // Off by one is within the bound of taking turns, wherever the stretch begins; off by 50 is not.
    assert_eq!(with_rule(&table(&[5, 7, 9], &[1001, 1000, 1000]), "round-robin").conclusion.word, "luck");
    let audit = with_rule(&table(&[5, 7, 9], &[1050, 1000, 950]), "round-robin");
    assert_eq!(audit.conclusion.word, "bug");
    assert!(audit.rows.iter().all(|row| row.p_value.is_none()));
    assert_eq!(audit.rows[0].finding, "bug");
    let unknown =
        with_rule(&table(&[500, 350, 275, 200], &[400, 300, 200, 100]), "{ kind = 'coin-age', minimum = 0 }");
    assert_eq!(unknown.conclusion.word, "cannot tell");
    assert!(unknown.conclusion.text.contains("at most 400 states"), "{}", unknown.conclusion.text);
}

/// scipy.stats.binomtest(missed, 43, slots / 1000).pvalue.
#[test]
fn missed_blocks_are_a_question_of_their_own() {
    let mut chain = table(&[500, 350, 275, 200], &[370, 262, 205, 120]);
    chain.slots = Some(vec![377, 264, 208, 151]);
    let audit = with_rule(&chain, "raffle");
    for (row, p) in audit.rows.iter().zip([
        0.004019782188013965,
        0.000396453440427369,
        0.023092786446541967,
        8.141437362835827e-17,
    ]) {
        close(row.missed_p_value, p);
    }
    assert_eq!(audit.rows.iter().map(|row| row.wins).collect::<Vec<_>>(), [377, 264, 208, 151]);
    assert_eq!(audit.rows[3].blocks, Some(120));
    let missed = audit.conclusion.missed.expect("slots");
    assert!(missed.contains("not by luck: v3 missed 31 of 151 (20.5 %"), "{missed}");
    assert!(!missed.contains("v0"), "who misses least is not to blame: {missed}");
    assert_ne!(audit.conclusion.word, "bug", "the lottery gave everybody its share");
}

/// 150 chains of each rule, from the draws engine, with 2,000 rounds each. A conclusion of a bug is
/// wrong at most 5 times in a hundred: 7.5 of 150, and 18 are four standard deviations more.
#[test]
fn fair_chains_are_called_bugs_no_more_often_than_stated() {
    const CHAINS: u64 = 150;
    const STAKES: [u64; 6] = [40, 25, 15, 10, 7, 3];
    let stop = AtomicBool::new(false);
    let control = Control { progress: &Quiet, stop: &stop };
    for rule in ["raffle", "single-lottery", "solana-schedule", "square-root", "cometbft-priority"] {
        let accounts: Vec<String> =
            STAKES.iter().map(|stake| format!("{{ name = 'v{stake}', balance = {stake} }}")).collect();
        let text = format!(
            "[run]\nseed = 7\nengine = 'draws'\n[population]\naccounts = [{}]\n[selection]\nrule = '{rule}'\n",
            accounts.join(", ")
        );
        let scenario =
            load_text(Path::new("fair.toml"), text, &[]).unwrap_or_else(|problem| panic!("{problem}"));
        let plan = OrderPlan::new(STAKES.len(), &[], false, 0);
        let mut bugs = 0;
        for trial in 0..CHAINS {
            let mut chain = Chain::new(&scenario.experiment.world, trial, |_| Draws::default());
            let end = play_trial(&mut chain, trial, 2000, &[2000], &plan, &mut Silent, &control);
            let totals = end.expect("nothing stops it").totals;
            let wins: Vec<u64> = totals.validators.iter().map(|mine| mine.wins).collect();
            bugs += u32::from(with_rule(&table(&STAKES, &wins), rule).conclusion.word == "bug");
        }
        assert!(bugs <= 18, "{rule}: {bugs} of {CHAINS}");
    }
}

const CHAIN: &str = "name,stake,wins,country\nedwin,500,37718,NL\ncharles,350,26423,FR\nsonia,275,20792,\noliver,200,15067,DE\n";

fn tombola(sandbox: &Sandbox, args: &[&str]) -> (i32, String, String) {
    let output = Command::from_std(sandbox.command(args)).output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(!out.contains('\u{1b}') && !err.contains('\u{1b}') && !err.contains("panicked"), "{out}{err}");
    (output.status.code().expect("a code"), out, err)
}

#[test]
fn the_command_prints_and_writes_what_a_run_writes() {
    let sandbox = Sandbox::new();
    sandbox.put("chain.csv", CHAIN);
    let (code, out, err) = tombola(&sandbox, &["audit", "chain.csv"]);
    assert_eq!(code, 0);
    assert!(out.contains("Luck: everything is within what the law of `raffle` allows"), "{out}");
    assert_eq!(err, "note: passed over the columns country\n");
    let (_, csv, said) = tombola(&sandbox, &["audit", "chain.csv", "--format", "csv"]);
    assert!(csv.starts_with("validator,stake,stake_share,expected_share,expected_wins,wins,"), "{csv}");
    assert!(csv.lines().count() == 5 && said.contains("Luck:"), "{csv}{said}");
    let (_, json, _) = tombola(&sandbox, &["audit", "chain.csv", "--format", "json"]);
    let rows: Vec<AuditRow> = serde_json::from_str(&json).expect("JSON");
    assert_eq!(rows.len(), 4);

    let write = ["audit", "chain.csv", "--output", "audits"];
    assert_eq!(tombola(&sandbox, &write).0, 0);
    let before = sandbox.tree();
    let named: Vec<String> = before.keys().map(|path| path.display().to_string()).collect();
    for file in [
        "audit.csv",
        "validators.csv",
        "fairness.csv",
        "manifest.json",
        "figures/win-share.png",
        "figures/lorenz.svg",
    ] {
        assert!(
            named.iter().any(|name| name.ends_with(&format!("audits/chain/{file}"))),
            "{file}: {named:?}"
        );
    }
    let (code, _, err) = tombola(&sandbox, &write);
    assert!(code == 2 && err.contains("exists already") && err.contains("--force"), "{err}");
    assert_eq!(tombola(&sandbox, &[&write[..], &["--force"]].concat()).0, 0);
    // Its own table of validators is a table to audit.
    let (code, again, _) = tombola(&sandbox, &["audit", "audits/chain/validators.csv"]);
    assert!(code == 0 && again.contains("Luck:"), "{again}");
}

#[test]
fn asserting_ends_with_one_if_it_is_a_bug() {
    let sandbox = Sandbox::new();
    sandbox.put("chain.csv", CHAIN);
    assert_eq!(tombola(&sandbox, &["audit", "chain.csv", "--assert"]).0, 0);
    let (code, out, err) = tombola(&sandbox, &["audit", "chain.csv", "--assert", "--rule", "uniform"]);
    assert_eq!((code, err.lines().last()), (1, Some("failed: chain.csv: the conclusion is a bug")));
    assert!(out.contains("Bug, or a different rule: these are not the wins of `uniform`"), "{out}");
}

#[test]
fn what_cannot_be_audited_is_refused_with_its_place() {
    let sandbox = Sandbox::new();
    sandbox.put("chain.csv", CHAIN);
    sandbox.put("bad.csv", "name,stake,wins\nann,5,1.5\n");
    sandbox.put("odd.csv", b"name,stake,wins\nZo\xeb,5,1\n");
    for (args, says) in [
        (&["audit", "none.csv"][..], "none.csv: cannot be read: No such file"),
        (
            &["audit", "bad.csv"],
            "bad.csv:2:7: the number of wins of `ann` is `1.5`, but must be a whole number",
        ),
        (&["audit", "odd.csv"], "odd.csv:2:3: the byte 0xeb is not UTF-8"),
        (&["audit", "chain.csv", "--rule", "rafle"], "did you mean `raffle`?"),
        (&["audit", "chain.csv", "--rule", "{ kind = 'power-weighted', exponnt = 2 }"], "exponnt"),
        (
            &["audit", "chain.csv", "--rule", "{ kind ="],
            "--rule { kind =: the value begins as a list or a table",
        ),
        (&["audit", "chain.csv", "--confidence", "1"], "--confidence 1: `analysis.confidence` is 1"),
        (&["audit", "chain.csv", "--tolerance", "-0.1"], "--tolerance -0.1: `analysis.tolerance` is -0.1"),
        (&["audit", "chain.csv", "--force"], "--output"),
    ] {
        let before = sandbox.tree();
        let (code, out, err) = tombola(&sandbox, args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?} {err}");
        assert!(err.starts_with("error: ") && err.contains(says), "{args:?}: {err}");
        assert_eq!(before, sandbox.tree());
    }
}
