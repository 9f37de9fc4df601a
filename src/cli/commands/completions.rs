//! `tombola completions`.

use crate::cli::args::Args;
use crate::cli::failure::Failure;
use crate::cli::screen::print_data;
use clap::builder::PossibleValuesParser;
use clap::{Args as ClapArgs, Command, CommandFactory, ValueHint};
use clap_complete::Shell;
use tombola::registry::Entry;
use tombola::scenario::Scenario;
use tombola::selection::RULES;

#[derive(ClapArgs)]
#[command(after_help = "\
Example:
  tombola completions bash > ~/.local/share/bash-completion/completions/tombola")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Prints a completion script.
pub fn completions(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut completed(Args::command()), "tombola", &mut script);
    print_data(&String::from_utf8_lossy(&script))?;
    Ok(())
}

/// The definition with the values that a shell can offer: engines, rules, keys, files, folders.
/// Only for completions: the program reads these values itself, with messages of its own.
fn completed(command: Command) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    names.iter().fold(command, |command, name| command.mut_subcommand(name, values))
}

fn values(command: Command) -> Command {
    let ids: Vec<String> = command.get_arguments().map(|argument| argument.get_id().to_string()).collect();
    ids.iter().fold(command, |command, id| {
        command.mut_arg(id, |argument| match id.as_str() {
            "engine" => argument.value_parser(PossibleValuesParser::new(["full", "draws", "law", "auto"])),
            "rule" | "rules" => argument.value_parser(PossibleValuesParser::new(rule_names(RULES))),
            "set" => argument.value_parser(PossibleValuesParser::new(keys())),
            "output" => argument.value_hint(ValueHint::DirPath),
            "file" | "files" | "table" => argument.value_hint(ValueHint::FilePath),
            _ => argument,
        })
    })
}

fn rule_names<T: ?Sized>(entries: &'static [Entry<T>]) -> Vec<&'static str> {
    entries.iter().map(|entry| entry.name).collect()
}

/// Every key of a scenario with its section, as `--set` takes it.
fn keys() -> Vec<String> {
    let resolved = Scenario::shipped("seed").map(|scenario| scenario.resolved()).unwrap_or_default();
    let sections: toml::Table = toml::from_str(&resolved).unwrap_or_default();
    let tables = sections.iter().filter_map(|(section, value)| Some((section, value.as_table()?)));
    tables.flat_map(|(section, keys)| keys.keys().map(move |key| format!("{section}.{key}="))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_rules_and_keys_are_offered() {
        let mut script = Vec::new();
        let mut command = completed(Args::command());
        clap_complete::generate(clap_complete::Shell::Bash, &mut command, "tombola", &mut script);
        let script = String::from_utf8(script).unwrap();
        for value in ["full draws law auto", "cardano-praos", "run.rounds=", "attestation.quorum="] {
            assert!(script.contains(value), "{value}");
        }
    }
}
