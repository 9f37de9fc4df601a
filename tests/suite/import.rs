//! Tables that other programs print: each format read as it must be, any table read back from any
//! dialect, and nothing misread in silence.

use crate::sandbox::Sandbox;
use assert_cmd::Command;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use tombola::import::{Column, FORMATS, Import, Intent, Options, read};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

/// The files of `tests/data`, each with the reading that stands beside it.
fn files() -> Vec<(PathBuf, String)> {
    let mut files: Vec<PathBuf> = fs::read_dir(data())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| !path.to_string_lossy().ends_with(".reading.csv"))
        .collect();
    files.sort();
    let reading = |path: &Path| {
        let beside = path.with_extension("reading.csv");
        fs::read_to_string(&beside).unwrap_or_else(|error| panic!("{}: {error}", beside.display()))
    };
    files.into_iter().map(|path| (path.clone(), reading(&path))).collect()
}

/// The format that a file of `tests/data` is named for.
fn format_of(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().split('.').next().unwrap_or_default().to_owned()
}

/// The exit code, standard output and standard error of the program.
fn tombola(sandbox: &Sandbox, args: &[&str], input: &[u8]) -> (i32, String, String) {
    let output =
        Command::from_std(sandbox.command(args)).write_stdin(input).output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(!err.contains("panicked"), "{err}");
    (output.status.code().expect("a code"), out, err)
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn every_format_has_a_file_that_is_recognised_and_read_as_stands_beside_it() {
    let sandbox = Sandbox::new();
    let mut seen = BTreeSet::new();
    for (path, reading) in files() {
        let format = format_of(&path);
        let file = path.display().to_string();
        let (code, out, err) = tombola(&sandbox, &["import", &file, "--to", "-"], b"");
        assert_eq!(code, 0, "{file}: {err}");
        assert_eq!(out, reading, "{file}: {err}");
        assert!(err.contains(&format!(" as {format}: ")), "{file}: {err}");
        let import = read(
            &fs::read(&path).expect("the file"),
            &Options { format: Some(format.clone()), ..Options::default() },
        );
        let import = import.unwrap_or_else(|fault| panic!("{file}: {fault:?}"));
        assert_eq!(import.names.len() + 1, reading.lines().count(), "{file}: forced");
        seen.insert(format);
    }
    assert_eq!(seen, FORMATS.iter().map(|format| format.name.to_owned()).collect());
}

#[test]
fn a_compressed_table_on_standard_input_is_read_as_the_file_is() {
    let sandbox = Sandbox::new();
    let (path, reading) = files().into_iter().find(|(path, _)| format_of(path) == "near-validators").unwrap();
    let bytes = packed(&fs::read(path).expect("the file"));
    let (code, out, err) = tombola(&sandbox, &["import", "-", "--to", "-"], &bytes);
    assert_eq!((code, out), (0, reading), "{err}");
}

#[test]
fn what_was_understood_is_said() {
    let sandbox = Sandbox::new();
    for (file, said) in [
        (
            "ethereum-validators.json",
            &["unit of stake: gwei (10^9 make one ETH)", "left out 1: not active"][..],
        ),
        ("cometbft-validators.page.json", &["2 of 180 validators"]),
        ("cosmos-staking.json", &["left out 2: not bonded, or jailed", "`stake` from `tokens`"]),
        (
            "near-validators.json",
            &["unit of stake: 1e13 yocto; 10^24 yocto make one NEAR", "rounding: ", "left out 1: slashed"],
        ),
        ("json.lines.jsonl", &["that of `bob`, by 100.00 %; 1 that are not 0 became 0"]),
        ("semicolon.csv", &["0.01 of what is written", "every stake is exact"]),
        ("csv.history.csv", &["2 validators, 4 blocks", "left out 1: slots without a proposer"]),
        ("polkadot-era-points.json", &["points are not counts of blocks"]),
        ("sui-validators.state.json", &["mist (10^9 make one SUI)", "--columns stake=votingPower"]),
    ] {
        let file = data().join(file).display().to_string();
        let (code, out, err) = tombola(&sandbox, &["import", &file], b"");
        assert_eq!(code, 0, "{err}");
        assert!(out.starts_with("name"), "{out}");
        for said in said {
            assert!(err.contains(said), "{file}: {err}does not say {said}");
        }
    }
}

#[test]
fn units_are_converted_where_the_file_says_its_own() {
    let sandbox = Sandbox::new();
    let stakes = |file: &str, unit: &str| {
        let file = data().join(file).display().to_string();
        tombola(&sandbox, &["import", &file, "--to", "-", "--unit", unit], b"")
    };
    let (_, eth, _) = stakes("ethereum-validators.json", "eth");
    assert_eq!(eth, "name,stake\n0,32\n1,2048\n");
    let (code, wei, err) = stakes("ethereum-validators.json", "wei");
    assert_eq!(code, 0);
    // 2,080 ETH are 2.08e21 wei: too many to count.
    assert_eq!(wei, "name,stake\n0,32000000000\n1,2048000000000\n");
    assert!(err.contains("gwei (10^9 make one ETH); in wei they would sum to more than"), "{err}");
    let (code, _, err) = stakes("ethereum-validators.json", "lamports");
    assert!(code == 2 && err.contains("gwei (10^9 make one ETH), which is no SOL"), "{err}");
    let (_, near, _) = stakes("near-validators.json", "near");
    assert!(near.starts_with("name,stake,wins,slots\nastro-stakers.poolv1.near,12345679,"), "{near}");
    let (code, _, err) = stakes("near-validators.json", "1");
    assert!(code == 2 && err.contains("the finest that fits is --unit 1e13"), "{err}");
    let (_, own, err) = stakes("cosmos-staking.json", "uatom");
    assert!(own.contains("Alfa Staking,15000000000123\n"), "{own}");
    assert!(err.contains("uatom (10^6 make one ATOM)"), "{err}");
}

#[test]
fn choices_are_made_by_options_and_never_for_the_user() {
    let sandbox = Sandbox::new();
    let run = |table: &str, args: &[&str]| {
        let mut all = vec!["import", "-", "--to", "-"];
        all.extend(args);
        tombola(&sandbox, &all, table.as_bytes())
    };
    let two = "name,tokens,voting_power\nann,5,6\nbob,7,8\n";
    for (table, args, says) in [
        (two, &[][..], "--columns stake=tokens or --columns stake=voting_power"),
        ("name,stake\nann,5\nann,6\n", &[], "the name `ann` stands already on line 2"),
        ("name,stake\nann,5\nbob,6\nTotal,11\n", &[], "--total drop or --total keep"),
        ("name,stake\nann,5\nbob,6\n,11\n", &[], "--total drop or --total keep"),
        ("name,stake\nann,\"1,000\"\nbob,250\n", &[], "--decimal comma or --decimal point"),
        ("name,stake\nann,5%\nbob,250\n", &[], "percent sign"),
        ("name,stake\nann,5\nbob,-6\n", &[], "-:3:5: the stake of `bob` is `-6`, but cannot be negative"),
        ("name,stake\nann,0\n", &[], "somebody must hold a coin"),
        ("{\"a\": [1, 2", &[], "no valid JSON"),
        ("{\"error\": {\"code\": -32601, \"message\": \"Method not found\"}}", &[], "Method not found"),
        ("", &[], "empty"),
        ("name,stake\nann,5\n", &["--format", "cvs"], "did you mean `csv`?"),
        ("name,stake\nann,5\n", &["--format", "near-validators"], "has no list `current_validators`"),
        ("name,stake\nann,5\n", &["--duplicates", "add"], "it must be sum or keep"),
        ("name,stake\nann,5\n", &["--columns", "stak=stake"], "did you mean `stake`?"),
        ("height,proposer\n5,ann\n5,bob\n", &[], "a block of 5 stands already"),
        ("name,stake,wins,missed,slots\nann,5,1,1,3\n", &[], "`ann` has 3 slots, but"),
    ] {
        let (code, out, err) = run(table, args);
        assert_eq!((code, out.as_str()), (2, ""), "{table:?} {args:?}: {err}");
        assert!(err.starts_with("error: ") && err.contains(says), "{table:?} {args:?}: {err}");
    }
    for (table, args, reading) in [
        (two, &["--columns", "stake=voting_power"][..], "name,stake\nann,6\nbob,8\n"),
        ("name,stake\nann,5\nbob,1\nann,6\n", &["--duplicates", "sum"], "name,stake\nann,11\nbob,1\n"),
        (
            "name,stake\nann,5\nbob,1\nann,6\n",
            &["--duplicates", "keep"],
            "name,stake\nann,5\nbob,1\nann (2),6\n",
        ),
        ("name,stake\nann,5\nbob,6\nTotal,11\n", &["--total", "drop"], "name,stake\nann,5\nbob,6\n"),
        ("name,stake\nann,5\nbob,6\n,11\n", &["--total", "drop"], "name,stake\nann,5\nbob,6\n"),
        (
            "name,stake\nann,5\nbob,6\nTotal,11\n",
            &["--total", "keep"],
            "name,stake\nann,5\nbob,6\nTotal,11\n",
        ),
        ("name,stake\nann,\"1,000\"\nbob,250\n", &["--decimal", "point"], "name,stake\nann,1000\nbob,250\n"),
        ("name,stake\nann,\"1,000\"\nbob,250\n", &["--decimal", "comma"], "name,stake\nann,1\nbob,250\n"),
        ("name,stake\nann,12.5 %\nbob,87.5%\n", &[], "name,stake\nann,125\nbob,875\n"),
        ("stake\n5\n6\n", &[], "name,stake\nrow 1,5\nrow 2,6\n"),
        ("name,stake\nann,5\n,7\n", &[], "name,stake\nann,5\nrow 2,7\n"),
    ] {
        let (code, out, err) = run(table, args);
        assert_eq!((code, out.as_str()), (0, reading), "{table:?} {args:?}: {err}");
    }
}

#[test]
fn the_table_is_written_whole_and_replaced_only_if_asked() {
    let sandbox = Sandbox::new();
    sandbox.put("a.csv", "name,stake\nann,5\nbob,6\n");
    sandbox.put("bad.csv", "name,stake\nann,x\n");
    let (code, out, err) = tombola(&sandbox, &["import", "a.csv", "--to", "b.csv"], b"");
    assert!(code == 0 && out.contains("ann") && err.ends_with("Written to b.csv\n"), "{out}{err}");
    assert_eq!(fs::read_to_string(sandbox.path("b.csv")).unwrap(), "name,stake\nann,5\nbob,6\n");
    let before = sandbox.tree();
    for (args, says) in [
        (&["import", "a.csv", "--to", "b.csv"][..], "b.csv: exists already"),
        (&["import", "bad.csv", "--to", "c.csv"], "bad.csv:2:5: the stake of `ann` is `x`"),
        (&["import", "a.csv", "--to", "no/c.csv"], "no/c.csv: the file cannot be written"),
        (&["import", "none.csv"], "none.csv: cannot be read: No such file"),
    ] {
        let (code, out, err) = tombola(&sandbox, args, b"");
        assert!(code == 2 && out.is_empty() && err.contains(says), "{args:?}: {err}");
        assert_eq!(sandbox.tree(), before, "{args:?}");
    }
    assert_eq!(tombola(&sandbox, &["import", "a.csv", "--to", "b.csv", "--force"], b"").0, 0);
    // What was written is read as it was.
    let (_, again, _) = tombola(&sandbox, &["import", "b.csv", "--to", "-"], b"");
    assert_eq!(again, "name,stake\nann,5\nbob,6\n");
}

#[test]
fn scenarios_take_these_files_directly() {
    let sandbox = Sandbox::new();
    let near = data().join("near-validators.json");
    sandbox.put(
        "s.toml",
        format!("[population]\nstake = {{ kind = \"table\", path = '{}' }}\n", near.display()),
    );
    let (code, out, err) = tombola(&sandbox, &["law", "s.toml", "--format", "csv"], b"");
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("astro-stakers.poolv1.near,123456789012345679,"), "{out}");
    assert!(err.contains("a coin is 1e14 yocto") && err.contains("left out 1: slashed"), "{err}");
    let unit = ["law", "s.toml", "--format", "csv", "--set", "population.stake.unit=near"];
    let (code, out, err) = tombola(&sandbox, &unit, b"");
    assert!(code == 0 && out.contains("astro-stakers.poolv1.near,12345679,"), "{out}{err}");
    let schedule = data().join("solana-leader-schedule.cli.json").display().to_string();
    let path = format!("population.stake.path={schedule}");
    let (code, _, err) = tombola(&sandbox, &["law", "s.toml", "--set", &path], b"");
    assert!(code == 2 && err.contains("solana-leader-schedule, which tells no stakes"), "{err}");
}

