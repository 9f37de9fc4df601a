//! Keys, names and types that are not what they should be.

use super::{cases_refused, scenarios_refused};

#[test]
fn unknown_keys_are_named_with_the_nearest_valid_one() {
    cases_refused(&[
        ("rnu = 5", &["s.toml:1:1: `rnu` is an unknown key", "help: did you mean `run`?"]),
        ("[rewards]\ncompound = true", &["s.toml:1:2: `rewards`", "did you mean `reward`?"]),
        ("zzz = 5", &["s.toml:1:1: `zzz` is an unknown key", "help: valid keys: name, description, run"]),
        ("[run]\nrouns = 10", &["s.toml:2:1: `run.rouns`", "did you mean `rounds`?"]),
        ("run.rouns = 10", &["s.toml:1:5: `run.rouns`", "did you mean `rounds`?"]),
        ("[selection]\nrul = \"raffle\"", &["s.toml:2:1: `selection.rul`", "did you mean `rule`?"]),
        ("[attestation]\nquorom = 1", &["`attestation.quorom`", "did you mean `quorum`?"]),
        ("[transactions]\nper_rond = 1", &["`transactions.per_rond`", "did you mean `per_round`?"]),
        ("[reward]\ncompond = true", &["`reward.compond`", "did you mean `compound`?"]),
        ("[slashing]\nshar = 1", &["`slashing.shar`", "did you mean `share`?"]),
        ("[network]\nlos = 1", &["`network.los`", "did you mean `loss`?"]),
        ("[analysis]\nconfidense = 1", &["`analysis.confidense`", "did you mean `confidence`?"]),
        ("[report]\nfigure = []", &["`report.figure`", "did you mean `figures`?"]),
        (
            "[[behaviours]]\nact = \"offline\"\nshare = 1\n[[behaviours]]\nacounts = [\"ada\"]",
            &["s.toml:5:1: `behaviours[1].acounts` is an unknown key", "did you mean `accounts`?"],
        ),
        (
            "[selection]\nrule = { kind = \"raffle\", tokens = 3 }",
            &["s.toml:2:27: `selection.rule.tokens` is an unknown key", "help: there are no keys here"],
        ),
        (
            "[selection.rule]\nkind = \"uniform\"\ntokens = 3",
            &["s.toml:3:1: `selection.rule.tokens` is an unknown key"],
        ),
        (
            "[reward]\npolicy = { kind = \"constant\", amont = 3 }",
            &["s.toml:2:31: `reward.policy.amont` is an unknown key", "did you mean `amount`?"],
        ),
        (
            "[attestation]\ncommittee = { kind = \"drawn\", siez = 2 }",
            &["s.toml:2:31: `attestation.committee.siez` is an unknown key", "did you mean `size`?"],
        ),
        (
            "[[behaviours]]\nshare = 1\nact = { kind = \"invalid-block\", flow = \"wrong-key\" }",
            &["s.toml:3:33: `behaviours[0].act.flow` is an unknown key", "did you mean `flaw`?"],
        ),
        (
            "[report]\nfigures = [\"lorenz\", { kind = \"timeline\", colour = 3 }]",
            &["s.toml:2:43: `report.figures[1].colour` is an unknown key"],
        ),
    ]);
    scenarios_refused(&[
        (
            "[population]\ncount = 5\ntotal_stake = 100\nstake = { kind = \"pareto\", shap = 1.2 }",
            &["s.toml:4:28: `population.stake.shap` is an unknown key", "did you mean `shape`?"],
        ),
        ("[population]\nacounts = []", &["s.toml:2:1: `population.acounts`", "did you mean `accounts`?"]),
        (
            "[population]\naccounts = [\n{ name = \"a\", balance = 3 },\n{ name = \"b\", balence = 3 }]",
            &["s.toml:4:15: `population.accounts[1].balence` is an unknown key", "did you mean `balance`?"],
        ),
        (
            "[[population.accounts]]\nname = \"a\"\nbalance = 3\n[[population.accounts]]\nnmae = \"b\"",
            &["s.toml:5:1: `population.accounts[1].nmae` is an unknown key", "did you mean `name`?"],
        ),
    ]);
}

