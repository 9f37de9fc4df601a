//! The README's commands do what it says.

use assert_cmd::Command;
use std::fs;
use std::path::Path;

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("the README")
}

/// Every line of a ```sh block, without comments.
fn commands() -> Vec<String> {
    let text = readme();
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines).map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The arguments that a line gives to tombola, if it calls it.
fn tombola_arguments(line: &str) -> Option<Vec<String>> {
    let rest = line.strip_prefix("cargo run --release -- ").or_else(|| line.strip_prefix("tombola "))?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

#[test]
fn every_command_of_the_readme_works() {
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