#[test]
fn audits_take_these_files_directly_and_stakes_from_beside_them() {
    let sandbox = Sandbox::new();
    let file = |name: &str| data().join(name).display().to_string();
    let (code, out, err) = tombola(&sandbox, &["audit", &file("near-validators.json")], b"");
    assert!(code == 0 && out.contains("figment.poolv1.near"), "{out}{err}");
    assert!(err.contains("note: one unit of stake is 1e13 yocto"), "{err}");
    let (schedule, stakes) = (file("solana-leader-schedule.cli.json"), file("solana-validators.cli.json"));
    let (code, _, err) = tombola(&sandbox, &["audit", &schedule], b"");
    assert!(code == 2 && err.contains("--stakes FILE"), "{err}");
    let both = ["audit", &schedule, "--stakes", &stakes, "--rule", "solana-schedule", "--format", "csv"];
    let (code, out, err) = tombola(&sandbox, &both, b"");
    assert!(code == 0 && out.lines().count() == 4, "{out}{err}");
    let (code, out, err) = tombola(
        &sandbox,
        &[
            "audit",
            &file("ethereum-duties.json"),
            "--stakes",
            &file("ethereum-validators.json"),
            "--format",
            "csv",
        ],
        b"",
    );
    assert!(code == 0 && out.contains("\n1,2048000000000,"), "{out}{err}");
    let (code, _, err) =
        tombola(&sandbox, &["audit", &schedule, "--stakes", &file("ethereum-validators.json")], b"");
    assert!(code == 2 && err.contains("2 names that"), "{err}");
}

/// A simulated history goes through the same door as a real one.
#[test]
fn a_simulated_history_is_audited_as_a_real_one() {
    let sandbox = Sandbox::new();
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/seed.toml").display().to_string();
    let short = ["--rounds", "3000", "--trials", "1", "--engine", "draws"];
    let run = [&["run", &scenario, "--schedule", "blocks.csv", "-q"][..], &short].concat();
    let (code, _, err) = tombola(&sandbox, &run, b"");
    assert_eq!(code, 0, "{err}");
    let history = fs::read(sandbox.path("blocks.csv")).expect("the history");
    let import = understood(&history);
    assert_eq!(import.proposers.as_ref().map(Vec::len), Some(3000));
    let table = fs::read_to_string(sandbox.path("output/seed/validators.csv")).expect("a table");
    let counted = read(table.as_bytes(), &Options::default()).expect("a table");
    for (name, wins) in import.names.iter().zip(import.wins.unwrap()) {
        let place = counted.names.iter().position(|other| other == name).expect("a validator");
        assert_eq!(counted.wins.as_ref().unwrap()[place], wins, "{name}");
    }
    let audit = ["audit", "blocks.csv", "--stakes", "output/seed/validators.csv"];
    let (code, out, err) = tombola(&sandbox, &audit, b"");
    assert!(code == 0 && out.contains("edwin"), "{out}{err}");
    let trace = [&["trace", &scenario, "--schedule", "again.csv"][..], &short[..4]].concat();
    let (code, _, err) = tombola(&sandbox, &trace, b"");
    assert_eq!(code, 0, "{err}");
    assert_eq!(fs::read(sandbox.path("again.csv")).expect("the history"), history);
    let (code, _, err) = tombola(&sandbox, &trace, b"");
    assert!(code == 2 && err.contains("again.csv: exists already"), "{err}");
}

fn understood(text: &[u8]) -> Import {
    read(text, &Options::default())
        .unwrap_or_else(|fault| panic!("{}: {fault:?}", String::from_utf8_lossy(text)))
}

/// Names, stakes and wins.
type Rows = Vec<(String, u64, u64)>;

fn rows() -> impl Strategy<Value = Rows> {
    let name = "[a-zA-Z0-9é,;|\"'{}\\[\\]:. \\-]{1,12}[a-z]";
    let row = (name, 0u64..4_000_000_000_000_000, 0u64..1_000_000);
    proptest::collection::vec(row, 1..12).prop_map(|rows| {
        let mut seen = BTreeSet::new();
        let rows = rows.into_iter().map(|(name, stake, wins)| (name.trim().to_owned(), stake + 1, wins));
        rows.filter(|(name, ..)| name.len() > 5 && seen.insert(name.clone())).collect()
    })
}

/// A text in a dialect of separated fields.
fn separated(rows: &Rows, separator: u8, titles: [&str; 3], stake: &dyn Fn(u64) -> String) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
    writer.write_record(titles).expect("memory");
    for (name, coins, wins) in rows {
        writer.write_record([name, &stake(*coins), &wins.to_string()]).expect("memory");
    }
    writer.into_inner().expect("memory")
}

