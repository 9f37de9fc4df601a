//! `tombola verify`.

use crate::cli::failure::Failure;
use crate::cli::options::threads::ThreadsArg;
use crate::cli::screen::print;
use clap::Args as ClapArgs;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use tombola::forging::{Replay, ReplayFinding};
use tombola::statistics::wording::counted;

#[derive(ClapArgs)]
#[command(after_help = "\
Checks hash links, Merkle roots, every signature, every quorum, every punished offence and the state
after every block, and draws every round and committee again; names the first that fails and why
(exit code 1). What begins the chain is taken as given: accounts, stakes and settings.

Example:
  tombola run scenarios/seed.toml --rounds 100 --keep-chain && tombola verify output/seed/chain.jsonl")]
pub struct VerifyArgs {
    /// Chain written by `tombola run --keep-chain`
    #[arg(value_name = "CHAIN.jsonl")]
    pub file: PathBuf,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

const ORIGIN: &str = "name a chain.jsonl written by `tombola run --keep-chain`";

/// Checks an exported chain again.
pub fn verify(args: &VerifyArgs) -> Result<(), Failure> {
    let path = &args.file;
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut lines = Lines { input: BufReader::new(file), number: 0, path };
    let Some(first) = lines.next()? else {
        return Err(Failure::CheckFailed(format!(
            "{}: the file is empty, there is no chain in it\n  help: {ORIGIN}",
            path.display()
        )));
    };
    let fails = |number: u64, height: Option<u64>, finding: &ReplayFinding| {
        let block = height.map(|height| format!("block {height}: ")).unwrap_or_default();
        let help = Replay::advice(finding).map(|advice| format!("\n  help: {advice}")).unwrap_or_default();
        Failure::CheckFailed(format!("{}:{number}: {block}{finding}{help}", path.display()))
    };
    let mut replay = Replay::begin(&first).map_err(|finding| fails(1, None, &finding))?;
    while let Some(line) = lines.next()? {
        let height = replay.height();
        replay.next(&line).map_err(|finding| fails(lines.number, Some(height), &finding))?;
    }
    let summary = replay.finish().map_err(|finding| fails(lines.number, None, &finding))?;
    let drawn = if replay.undrawn().is_none() { "draw, " } else { "" };
    print(&format!(
        "ok: trial {} of seed {}: {}, {}, {}, {}; every {drawn}hash, signature, quorum and state holds\n",
        replay.record().trial,
        replay.record().seed,
        counted(summary.blocks, "block"),
        counted(summary.transactions, "transaction"),
        counted(summary.votes, "vote"),
        counted(summary.offences, "offence"),
    ))?;
    if let Some(rule) = replay.undrawn() {
        print(&format!(
            "the draw was not checked: this program has no rule {:?}, so it cannot say who should have forged\n",
            rule.chars().take(60).collect::<String>()
        ))?;
    }
    Ok(())
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::CannotRun(format!("{}: cannot be read: {error}\n  help: {ORIGIN}", path.display()))
}

/// The longest line, in bytes; a line is the largest thing that has to fit into memory.
const LONGEST_LINE: u64 = 1 << 28;

/// Lines that end in `\n`, exactly: no other byte ends a line, and the last one must end too.
struct Lines<'a, R> {
    input: R,
    number: u64,
    path: &'a Path,
}

impl<R: BufRead> Lines<'_, R> {
    fn next(&mut self) -> Result<Option<String>, Failure> {
        let mut bytes = Vec::new();
        let read = (&mut self.input)
            .take(LONGEST_LINE + 1)
            .read_until(b'\n', &mut bytes)
            .map_err(|error| unreadable(self.path, &error))?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let broken =
            |what: &str| Failure::CheckFailed(format!("{}:{}: {what}", self.path.display(), self.number));
        if bytes.len() as u64 > LONGEST_LINE {
            return Err(broken(&format!("the line is longer than {LONGEST_LINE} bytes")));
        }
        if bytes.pop() != Some(b'\n') {
            return Err(broken("the line breaks off"));
        }
        String::from_utf8(bytes).map(Some).map_err(|_| broken("the line is not text"))
    }
}