#[test]
fn unknown_names_are_answered_with_the_nearest_one() {
    cases_refused(&[
        (
            "[selection]\nrule = \"rafle\"",
            &[
                "s.toml:2:1: `selection.rule` names the unknown rule `rafle`",
                "help: did you mean `raffle`? Known: raffle, uniform",
            ],
        ),
        ("[selection]\nrule = \"zzz\"", &["the unknown rule `zzz`", "help: known: raffle"]),
        ("[selection]\nrule = { kind = \"unifrom\" }", &["s.toml:2:10: ", "did you mean `uniform`?"]),
        ("[selection]\nrule = \"\"", &["the unknown rule ``", "help: known: raffle"]),
        ("[reward]\npolicy = \"constnat\"", &["s.toml:2:1: `reward.policy`", "did you mean `constant`?"]),
        (
            "[[behaviours]]\nact = \"ofline\"\nshare = 1",
            &["s.toml:2:1: `behaviours[0].act` names the unknown behaviour `ofline`", "mean `offline`?"],
        ),
        (
            "[[behaviours]]\nact = { kind = \"invalid-block\", flaw = \"wrong-kee\" }\nshare = 1",
            &["s.toml:2:33: `behaviours[0].act.flaw` is \"wrong-kee\"", "did you mean `wrong-key`?"],
        ),
        (
            "[[behaviours]]\nact = \"offline\"\naccounts = [\"adda\"]",
            &["s.toml:3:1: `behaviours[0].accounts` names \"adda\"", "did you mean \"ada\"?"],
        ),
        (
            "[attestation]\ncommittee = \"drawm\"",
            &["`attestation.committee` names the unknown committee `drawm`", "did you mean `drawn`?"],
        ),
        ("[attestation]\nweight = \"head\"", &["`attestation.weight` is \"head\"", "did you mean `heads`?"]),
        (
            "[run]\nuntil = { metric = \"win_shar\", half_width = 0.1 }",
            &["s.toml:2:20: `run.until.metric` is \"win_shar\"", "did you mean `win_share`?"],
        ),
        (
            "[run]\nuntil = { metric = \"win_share\", half_width = 0.5 }",
            &["`run.until.half_width` is 0.5", "strictly between 0 and 0.5"],
        ),
        (
            "[run]\nuntil = { metric = \"win_share\", half_width = 0.1, validator = \"adda\" }",
            &["`run.until.validator` is \"adda\", which is no validator", "did you mean `ada`?"],
        ),
        (
            "[run]\nuntil = { metric = \"final_stake_share\", half_width = 0.1 }",
            &["`run.until.validator` is missing", "asked of one validator"],
        ),
        ("[run]\nengine = \"ful\"", &["s.toml:2:10: `run.engine` is \"ful\"", "did you mean `full`?"]),
        (
            "[report]\nfigures = [\"timeline\", \"lorentz\"]",
            &["s.toml:2:24: `report.figures[1]` names the unknown figure `lorentz`", "mean `lorenz`?"],
        ),
        ("[report]\nformats = [\"gif\"]", &["s.toml:2:12: `report.formats[0]` is \"gif\"", "svg, png"]),
    ]);
    scenarios_refused(&[(
        "[population]\ncount = 5\ntotal_stake = 100\nstake = \"paretto\"",
        &[
            "s.toml:4:1: `population.stake` names the unknown stake distribution `paretto`",
            "did you mean `pareto`?",
        ],
    )]);
}

#[test]
fn wrong_types_and_missing_keys() {
    cases_refused(&[
        ("name = 5", &["s.toml:1:8: `name` is 5", "help: it must be text in quotes"]),
        ("run = 5", &["s.toml:1:7: `run` is 5", "help: it must be a section of keys and values"]),
        ("[run]\nengine = 7", &["s.toml:2:10: `run.engine` is 7", "help: it must be a name in quotes"]),
        ("[selection]\nrule = 7", &["`selection.rule` is 7", "help: it must be a name, or a table with"]),
        (
            "[selection]\nrule = { n = 7 }",
            &["`selection.rule.kind` is missing", "help: add `kind = \"...\"`"],
        ),
        ("[selection]\nrule = { kind = 7 }", &["s.toml:2:17: `selection.rule.kind` is 7", "text in quotes"]),
        ("[attestation]\nweight = 3", &["s.toml:2:10: `attestation.weight` is 3", "a name in quotes"]),
        ("[attestation]\ncommittee = 1.5", &["s.toml:2:13: `attestation.committee` is 1.5"]),
        ("[attestation]\ncommittee = { size = 2 }", &["`attestation.committee.kind` is missing"]),
        ("[attestation]\ncommittee = { kind = \"drawn\" }", &["`attestation.committee.size` is missing"]),
        (
            "[reward]\ncompound = 2",
            &["s.toml:2:12: `reward.compound` is 2", "help: it must be true or false"],
        ),
        (
            "[report]\nfigures = \"lorenz\"",
            &["`report.figures` is \"lorenz\"", "help: it must be a list in [ ]"],
        ),
        ("[report]\nfigures = [7]", &["s.toml:2:12: `report.figures[0]` is 7"]),
        (
            "[behaviours]\nact = \"offline\"",
            &["s.toml:1:1: `behaviours` is a table", "help: it must be a list: write [[behaviours]]"],
        ),
        ("[[behaviours]]\nshare = 1", &["s.toml:1:1: `behaviours[0].act` is missing", "help: add `act = "]),
        (
            "[[behaviours]]\nact = \"offline\"",
            &["`behaviours[0]` must say who acts so", "`accounts = ", "`share = "],
        ),
        (
            "[[behaviours]]\nact = \"offline\"\nshare = 1\naccounts = [\"ada\"]",
            &["`behaviours[0]` must say who acts so"],
        ),
    ]);
    scenarios_refused(&[
        ("population = 5", &["s.toml:1:14: `population` is 5", "a section of keys and values"]),
        ("[population]\naccounts = 5", &["s.toml:2:12: `population.accounts` is 5", "a list in [ ]"]),
        (
            "[population]\naccounts = [\"ada\", \"bob\"]",
            &[
                "s.toml:2:13: `population.accounts[0]` is \"ada\"",
                "such as { name = \"ada\", balance = 100 }",
            ],
        ),
        (
            "[population]\naccounts = [{ name = \"ada\", balance = 5 }, { name = \"bob\" }]",
            &["s.toml:2:44: `population.accounts[1].balance` is missing", "help: add `balance = ...`"],
        ),
        (
            "[population]\naccounts = [{ name = \"ada\", balance = 5, validates = \"yes\" }]",
            &["s.toml:2:54: `population.accounts[0].validates` is \"yes\"", "true or false"],
        ),
        ("[population]\nstake = 7", &["s.toml:2:9: `population.stake` is 7", "a name, or a table"]),
        ("[population]\nstake = { kind = \"table\" }", &["`population.stake.path` is missing"]),
        (
            "[population]\nstake = { kind = \"table\", path = 7 }",
            &["s.toml:2:27: `population.stake.path` is 7"],
        ),
        (
            "[population]\ncount = 5\ntotal_stake = 9\nstake = { kind = \"pareto\", shape = \"x\" }",
            &["s.toml:4:28: `population.stake.shape` is \"x\"", "help: it must be a number"],
        ),
    ]);
}