fn grouped(number: u64, mark: char) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_table_reads_back_the_same_from_any_dialect(rows in rows()) {
        prop_assume!(!rows.is_empty());
        let plain = |coins: u64| coins.to_string();
        let own = ["name", "stake", "wins"];
        let usual = ["Moniker", "Voting Power", "proposed"];
        let objects: Vec<serde_json::Value> = rows
            .iter()
            .map(|(name, coins, wins)| serde_json::json!({"operator": name, "tokens": coins.to_string(), "blocks": wins}))
            .collect();
        let lines: Vec<String> = objects.iter().map(ToString::to_string).collect();
        let million: bool = rows.iter().any(|&(_, coins, _)| coins >= 1_000_000);
        let mut texts = vec![
            separated(&rows, b',', own, &plain),
            separated(&rows, b';', own, &plain),
            separated(&rows, b'\t', usual, &plain),
            separated(&rows, b',', usual, &|coins| format!("{coins}.000000000000000000")),
            separated(&rows, b';', own, &|coins| format!("{coins},00")),
            separated(&rows, b',', own, &|coins| format!("{coins:#x}")),
            separated(&rows, b',', own, &|coins| format!("{coins}e0")),
            separated(&rows, b',', own, &|coins| grouped(coins, ' ')),
            separated(&rows, b',', own, &|coins| grouped(coins, '\'')),
            serde_json::to_vec(&objects).expect("JSON"),
            serde_json::to_vec_pretty(&serde_json::json!({"result": {"validators": objects}})).expect("JSON"),
            lines.join("\n").into_bytes(),
        ];
        if million {
            texts.push(separated(&rows, b',', own, &|coins| grouped(coins, ',')));
            texts.push(separated(&rows, b';', own, &|coins| grouped(coins, '.')));
        }
        let windows = String::from_utf8(texts[0].clone()).expect("text").replace('\n', "\r\n");
        texts.push(format!("\u{feff}{windows}").into_bytes());
        texts.push(packed(&texts[1]));
        for text in texts {
            let import = understood(&text);
            let stakes = import.whole_stakes(&Options::default(), i64::MAX as u64).unwrap().unwrap();
            let wins = import.wins.clone().unwrap();
            let read: Rows = import
                .names
                .iter()
                .zip(stakes.stakes)
                .zip(wins)
                .map(|((name, stake), wins)| (name.clone(), stake, wins))
                .collect();
            prop_assert_eq!(&read, &rows, "{}", String::from_utf8_lossy(&text));
        }
    }

    /// No part of a JSON text is taken for the whole.
    #[test]
    fn a_text_that_was_cut_off_is_refused(file in 0usize..100, cut in 0.0f64..1.0) {
        let jsons: Vec<PathBuf> =
            files().into_iter().map(|(path, _)| path).filter(|path| path.extension().unwrap() == "json").collect();
        let bytes = fs::read(&jsons[file % jsons.len()]).expect("the file");
        let end = String::from_utf8_lossy(&bytes).trim_end().len();
        let cut = (end as f64 * cut) as usize;
        prop_assert!(read(&bytes[..cut], &Options::default()).is_err());
    }

    /// Whatever is changed in a file of any format, reading it ends with an answer or a refusal.
    #[test]
    fn changed_files_never_panic(
        file in 0usize..100,
        changes in proptest::collection::vec((0.0f64..1.0, any::<u8>(), 0usize..3), 1..6),
        intent in 0usize..4,
    ) {
        let files = files();
        let mut bytes = fs::read(&files[file % files.len()].0).expect("the file");
        for (at, byte, kind) in changes {
            let at = (bytes.len() as f64 * at) as usize;
            match kind {
                0 if at < bytes.len() => bytes[at] = byte,
                1 => bytes.insert(at, b"0123456789,.;\"{}[]-e\n\t%"[usize::from(byte) % 23]),
                _ if at < bytes.len() => { bytes.remove(at); }
                _ => {}
            }
        }
        let intent = [Intent::Import, Intent::Audit, Intent::AuditPart, Intent::Stakes][intent];
        let options = Options { intent, ..Options::default() };
        if let Ok(import) = read(&bytes, &options) {
            let rows = import.names.len();
            prop_assert!(rows > 0);
            for column in [&import.wins, &import.slots, &import.points].into_iter().flatten() {
                prop_assert_eq!(column.len(), rows);
            }
            if let Some(stakes) = import.whole_stakes(&options, i64::MAX as u64).unwrap() {
                prop_assert_eq!(stakes.stakes.len(), rows);
            }
        }
    }
}

#[test]
fn the_page_for_operators_names_every_format_and_title() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operators.md");
    let text = fs::read_to_string(page).expect("the page");
    let rows = |header: &str| -> Vec<String> {
        let rest = text.split(header).nth(1).expect("the table").lines().skip(1);
        rest.skip(1).take_while(|line| line.starts_with('|')).map(str::to_owned).collect()
    };
    let formats: Vec<String> = rows("| format | from | read | unit of stakes |")
        .iter()
        .map(|row| row.split('`').nth(1).expect("a name").to_owned())
        .collect();
    assert_eq!(formats, FORMATS.iter().map(|format| format.name.to_owned()).collect::<Vec<_>>());
    let titles: Vec<String> = Column::ALL
        .iter()
        .map(|column| {
            let others: Vec<String> =
                column.usual_titles().iter().map(|title| format!("`{title}`")).collect();
            format!("| `{}` | {} |", column.title(), others.join(", "))
        })
        .collect();
    assert_eq!(rows("| column | other usual titles |"), titles);
}

/// The commands of the page for operators print what stands there.
#[test]
fn the_page_for_operators_shows_what_is_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/operators.md")).expect("the page");
    let mut commands = 0;
    for block in text.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        let (command, printed) = block.split_once('\n').expect("a command and what it prints");
        let args: Vec<&str> =
            command.strip_prefix("$ tombola ").expect("a command").split_whitespace().collect();
        let output =
            Command::cargo_bin("tombola").expect("the program").current_dir(root).args(&args).output();
        let output = output.expect("the program starts");
        let text = [output.stdout, output.stderr].concat();
        assert_eq!(String::from_utf8(text).expect("text"), printed, "{command}");
        commands += 1;
    }
    for block in text.split("```sh\n").skip(1) {
        for line in block.split("```").next().unwrap_or_default().lines() {
            let args: Vec<&str> =
                line.strip_prefix("tombola ").expect("a command").split_whitespace().collect();
            Command::cargo_bin("tombola")
                .expect("the program")
                .current_dir(root)
                .args(&args)
                .assert()
                .success();
            commands += 1;
        }
    }
    assert!(commands >= 6, "{commands} commands");
}

/// Text as a file in UTF-16, with its byte order mark.
fn utf16(text: &str, is_little: bool) -> Vec<u8> {
    unmarked_utf16(&format!("\u{feff}{text}"), is_little)
}

fn unmarked_utf16(text: &str, is_little: bool) -> Vec<u8> {
    text.encode_utf16()
        .flat_map(|unit| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() })
        .collect()
}

/// A byte order mark is usual, and not needed.
#[test]
fn text_in_utf_16_is_read_and_said_where_nothing_but_its_bytes_tells() {
    let sandbox = Sandbox::new();
    for is_little in [true, false] {
        for (text, format) in [
            ("name,stake\nZo\u{eb},5\n\u{540d}\u{524d},6\n", "csv"),
            ("name\tstake\r\nZo\u{eb}\t5\r\n\u{540d}\u{524d}\t6\r\n", "tsv"),
            (
                "[{\"name\": \"Zo\u{eb}\", \"stake\": 5}, {\"name\": \"\u{540d}\u{524d}\", \"stake\": 6}]",
                "json",
            ),
        ] {
            let marked = utf16(text, is_little);
            let bare = unmarked_utf16(text, is_little);
            for (bytes, is_said) in
                [(packed(&marked), false), (marked, false), (packed(&bare), true), (bare.clone(), true)]
            {
                let (code, out, err) = tombola(&sandbox, &["import", "-", "--to", "-"], &bytes);
                assert_eq!(
                    (code, out.as_str()),
                    (0, "name,stake\nZo\u{eb},5\n\u{540d}\u{524d},6\n"),
                    "{err}"
                );
                assert!(err.contains(&format!("as {format}")), "{err}");
                assert_eq!(err.contains("is read as UTF-16"), is_said, "{err}");
            }
            let (code, _, err) = tombola(&sandbox, &["import", "-"], &bare[..bare.len() - 1]);
            assert!(code == 2 && err.contains("UTF-16"), "{err}");
        }
    }
}

