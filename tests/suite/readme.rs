//! The commands of the README and of the tour do what these say.

use assert_cmd::Command;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Every line of a ```sh block, without comments, and every command in a cell of a table.
fn commands() -> Vec<String> {
    let read =
        |name| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a document");
    let text = read("README.md") + "\n" + &read("docs/tour.md");
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines).map(|line| line.split('#').next().unwrap_or_default().trim());
    let rows = text.lines().filter(|line| line.starts_with('|'));
    let cells = rows.flat_map(|row| row.split('`').filter(|cell| cell.starts_with("tombola ")));
    let mut commands: Vec<String> =
        lines.chain(cells).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let mut seen = BTreeSet::new();
    commands.retain(|command| seen.insert(command.clone()));
    commands
}

/// The arguments that a line gives to tombola, if it calls it.
fn tombola_arguments(line: &str) -> Option<Vec<String>> {
    let rest = line.strip_prefix("cargo run --release -- ").or_else(|| line.strip_prefix("tombola "))?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

#[test]
fn every_command_that_is_shown_works() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a folder");
    let mut called = 0;
    for line in commands() {
        let Some(mut arguments) = tombola_arguments(&line) else { continue };
        called += 1;
        if arguments[0] == "run" {
            // The same command, shorter, and writing where a test may write.
            arguments.extend(["--trials", "2"].map(str::to_owned));
            if !arguments.iter().any(|argument| argument == "--force") {
                arguments.push("--force".to_owned());
            }
            if !arguments.iter().any(|argument| argument == "--rounds") {
                arguments.extend(["--rounds", "60"].map(str::to_owned));
            }
            arguments.push("--output".to_owned());
            arguments.push(folder.path().join("output").display().to_string());
        }
        let writes = ["compare", "audit"].contains(&arguments[0].as_str());
        if writes && !arguments.iter().any(|argument| argument == "--output") {
            let place = folder.path().join(format!("output/{called}")).display().to_string();
            arguments.extend(["--output".to_owned(), place]);
            if arguments[0] == "compare" {
                arguments.extend(["--rounds", "60", "--trials", "4"].map(str::to_owned));
            }
        }
        for argument in &mut arguments {
            if let Some(inside) = argument.strip_prefix("output/") {
                *argument = folder.path().join("output").join(inside).display().to_string();
            }
        }
        let mut command = Command::cargo_bin("tombola").expect("the program");
        command.current_dir(root).args(&arguments).assert().success();
    }
    assert!(called >= 4, "the README shows how to call the program");
}

#[test]
fn the_two_commands_stand_in_the_readme_and_ci_calls_the_second() {
    let commands = commands();
    assert!(commands.iter().any(|line| line == "cargo run --release -- run scenarios/seed.toml"));
    assert!(commands.iter().any(|line| line == "cargo test --release"));
    let ci =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/run")).expect("the CI script");
    assert!(ci.lines().any(|line| line == "cargo test --release"));
}