/// A file of a part of a chain says so, shows shares of the chain where it knows them, and is neither
/// audited nor played as the whole.
#[test]
fn a_part_of_a_chain_is_never_taken_for_the_whole() {
    let sandbox = Sandbox::new();
    let file = |name: &str| data().join(name).display().to_string();
    let page = r#"{"validators": [{"address": "A", "pub_key": {}, "voting_power": "5"}, {"address": "B", "pub_key": {}, "voting_power": "6"}], "pagination": {"next_key": "abc", "total": "0"}}"#;
    sandbox.put("page.json", page);
    sandbox.put("top.csv", "name,stake\nann,12.5%\nbob,7.5%\n");
    sandbox.put(
        "filtered.json",
        r#"{"totalActiveStake": 1000, "validators": [{"identityPubkey": "A", "activatedStake": 100}, {"identityPubkey": "B", "activatedStake": 150}]}"#,
    );
    sandbox.put("wins.csv", "name,wins\nann,3\nbob,5\n");
    for (path, share) in [
        (file("cardano-leader-log.cncli.json"), Some("0.008 %")),
        (file("cardano-stake-distribution.one.json"), Some("0.179 %")),
        (file("cardano-stake-distribution.pool.json"), Some("0.179 %")),
        (file("cometbft-validators.page.json"), None),
        ("page.json".to_owned(), None),
        ("top.csv".to_owned(), Some("12.500 %")),
        ("filtered.json".to_owned(), Some("10.000 %")),
    ] {
        let (code, out, err) = tombola(&sandbox, &["import", &path], b"");
        assert!(code == 0 && err.contains("part of the chain"), "{path}: {err}");
        let first = out.lines().nth(1).unwrap_or_default();
        match share {
            Some(share) => assert!(first.contains(share), "{path}: {out}"),
            None => assert!(!out.contains('%'), "{path}: {out}"),
        }
        let (code, out, err) = tombola(&sandbox, &["audit", "wins.csv", "--stakes", &path], b"");
        assert!(code == 2 && out.is_empty(), "{path}: {err}");
        assert!(err.contains("part of the chain") && err.contains("--rest"), "{path}: {err}");
        let table = format!("{{ kind = \"table\", path = '{path}', unit = '1' }}");
        sandbox.put("s.toml", format!("[population]\nstake = {table}\n"));
        let (code, _, err) = tombola(&sandbox, &["law", "s.toml"], b"");
        assert!(code == 2 && err.contains("part of the chain"), "{path}: {err}");
    }
    // Both pages in one file are the whole; so is a list whose percentages are rounded.
    let last = page.replace("\"A\"", "\"C\"").replace("\"B\"", "\"D\"").replace("\"abc\"", "null");
    let both = format!("{page}\n{last}\n");
    let (code, out, err) = tombola(&sandbox, &["import", "-", "--to", "-"], both.as_bytes());
    assert_eq!((code, out.as_str()), (0, "name,stake\nA,5\nB,6\nC,5\nD,6\n"), "{err}");
    assert!(!err.contains("part of the chain"), "{err}");
    let (_, _, err) = tombola(&sandbox, &["import", "-"], b"name,stake\na,33%\nb,33%\nc,33%\n");
    assert!(!err.contains("part of the chain"), "{err}");
    // A log that contradicts itself is refused, and so are values of which only one could be read.
    let log = fs::read_to_string(file("cardano-leader-log.cncli.json")).expect("the file");
    let (code, _, err) = tombola(&sandbox, &["import", "-"], log.replace("8.18", "9.18").as_bytes());
    assert!(code == 2 && err.contains("`sigma` is"), "{err}");
    let (code, _, err) = tombola(&sandbox, &["import", "-"], log.repeat(2).as_bytes());
    assert!(code == 2 && err.contains("2 values of JSON"), "{err}");
}

/// Of the wins of one validator its share is always 100 %, so no format of them is audited; what is said
/// instead is a question that can be answered.
#[test]
fn wins_of_one_validator_are_never_audited_as_those_of_all() {
    let sandbox = Sandbox::new();
    let file = |name: &str| data().join(name).display().to_string();
    let key = "9QxCLckBiJc783jnMvXZubK4wH86Eqqvashtrwvcsgkv";
    let stakes = file("solana-validators.cli.json");
    sandbox.put("log.json", fs::read_to_string(file("cardano-leader-log.cncli.json")).expect("the file"));
    sandbox.put("one.csv", "name,stake,wins,expected\nann,5,2,1.79\n");
    sandbox.put("slots.csv", format!("slot,leader\n4,{key}\n5,{key}\n100,{key}\n"));
    sandbox.put("wins.csv", format!("name,wins\n{key},3\n"));
    sandbox.put("schedule.txt", format!("  4  {key}\n  5  {key}\n  100  {key}\n"));
    sandbox.put(
        "production.json",
        format!(r#"{{"leaders": [{{"identityPubkey": "{key}", "leaderSlots": 4, "blocksProduced": 3}}]}}"#),
    );
    sandbox.put(
        "pool.json",
        r#"{"pools": {"aa": {"stakeGo": 1, "stakeMark": 1, "stakeSet": 1}}, "total": {"stakeSet": 1}}"#,
    );
    sandbox
        .put("schedule.json", r#"[{"slotNumber": 4, "slotTime": "x"}, {"slotNumber": 9, "slotTime": "x"}]"#);
    let luck = "tombola luck";
    for (args, says) in [
        (
            &["log.json"][..],
            "tombola luck --chain cardano --share 0.00008181200836108011 --epochs 1 --wins 2",
        ),
        (&["one.csv"], luck),
        (&["slots.csv", "--stakes", &stakes], luck),
        (&["wins.csv", "--stakes", &stakes], luck),
        (&["schedule.txt", "--stakes", &stakes], luck),
        (&["production.json", "--stakes", &stakes], luck),
        (
            &["schedule.json", "--stakes", "pool.json"],
            "tombola luck --chain cardano --share SHARE --epochs 1 --wins 2",
        ),
    ] {
        for command in ["audit", "identify"] {
            let (code, out, err) = tombola(&sandbox, &[&[command][..], args].concat(), b"");
            assert!(code == 2 && out.is_empty() && err.contains(says), "{command} {args:?}: {err}");
        }
    }
    // The command that is named answers.
    let named = "luck --chain cardano --share 0.00008181200836108011 --epochs 1 --wins 2";
    let (code, out, err) = tombola(&sandbox, &named.split(' ').collect::<Vec<_>>(), b"");
    assert!(code == 0 && out.contains("wins are expected"), "{out}{err}");
    // A block for each height is the history of a time, whoever made them.
    sandbox.put("all.csv", format!("slot,leader\n4,{key}\n5,{key}\n6,{key}\n7,{key}\n"));
    let (code, _, err) = tombola(&sandbox, &["audit", "all.csv", "--stakes", &stakes], b"");
    assert_eq!(code, 0, "{err}");
}

/// A snapshot without a total may be of some pools; what its stakes are shares of is not known then.
#[test]
fn shares_of_a_snapshot_have_a_stated_denominator() {
    let sandbox = Sandbox::new();
    let pools = r#"{"aa": {"stakeGo": 1, "stakeMark": 2, "stakeSet": 3}, "bb": {"stakeGo": 1, "stakeMark": 2, "stakeSet": 5}}"#;
    sandbox.put("bare.json", pools);
    sandbox.put("pools.json", format!(r#"{{"pools": {pools}}}"#));
    sandbox.put("go.json", format!(r#"{{"pools": {pools}, "total": {{"stakeGo": 2}}}}"#));
    sandbox.put("whole.json", format!(r#"{{"pools": {pools}, "total": {{"stakeSet": 8}}}}"#));
    sandbox.put("wins.csv", "name,wins\naa,3\nbb,5\n");
    for path in ["bare.json", "pools.json", "go.json"] {
        let (code, out, err) = tombola(&sandbox, &["import", path], b"");
        assert!(code == 0 && out.contains("aa") && !out.contains('%'), "{path}: {out}{err}");
        assert!(err.contains("no `total.stakeSet`") && err.contains("part of the chain"), "{path}: {err}");
        let (code, _, err) = tombola(&sandbox, &["audit", "wins.csv", "--stakes", path], b"");
        assert!(code == 2 && err.contains("tombola import FILE --to stakes.csv"), "{path}: {err}");
    }
    let (code, out, err) = tombola(&sandbox, &["import", "whole.json"], b"");
    assert!(code == 0 && out.contains("37.500 %"), "{out}{err}");
    assert!(err.contains("shares are of `total.stakeSet`, 8 lovelaces"), "{err}");
    // Fractions make the whole, or are of a part, or of something else.
    let fractions = |a: &str, b: &str| {
        let ids = [
            "q80jjs53w0fx836n8g38gtdwr8ck5zre3da90peuxn84sj3cu0r",
            "qsqyw3efqp2hpvyl9pmh2vwvamh2hzrhrjjkvjn8dhc8j0qyqqq",
        ];
        read(
            format!("{{\"pool1{}\": {a}, \"pool1{}\": {b}}}", ids[0], ids[1]).as_bytes(),
            &Options::default(),
        )
    };
    assert!(fractions("0.25", "0.75").is_ok_and(|import| import.part.is_none()));
    assert!(
        fractions("0.25", "0.25").is_ok_and(|import| import.part.is_some_and(|part| part.share == Some(0.5)))
    );
    assert!(fractions("0.75", "0.75").is_err_and(|fault| fault.problem.contains("150.0000 %")));
    // The remedy is one.
    assert_eq!(tombola(&sandbox, &["import", "pools.json", "--to", "stakes.csv"], b"").0, 0);
    let (code, _, err) = tombola(&sandbox, &["audit", "wins.csv", "--stakes", "stakes.csv"], b"");
    assert_eq!(code, 0, "{err}");
}

/// RFC 4180: between quotation marks there may be anything, line breaks too.
#[test]
fn fields_with_line_breaks_are_read_and_places_stay_right() {
    let sandbox = Sandbox::new();
    let plain = "\"Validator\naddress\",\"Voting\nPower\",note\nann,5,\"first \"\"line\"\",\n\nsecond\"\n\"bob\nb\",6,x\n";
    for end in ["\n", "\r\n", "\r"] {
        for separator in [",", ";", "\t"] {
            let text = plain.replace(',', separator).replace('\n', end);
            let (code, out, err) = tombola(&sandbox, &["import", "-", "--to", "-"], text.as_bytes());
            assert_eq!((code, out.as_str()), (0, "name,stake\nann,5\nbob b,6\n"), "{text:?}: {err}");
            assert!(
                err.contains("2 rows have line breaks between quotation marks, the first on line 4"),
                "{err}"
            );
            assert!(err.contains("line breaks in 1 names are read as spaces"), "{err}");
            let bad = text + &format!("cid{separator}x{separator}y{end}");
            let (code, _, err) = tombola(&sandbox, &["import", "-"], bad.as_bytes());
            assert!(code == 2 && err.contains("-:9:5: the stake of `cid` is `x`"), "{bad:?}: {err}");
        }
    }
    // A name is the same in one line and in two.
    let (code, _, err) = tombola(&sandbox, &["import", "-"], b"name,stake\n\"a\nb\",5\na b,6\n");
    assert!(code == 2 && err.contains("`a b` stands already on line 2"), "{err}");
    for text in ["name,stake\n\"ann,5\nbob,6\n\"cid\",7\n", "name,stake\nann,\"5\nbob,6\n"] {
        let (code, _, err) = tombola(&sandbox, &["import", "-"], text.as_bytes());
        assert!(code == 2 && err.contains("-:2:") && err.contains("not closed"), "{text:?}: {err}");
    }
}

#[test]
fn rows_of_solana_are_known_however_they_are_wrapped() {
    let of_command = |key: &str, stake: u64| {
        format!(
            r#"{{"identityPubkey": "{key}", "voteAccountPubkey": "v", "activatedStake": {stake}, "delinquent": false, "skipRate": null}}"#
        )
    };
    let of_call = |key: &str, stake: u64| {
        format!(
            r#"{{"activatedStake": {stake}, "epochVoteAccount": true, "nodePubkey": "{key}", "votePubkey": "v"}}"#
        )
    };
    for row in [&of_command as &dyn Fn(&str, u64) -> String, &of_call] {
        let (a, b, idle) = (row("A", 200), row("B", 100), row("C", 0));
        for text in [
            format!("{a}\n{b}\n{idle}\n"),
            format!("[{a}, {b}, {idle}]"),
            format!(r#"{{"validators": [{a}, {b}, {idle}], "totalActiveStake": 300}}"#),
            format!(r#"{{"totalActiveStake": 300, "validators": [{a}, {b}, {idle}]}}"#),
            format!(
                r#"{{"jsonrpc": "2.0", "result": {{"current": [{a}, {idle}], "delinquent": [{b}]}}, "id": 1}}"#
            ),
            format!(r#"{{"delinquent": [{b}], "current": [{a}, {idle}]}}"#),
            format!(r#"{{"current": [], "delinquent": [{a}, {b}, {idle}]}}"#),
        ] {
            let import = understood(text.as_bytes());
            assert_eq!(
                (import.format, &import.names[..]),
                ("solana-validators", &["A".to_owned(), "B".to_owned()][..]),
                "{text}"
            );
            assert_eq!(
                import.denomination.map(|unit| unit.name.to_owned()).as_deref(),
                Some("lamports"),
                "{text}"
            );
            assert!(import.part.is_none(), "{text}");
        }
        assert!(understood(a.as_bytes()).part.is_some(), "one validator");
    }
}

/// The validators of Ethereum are read item by item where the beginning of the text shows them, and whole
/// where it does not; both say the same.
#[test]
fn a_long_list_is_read_item_by_item_as_it_is_whole() {
    let file = data().join("ethereum-validators.json");
    let text = fs::read_to_string(file).expect("the file");
    let streamed = understood(text.as_bytes());
    // So much stands before the list that its beginning is not seen.
    let far = text.replacen('{', &format!("{{\"padding\": \"{}\",", "x".repeat(1 << 17)), 1);
    assert_eq!(understood(far.as_bytes()), streamed);
    assert_eq!(understood(&packed(format!("\u{feff}{text}").as_bytes())), streamed);
    let pages = understood(format!("{text}\n{}", text.replace("\"index\": \"", "\"index\": \"9")).as_bytes());
    assert_eq!(pages.names.len(), 2 * streamed.names.len());
    // Faults have the same places.
    for (from, to) in [("\"32000000000\"", "\"3x\""), ("\"index\": \"1\"", "\"index\": \"0\"")] {
        assert!(text.contains(from), "{from}");
        let (bad, far) = (text.replace(from, to), far.replace(from, to));
        let fault = |text: &str| read(text.as_bytes(), &Options::default()).expect_err("a fault");
        let (streamed, whole) = (fault(&bad), fault(&far));
        assert_eq!((streamed.line, &streamed.problem), (whole.line, &whole.problem));
        assert_eq!(streamed.column, whole.column);
    }
}

/// Spellings of the same tools in other versions.
#[test]
fn versions_of_a_tool_read_alike() {
    let ids = [
        "pool1q80jjs53w0fx836n8g38gtdwr8ck5zre3da90peuxn84sj3cu0r",
        "pool1qsqyw3efqp2hpvyl9pmh2vwvamh2hzrhrjjkvjn8dhc8j0qyqqq",
    ];
    let nested = format!(
        r#"{{"{}": {{"stake": {{"numerator": 1, "denominator": 4}}, "vrf": "a"}}, "{}": {{"stake": {{"numerator": 3, "denominator": 4}}, "vrf": "b"}}}}"#,
        ids[0], ids[1]
    );
    let import = understood(nested.as_bytes());
    assert_eq!(
        (import.format, &import.names[..]),
        ("cardano-stake-distribution", &ids.map(str::to_owned)[..])
    );
    let old = r#"{"data": [{"index": "7", "balance": "1", "status": "Active", "validator": {"effective_balance": "32000000000"}}, {"index": "8", "balance": "1", "status": "PendingQueue", "validator": {"effective_balance": "0"}}]}"#;
    let import = understood(old.as_bytes());
    assert_eq!((import.format, &import.names[..]), ("ethereum-validators", &["7".to_owned()][..]));
    let text = fs::read_to_string(data().join("solana-block-production.text.txt")).expect("the file");
    let fault = read(text.replace(" 180 ", " 181 ").as_bytes(), &Options::default()).unwrap_err();
    assert!(fault.line == 6 && fault.problem.contains("have 180 slots, but the total is `181`"), "{fault:?}");
    let few: String = text.split_inclusive('\n').take(3).collect();
    assert!(understood(few.as_bytes()).part.is_some());
    let markdown = "| Name | Stake | Wins |\n|:-----|------:|-----:|\n| ann  | 5     | 1 |\n| bob | 6 | 2 |\n\nAs of today.\n";
    let import = understood(markdown.as_bytes());
    assert_eq!((import.format, &import.names[..]), ("text-table", &["ann".to_owned(), "bob".to_owned()][..]));
    assert_eq!(
        (import.wins, import.notes),
        (Some(vec![1, 2]), vec!["one line around the table passed over".to_owned()])
    );
    let fault = read(markdown.replace("| 6 |", "|").as_bytes(), &Options::default()).unwrap_err();
    assert!(fault.line == 4 && fault.problem.contains("2 cells"), "{fault:?}");
    let yaml = read(b"block_height: \"123\"\ntotal: \"2\"\n", &Options::default()).unwrap_err();
    assert!(yaml.problem.contains("--output json"), "{}", yaml.problem);
}

#[test]
fn who_proposes_in_this_epoch_of_aptos_is_in_the_table_and_no_one_else() {
    let sandbox = Sandbox::new();
    let file = data().join("aptos-validators.pending.json");
    let (_, _, err) = tombola(&sandbox, &["import", &file.display().to_string()], b"");
    assert!(err.contains("left out 1: pending_active: no turn to propose before the next epoch"), "{err}");
    let text = fs::read_to_string(file).expect("the file");
    for (total, says) in
        [("599999999999999", "note: the stakes of its rows sum to"), ("900000000000000", "part of the chain")]
    {
        let other = text.replace("\"600000000000000\"", &format!("\"{total}\""));
        let (code, _, err) = tombola(&sandbox, &["import", "-"], other.as_bytes());
        assert!(code == 0 && err.contains(says) && err.contains("`total_voting_power` is"), "{err}");
    }
}

/// An object of names and numbers is a table only if its names can be nothing but validators'.
#[test]
fn figures_are_not_read_as_validators() {
    let sandbox = Sandbox::new();
    for figures in [
        r#"{"absoluteSlot": 302400123, "epoch": 700, "slotIndex": 123, "transactionCount": 350000000000}"#,
        r#"{"not_bonded_tokens": "123", "bonded_total": "456", "x": "7"}"#,
        r#"{"pool": {"not_bonded_tokens": "100", "bonded_tokens": "200"}}"#,
        r#"{"epoch": 500, "ann": "5", "bob": "6"}"#,
        r#"{"inflation": "0.130000000000000000"}"#,
        r#"{"min": 1, "max": 2}"#,
        r#"{"bonded_tokens": "5", "not_bonded_tokens": "6"}"#,
        r#"{"pool1qqyjr9pcrv97gwrueunug829fs5znw6p2wxft3fvqkgu5f4qlrg": 5, "rest": 6}"#,
    ] {
        for intent in [Intent::Import, Intent::AuditPart, Intent::Stakes] {
            let fault = read(figures.as_bytes(), &Options { intent, ..Options::default() });
            let fault = fault.expect_err(figures).problem;
            assert!(
                fault.contains("cut the table out") || fault.contains("is missing"),
                "{figures}: {fault}"
            );
        }
    }
    let forced = ["import", "-", "--to", "-", "--format", "json"];
    let (code, out, err) = tombola(&sandbox, &forced, br#"{"epoch": 500, "ann": "5"}"#);
    assert_eq!((code, out.as_str()), (0, "name,stake\nepoch,500\nann,5\n"), "{err}");
    for names in [
        r#"{"ann": 350, "bob": "500"}"#,
        r#"{"validator-1": 350, "validator-2": 500}"#,
        r#"{"Node One": 350, "Second Stakers": 500}"#,
        r#"{"0x15a3000000000000": 350, "0x2b77000000000000": 500}"#,
    ] {
        assert_eq!(understood(names.as_bytes()).names.len(), 2, "{names}");
    }
}

/// A row that holds the sums of all others is a question if its name may mean all, in any language, and
/// is named if a validator may have it.
#[test]
fn totals_are_found_by_their_sums() {
    let sandbox = Sandbox::new();
    let tables = [
        "name,stake\nann,5\nbob,6\nAll validators,11\n",
        "name,stake\nann,5\nbob,6\nTotal (2),11\n",
        "name,stake\nann,5\nbob,6\nTOTAL VOTING POWER,11\n",
        "name,stake\nann,5\nbob,6\nGesamt,11\n",
        "name,stake\nann,5\nbob,6\n合计,11\n",
        "name,stake\nNetwork total,11\nann,5\nbob,6\n",
        "name,stake,wins\nann,5,1\nbob,6,2\n-,11,3\n",
        "name,wins\nann,5\nbob,6\nTotal blocks,11\n",
        "name,stake\nann,45.5%\nbob,54.5%\nNetwork,100%\n",
        "name,stake\nann,33.3%\nbob,33.3%\ncid,33.3%\nNetwork,100%\n",
        "[{\"name\":\"ann\",\"stake\":5},{\"name\":\"bob\",\"stake\":6},{\"name\":\"TOTAL STAKED\",\"stake\":11}]",
    ];
    for table in tables {
        let (code, out, err) = tombola(&sandbox, &["import", "-", "--to", "-"], table.as_bytes());
        assert!(code == 2 && out.is_empty(), "{table}: {err}");
        assert!(err.contains("--total drop or --total keep"), "{table}: {err}");
        let rows = |wish: &str| {
            let (code, out, err) =
                tombola(&sandbox, &["import", "-", "--to", "-", "--total", wish], table.as_bytes());
            assert_eq!(code, 0, "{table}: {err}");
            out.lines().count()
        };
        assert_eq!(rows("keep"), rows("drop") + 1, "{table}");
    }
    // The rows after a total that is left out are still those that they were.
    let (code, out, err) = tombola(
        &sandbox,
        &["import", "-", "--to", "-", "--total", "drop", "--duplicates", "sum"],
        b"name,stake\nTotal staked,18\nann,5\nbob,6\nann,7\n",
    );
    assert_eq!((code, out.as_str()), (0, "name,stake\nann,12\nbob,6\n"), "{err}");
    // Names that a validator may have; numbers that are no sums; a total that was dropped by its name.
    for (table, args, rows, noted) in [
        ("name,stake\nann,1\nbob,2\ncid,3\n", &[][..], 3, true),
        ("name,stake\nann,1\nbob,2\ncid,3\n", &["--total", "drop"], 2, false),
        ("name,stake\nann,1\nbob,2\ncid,3\nTotal,6\n", &["--total", "drop"], 3, false),
        ("name,stake\nann,5\nbob,5\n", &[], 2, false),
        ("name,stake,wins\nann,1,4\nbob,2,5\ncid,3,6\n", &[], 3, false),
        ("name,stake\nann,5\nbob,6\nTotal Staking Ltd,7\n", &[], 3, false),
    ] {
        let all = [&["import", "-", "--to", "-"][..], args].concat();
        let (code, out, err) = tombola(&sandbox, &all, table.as_bytes());
        assert_eq!((code, out.lines().count()), (0, rows + 1), "{table}: {err}");
        assert_eq!(err.contains("are exactly the sums of all others"), noted, "{table}: {err}");
    }
}

#[test]
fn the_status_of_a_block_says_whether_it_was_missed() {
    let wins = |table: &str| {
        read(table.as_bytes(), &Options::default())
            .map(|import| (import.wins.unwrap_or_default(), import.slots))
            .map_err(|fault| fault.problem)
    };
    for (made, missed) in [("proposed", "missed"), ("Canonical", "Orphaned"), ("success", "not_produced")] {
        let table = format!("slot,proposer,status\n1,a,{made}\n2,b,{missed}\n3,a,forked\n");
        assert_eq!(wins(&table), Ok((vec![1, 0], Some(vec![2, 1]))), "{table}");
    }
    let flags = "slot,proposer,orphaned\n1,a,false\n2,b,true\n";
    assert_eq!(wins(flags), Ok((vec![1, 0], Some(vec![1, 1]))));
    for (table, says) in [
        (
            "slot,proposer,status\n1,a,proposed\n2,b,scheduled\n",
            "`scheduled`, which is not known; write proposed or missed",
        ),
        ("slot,proposer,status\n1,a,1\n", "--columns missed=TITLE"),
        (
            "slot,proposer,status,orphaned\n1,a,proposed,0\n",
            "--columns missed=status or --columns missed=orphaned",
        ),
    ] {
        let fault = wins(table).expect_err(table);
        assert!(fault.contains(says), "{table}: {fault}");
    }
    // Beside stakes it is about validators.
    assert_eq!(understood(b"name,stake,status\na,5,active\nb,6,jailed\n").names, ["a"]);
}

#[test]
fn spreadsheets_are_read_as_they_are_saved() {
    let text = "name,stake\nZo\u{eb},5\nbob,6\n";
    for bytes in [
        utf16(text, true),
        utf16(text, false),
        format!("sep=;\r\n{}", text.replace(',', ";")).into_bytes(),
        format!("\u{feff}sep=,\n{text}").into_bytes(),
    ] {
        let import = understood(&bytes);
        assert_eq!(import.names, ["Zo\u{eb}", "bob"]);
        let stakes = import.whole_stakes(&Options::default(), u64::MAX >> 1).unwrap().unwrap();
        assert_eq!(stakes.stakes, [5, 6]);
    }
    assert!(read(&utf16(text, true)[..11], &Options::default()).is_err(), "half a character");
    // The name of a coin behind every number, or behind none.
    let coins = understood(b"name,stake\nann,\"1,234.56 ATOM\"\nbob,0.5 ATOM\n");
    let stakes = coins.whole_stakes(&Options::default(), u64::MAX >> 1).unwrap().unwrap();
    assert_eq!(stakes.stakes, [123_456, 50]);
    assert_eq!(coins.denomination.as_ref().map(|unit| unit.coin.as_str()), Some("ATOM"));
    for other in ["5", "5 SOL", "5 M"] {
        let table = format!("name,stake\nann,5 ATOM\nbob,{other}\n");
        assert!(read(table.as_bytes(), &Options::default()).is_err(), "{other}");
    }
    // Expected wins with the decimal mark of the file.
    let table = "name;stake;wins;expected\nann;5;10;4,5\nbob;6;2;7,5\n";
    assert_eq!(understood(table.as_bytes()).expected, Some(vec![4.5, 7.5]));
    let grouped = "name;stake;wins;expected\nann;5;10;1.004,5\nbob;6;2;2.000\n";
    assert_eq!(understood(grouped.as_bytes()).expected, Some(vec![1004.5, 2000.0]));
    let open = "name,stake,wins,expected\nann,5,10,\"1,004\"\nbob,6,2,7\n";
    let fault = read(open.as_bytes(), &Options::default()).unwrap_err().problem;
    assert!(fault.contains("--decimal"), "{fault}");
}

#[test]
fn tables_can_be_made_safe_for_spreadsheets() {
    let sandbox = Sandbox::new();
    sandbox.put("a.csv", "name,stake\n=1+2,5\nbob,6\n");
    let (_, plain, _) = tombola(&sandbox, &["import", "a.csv", "--to", "-"], b"");
    assert_eq!(plain, "name,stake\n=1+2,5\nbob,6\n");
    let (_, safe, _) = tombola(&sandbox, &["import", "a.csv", "--to", "-", "--safe-csv"], b"");
    assert_eq!(safe, "name,stake\n'=1+2,5\nbob,6\n");
    tombola(&sandbox, &["import", "a.csv", "--to", "b.csv", "--safe-csv"], b"");
    assert_eq!(fs::read_to_string(sandbox.path("b.csv")).unwrap(), safe);
}

#[test]
fn points_are_called_points() {
    let sandbox = Sandbox::new();
    let file = data().join("polkadot-era-points.json").display().to_string();
    let (code, _, err) = tombola(&sandbox, &["audit", &file], b"");
    assert!(code == 2 && err.contains("tells points but no wins and no stakes"), "{err}");
    assert!(err.contains("--columns wins=points") && err.contains("--stakes FILE"), "{err}");
}

/// What was cut out of an answer is read as the answer is: the list alone, or an object on each line.
#[test]
fn lists_are_known_without_what_stood_around_them() {
    for (file, path) in [
        ("cosmos-staking.json", "/validators"),
        ("ethereum-validators.json", "/data"),
        ("near-validators.json", "/result/current_validators"),
        ("solana-validators.cli.json", "/validators"),
    ] {
        let bytes = fs::read(data().join(file)).expect("the file");
        let mut whole = understood(&bytes);
        let json: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        let list = json.pointer(path).and_then(serde_json::Value::as_array).expect("a list");
        let lines: Vec<String> = list.iter().map(ToString::to_string).collect();
        for text in [format!("[{}]", lines.join(",\n")), lines.join("\n")] {
            let mut alone = understood(text.as_bytes());
            let forced = Options { format: Some(whole.format.to_owned()), ..Options::default() };
            assert_eq!(read(text.as_bytes(), &forced).as_ref(), Ok(&alone), "{file}");
            for import in [&mut whole, &mut alone] {
                (import.last_line, import.notes) = (0, Vec::new());
            }
            assert_eq!(alone, whole, "{file}");
        }
    }
    // A few of them may be anybody's own table.
    let own = understood(
        br#"[{"operator_address": "a", "tokens": "5"}, {"operator_address": "b", "tokens": "6"}]"#,
    );
    assert_eq!((own.format, own.names.len()), ("json", 2));
    // One validator is no chain.
    let file = data().join("cosmos-staking.json");
    let json: serde_json::Value = serde_json::from_slice(&fs::read(file).expect("the file")).expect("JSON");
    assert!(understood(json["validators"][0].to_string().as_bytes()).part.is_some());
}

/// What tools print that knows no names, or is about one validator.
#[test]
fn answers_of_other_calls_are_understood_or_called_by_their_name() {
    let said = |text: &str| read(text.as_bytes(), &Options::default());
    let balances =
        said(r#"{"data": [{"index": "7", "balance": "32000000123"}, {"index": "9", "balance": "5"}]}"#);
    assert_eq!(balances.expect("balances").names, ["7", "9"]);
    let history = said("slot,validator_index,status\n1,5,proposed\n2,6,missed\n").expect("a history");
    assert_eq!((history.names, history.wins), (vec!["5".to_owned(), "6".to_owned()], Some(vec![1, 0])));
    let explorer = said("Rank,Moniker,Voting Power (ATOM)\n1,a,12.5\n2,b,7\n").expect("an explorer's table");
    assert_eq!(explorer.denomination.map(|unit| unit.name).as_deref(), Some("atom"));
    let one = r#"{"execution_optimistic": false, "finalized": true, "data": {"index": "1", "balance": "32000000000",
        "status": "active_ongoing", "validator": {"pubkey": "0x1", "effective_balance": "32000000000"}}}"#;
    let one = said(one).expect("a validator");
    assert_eq!(one.format, "ethereum-validators");
    assert!(one.part.expect("a part").why.contains("one validator"));
    for error in [
        r#"{"code": 12, "message": "Not Implemented", "details": []}"#,
        r#"{"status": "error", "errorMessage": "Not Implemented"}"#,
        r#"{"jsonrpc": "2.0", "id": 1, "error": {"code": -32603, "message": "Not Implemented"}}"#,
    ] {
        let fault = said(error).expect_err("an error");
        assert!(fault.problem.ends_with("no table: Not Implemented"), "{}", fault.problem);
    }
}

/// JSON that is nothing but rows is read row by row where it is long, and as the same table of separated fields.
#[test]
fn long_rows_are_read_one_by_one_as_short_ones_are() {
    let rows = 4_000;
    let line = |row: u64| {
        format!(
            "{{\"moniker\": \"v{row}\", \"voting_power\": \"{}\", \"blocks\": {}, \"x\": {{\"y\": 1}}}}",
            row * row + 1,
            row % 9
        )
    };
    let csv: String = (0..rows).map(|row: u64| format!("v{row},{},{}\n", row * row + 1, row % 9)).collect();
    let table = understood(format!("moniker,voting_power,blocks\n{csv}").as_bytes());
    let all: Vec<String> = (0..rows).map(line).collect();
    let mut long =
        vec![all.join("\n"), format!("\u{feff}[{}]", all.join(",\n")), format!("[\n{}\n]\n", all.join(","))];
    for text in &long {
        assert!(text.len() > 1 << 16);
        let import = understood(text.as_bytes());
        assert_eq!((&import.names, &import.stakes, &import.wins), (&table.names, &table.stakes, &table.wins));
        assert_eq!((import.format, import.ignored.as_slice()), ("json", ["x.y".to_owned()].as_slice()));
    }
    let pairs: Vec<String> = (0..rows).map(|row: u64| format!("[\"v{row}\", {}]", row * row + 1)).collect();
    let pairs = understood(format!("[{}]", pairs.join(", ")).as_bytes());
    assert_eq!((pairs.names, pairs.stakes), (table.names.clone(), table.stakes.clone()));
    // What comes late and would be read is refused, and what would not is passed over.
    let late = |member: &str| {
        let last = line(rows).replace("\"x\"", member);
        read(format!("{}\n{last}\n", all.join("\n")).as_bytes(), &Options::default())
    };
    assert_eq!(late("\"other\"").expect("a table").ignored, ["x.y", "other.y"]);
    let fault = late("\"missed\": 1, \"x\"").expect_err("a late column");
    assert!(fault.line == rows + 1 && fault.problem.contains("`missed`"), "{fault:?}");
    // Faults have their places.
    let bad = long.remove(0).replace("\"v3999\"", "\"v3998\"");
    let fault = read(bad.as_bytes(), &Options::default()).expect_err("a duplicate");
    assert!(fault.line == rows && fault.problem.contains("stands already on line 3999"), "{fault:?}");
    let cut = &bad[..bad.len() - 5];
    assert!(read(cut.as_bytes(), &Options::default()).is_err());
}

/// The lists of Solana's tools that are as long as an epoch, and duties of several epochs.
#[test]
fn lists_of_slots_are_read_one_by_one() {
    let key = |row: u64| format!("{}{}", "K".repeat(40), row % 3);
    let entry = |row: u64| format!("{{\"slot\": {}, \"leader\": \"{}\"}}", 1_000 + row, key(row / 4));
    let entries: Vec<String> = (0..2_000).map(entry).collect();
    let schedule = understood(
        format!("{{\"epoch\": 5, \"leaderScheduleEntries\": [{}]}}", entries.join(",")).as_bytes(),
    );
    assert_eq!(schedule.heights.map(|heights| heights.len()), Some(2_000));
    let slots: Vec<String> =
        (0..2_000).map(|row| format!("{{\"slot\": {row}, \"skipped\": false}}")).collect();
    let production = format!(
        "{{\"epoch\": 5, \"individualSlotStatus\": [{}], \"leaders\": [{{\"identityPubkey\": \"a\", \"leaderSlots\": 8, \"blocksProduced\": 7, \"skippedSlots\": 1}}]}}",
        slots.join(",")
    );
    assert_eq!(understood(production.as_bytes()).wins, Some(vec![7]));
    let duties = |epoch: u64| {
        let duty = |slot: u64| {
            format!(
                "{{\"pubkey\": \"0x\", \"validator_index\": \"{}\", \"slot\": \"{}\"}}",
                slot % 5,
                32 * epoch + slot
            )
        };
        let all: Vec<String> = (0..32).map(duty).collect();
        format!("{{\"dependent_root\": \"0x{epoch}\", \"data\": [{}]}}", all.join(","))
    };
    let history = understood(format!("{}\n{}\n", duties(3), duties(4)).as_bytes());
    assert_eq!(history.heights, Some((96..160).collect()));
    // As `jq -s` puts them into a list, short and beyond the beginning of a long text.
    let list =
        |epochs: std::ops::Range<u64>| format!("[{}]", epochs.map(duties).collect::<Vec<_>>().join(",\n"));
    let history = understood(list(3..5).as_bytes());
    assert_eq!((history.format, history.heights), ("ethereum-duties", Some((96..160).collect())));
    assert!(list(3..60).len() > 1 << 16);
    assert_eq!(understood(list(3..60).as_bytes()).heights, Some((96..1920).collect()));
    // A list of somebody's own says more, and is no list of a tool.
    let own = r#"[{"slot": 1, "leader": "a", "missed": true}, {"slot": 2, "leader": "b", "missed": false}]"#;
    assert_eq!(understood(own.as_bytes()).wins, Some(vec![0, 1]));
    let twice = format!("{}\n{}\n", duties(3), duties(3));
    assert!(read(twice.as_bytes(), &Options::default()).is_err());
}

/// What stands around a list says whether it is all, whoever wrote it.
#[test]
fn a_page_of_anybodys_answer_is_a_part_of_the_chain() {
    let rows: Vec<String> = (0..3_000).map(|row| format!("{{\"name\": \"v{row}\", \"stake\": 5}}")).collect();
    let long = rows.join(",");
    let two = rows[..2].join(",");
    for (table, why) in [
        (format!("{{\"total\":50,\"count\":2,\"validators\":[{two}]}}"), Some("2 of 50 validators")),
        (
            format!("{{\"validators\":[{two}],\"pagination\":{{\"next_key\":\"abc\",\"total\":\"50\"}}}}"),
            Some("2 of 50 validators"),
        ),
        (format!("{{\"validators\":[{two}],\"pagination\":{{\"next_key\":\"abc\"}}}}"), Some("more follow")),
        (format!("{{\"data\":{{\"rows\":[{two}]}},\"meta\":{{\"total_pages\":3}}}}"), Some("more follow")),
        (format!("{{\"count\":9,\"next\":\"https://x/?page=2\",\"results\":[{two}]}}"), Some("2 of 9")),
        (format!("{{\"validators\":[{long}],\"total\":\"4000\"}}"), Some("3000 of 4000 validators")),
        // All of them, and a total of stakes.
        (format!("{{\"total\":2,\"count\":2,\"validators\":[{two}]}}"), None),
        (format!("{{\"validators\":[{two}],\"pagination\":{{\"next_key\":null,\"total\":\"2\"}}}}"), None),
        (format!("{{\"total\":10,\"validators\":[{two}]}}"), None),
        (
            "{\"total\":20,\"rows\":[{\"name\":\"a\",\"wins\":12},{\"name\":\"b\",\"wins\":8}]}".to_owned(),
            None,
        ),
    ] {
        let part = understood(table.as_bytes()).part.map(|part| part.why);
        match why {
            Some(why) => assert!(part.as_ref().is_some_and(|part| part.contains(why)), "{why}: {part:?}"),
            None => assert_eq!(part, None, "{table}"),
        }
    }
    let sandbox = Sandbox::new();
    let page = format!("{{\"total\":50,\"count\":2,\"validators\":[{two}]}}");
    let (code, _, err) = tombola(&sandbox, &["import", "-"], page.as_bytes());
    assert!(code == 0 && err.contains("a part of the chain"), "{err}");
}

/// Headers of blocks, as the answers of a CometBFT node have them.
#[test]
fn headers_of_blocks_are_a_history() {
    let header = |height: u64, who: &str| {
        format!(
            "{{\"version\":{{\"block\":\"11\"}},\"chain_id\":\"c\",\"height\":\"{height}\",\"last_block_id\":{{\"hash\":\"F\",\"parts\":{{\"total\":1}}}},\"proposer_address\":\"{who}\"}}"
        )
    };
    let meta = |height: u64, who: &str| {
        let header = header(height, who);
        format!(
            "{{\"block_id\":{{\"hash\":\"E\"}},\"block_size\":\"9\",\"header\":{header},\"num_txs\":\"0\"}}"
        )
    };
    let block = |height: u64, who: &str| {
        let (header, before) = (header(height, who), height - 1);
        format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":-1,\"result\":{{\"block_id\":{{\"hash\":\"E\"}},\"block\":{{\"header\":{header},\"data\":{{\"txs\":[]}},\"last_commit\":{{\"height\":\"{before}\",\"round\":0,\"signatures\":[]}}}}}}}}"
        )
    };
    for text in [
        format!("[{{\"header\":{}}},{{\"header\":{}}}]", header(7, "AA"), header(8, "BB")),
        "height,header.proposer_address\n7,AA\n8,BB\n".to_owned(),
        format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":-1,\"result\":{{\"last_height\":\"9\",\"block_metas\":[{},{}]}}}}",
            meta(8, "BB"),
            meta(7, "AA")
        ),
        format!("{}\n{}\n", block(7, "AA"), block(8, "BB")),
        format!("[{},{}]", block(7, "AA"), block(8, "BB")),
    ] {
        let import = understood(text.as_bytes());
        let proposers: Vec<&str> =
            import.proposers.iter().flatten().map(|&index| import.names[index as usize].as_str()).collect();
        assert_eq!((import.heights, proposers), (Some(vec![7, 8]), vec!["AA", "BB"]), "{text}");
    }
}

/// One row without a status among rows that have one is doubtful: it may be of somebody who does not take part.
#[test]
fn a_status_stands_in_every_row_or_in_none() {
    let staking = |status: &str| {
        format!(
            "{{\"validators\":[{{\"operator_address\":\"A\",\"tokens\":\"5\",\"jailed\":false,\"status\":\"BOND_STATUS_BONDED\"}},{{\"operator_address\":\"B\",\"tokens\":\"5\",\"jailed\":false{status}}}]}}"
        )
    };
    let beacon = |status: &str| {
        format!(
            "{{\"data\":[{{\"index\":\"1\",\"status\":\"active_ongoing\",\"validator\":{{\"effective_balance\":\"32000000000\"}}}},{{\"index\":\"2\",{status}\"validator\":{{\"effective_balance\":\"32000000000\"}}}}]}}"
        )
    };
    for text in [staking(""), staking(",\"status\":null"), beacon(""), beacon("\"status\":\"\",")] {
        let fault = read(text.as_bytes(), &Options::default()).expect_err("a row without a status");
        assert!(fault.problem.contains("has no `status`"), "{fault:?}");
    }
    for text in [staking(",\"status\":\"BOND_STATUS_BONDED\""), beacon("\"status\":\"active_ongoing\",")] {
        assert_eq!(understood(text.as_bytes()).names.len(), 2);
    }
}
