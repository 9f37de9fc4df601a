"""How much faster is tombola than the Python one would write instead? Run by hand:

    cargo build --release && python3 benches/against.py

Needs numpy, pandas, scipy and matplotlib for the table of whole processes, and PyNaCl for full rounds, which
are left out without it.

The first table compares whole processes, from start to end: a Python script with its imports, and `tombola
run` at its default settings, with all tables, tests and figures, on all threads that it takes. Each pair is
run in turn, three times, and the best elapsed time of each is compared; the processor time of the same run
stands beside it. The second table compares rounds alone, on one thread each: tombola's time is that of its
simulation, from the manifest, without the order of wins, and Python's is without its imports.
"""

import hashlib
import itertools
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy

try:
    from nacl.signing import SigningKey
except ImportError:
    SigningKey = None

BINARY = Path(__file__).resolve().parent.parent / "target" / "release" / "tombola"
STAKES = [350, 500, 200, 275]
ZIPF = [1_000_000 // rank + 1 for rank in range(1, 10_001)]
TURNS = 3


def plain_raffle(rounds):
    """One token number a round, its owner by the running sums of the stakes."""
    ends = list(itertools.accumulate(STAKES))
    total, wins = ends[-1], [0] * len(STAKES)
    for _ in range(rounds):
        token = random.randrange(total)
        for owner, end in enumerate(ends):
            if token < end:
                wins[owner] += 1
                break


def numpy_choice(stakes, rounds, block=1 << 20):
    """numpy's weighted choice, counted by bincount, a block at a time."""
    generator = numpy.random.default_rng(1)
    shares = numpy.array(stakes, dtype=float) / sum(stakes)
    wins = numpy.zeros(len(stakes), dtype=numpy.int64)
    while rounds:
        size = min(rounds, block)
        winners = generator.choice(len(stakes), size=size, p=shares)
        wins += numpy.bincount(winners, minlength=len(stakes))
        rounds -= size
    return wins


def longest_gaps_and_runs(winners, validators):
    """The longest stretch without a win, and of wins, of every validator, from one sort."""
    rounds = len(winners)
    order = numpy.argsort(winners, kind="stable")
    sorted_winners = winners[order]
    gaps = numpy.full(validators, rounds, dtype=numpy.int64)
    first = numpy.searchsorted(sorted_winners, numpy.arange(validators))
    last = numpy.searchsorted(sorted_winners, numpy.arange(validators), side="right") - 1
    won = last >= first
    gaps[won] = numpy.maximum(order[first[won]], rounds - 1 - order[last[won]])
    between = numpy.diff(order) - 1
    same = sorted_winners[1:] == sorted_winners[:-1]
    numpy.maximum.at(gaps, sorted_winners[1:][same], between[same])
    ends = numpy.flatnonzero(numpy.diff(winners, append=-1))
    lengths = numpy.diff(ends, prepend=-1)
    runs = numpy.zeros(validators, dtype=numpy.int64)
    numpy.maximum.at(runs, winners[ends], lengths)
    return gaps, runs


def fairness(stakes, rounds, trials, folder):
    """What somebody would write with numpy, scipy, pandas and matplotlib for the tables of a run: wins, exact
    intervals and tests of every validator with two corrections, goodness of fit, concentration beside what
    chance makes of it, gaps, runs, repeats, windows of 32 rounds, a time line and three figures."""
    import matplotlib

    matplotlib.use("Agg")
    import pandas
    from matplotlib import pyplot
    from scipy import stats

    generator = numpy.random.default_rng(1)
    validators = len(stakes)
    shares = numpy.array(stakes, dtype=float) / sum(stakes)
    marks = numpy.unique(numpy.geomspace(1, rounds, 50).astype(int))
    wins = numpy.zeros((trials, validators), dtype=numpy.int64)
    gaps, runs = numpy.zeros(validators, dtype=numpy.int64), numpy.zeros(validators, dtype=numpy.int64)
    matches, windows, line = numpy.zeros(8, dtype=numpy.int64), [], []
    for trial in range(trials):
        winners = generator.choice(validators, size=rounds, p=shares)
        wins[trial] = numpy.bincount(winners, minlength=validators)
        gap, run = longest_gaps_and_runs(winners, validators)
        gaps, runs = numpy.maximum(gaps, gap), numpy.maximum(runs, run)
        matches += [numpy.count_nonzero(winners[lag:] == winners[:-lag]) for lag in range(1, 9)]
        richest = winners == 0
        windows.append(richest[: rounds // 32 * 32].reshape(-1, 32).sum(axis=1))
        line.append(numpy.cumsum(richest)[marks - 1] / marks)
    won, all_rounds = wins.sum(axis=0), rounds * trials
    low = stats.beta.ppf(0.025, won, all_rounds - won + 1)
    high = stats.beta.ppf(0.975, won + 1, all_rounds - won)
    below, above = stats.binom.cdf(won, all_rounds, shares), stats.binom.sf(won - 1, all_rounds, shares)
    p = numpy.minimum(1.0, 2 * numpy.minimum(below, above))
    order = numpy.argsort(p)
    holm, bh = numpy.empty(validators), numpy.empty(validators)
    places = numpy.arange(validators)
    holm[order] = numpy.minimum(1.0, numpy.maximum.accumulate(p[order] * (validators - places)))
    bh[order] = numpy.minimum(1.0, numpy.minimum.accumulate((p[order] * validators / (places + 1))[::-1])[::-1])
    pandas.DataFrame(
        {
            "stake": stakes,
            "expected_share": shares,
            "wins": won,
            "win_share": won / all_rounds,
            "low": low,
            "high": high,
            "relative_deviation": won / all_rounds / shares - 1,
            "p": p,
            "p_holm": holm,
            "p_bh": bh,
            "sd_between_trials": wins.std(axis=0, ddof=1) / rounds,
            "longest_gap": gaps,
            "longest_run": runs,
        }
    ).to_csv(folder / "validators.csv")
    chi_square = ((won - all_rounds * shares) ** 2 / (all_rounds * shares)).sum()
    indices = {"gini": gini(won), "herfindahl": ((won / all_rounds) ** 2).sum(), "nakamoto": nakamoto(won)}
    null = [generator.multinomial(all_rounds, shares) for _ in range(99)]
    null = {"gini": [gini(row) for row in null], "nakamoto": [nakamoto(row) for row in null]}
    rows = [{"metric": "chi_square", "value": chi_square, "p": stats.chi2.sf(chi_square, validators - 1)}]
    for name, value in indices.items():
        low_high = numpy.quantile(null.get(name, [value]), [0.025, 0.975])
        rows.append({"metric": name, "value": value, "null_low": low_high[0], "null_high": low_high[1]})
    rows += [{"metric": f"matches_{lag}", "value": count} for lag, count in enumerate(matches, 1)]
    pandas.DataFrame(rows).to_csv(folder / "fairness.csv")
    pandas.DataFrame(wins[:, :10]).to_csv(folder / "trials.csv")
    pandas.Series(numpy.concatenate(windows)).value_counts().to_csv(folder / "windows.csv")
    pandas.DataFrame(numpy.array(line), columns=marks).to_csv(folder / "timeline.csv")
    draw(pyplot, "win-share", folder, lambda axes: axes.errorbar(shares, won / all_rounds, fmt="."))
    draw(pyplot, "timeline", folder, lambda axes: axes.semilogx(marks, numpy.array(line).T))
    sorted_wins = numpy.cumsum(numpy.sort(won)) / all_rounds
    draw(pyplot, "lorenz", folder, lambda axes: axes.plot(numpy.linspace(0, 1, validators), sorted_wins))


def gini(counts):
    ordered = numpy.sort(counts)
    places = numpy.arange(1, len(ordered) + 1)
    return ((2 * places - len(ordered) - 1) * ordered).sum() / (len(ordered) * ordered.sum())


def nakamoto(counts):
    ordered = numpy.sort(counts)[::-1]
    return int(numpy.searchsorted(numpy.cumsum(ordered), ordered.sum() / 2, side="right")) + 1


def draw(pyplot, name, folder, plot):
    figure, axes = pyplot.subplots(figsize=(7.09, 4.33))
    plot(axes)
    axes.set_title(name)
    figure.savefig(folder / f"{name}.svg")
    figure.savefig(folder / f"{name}.png", dpi=300)
    pyplot.close(figure)


def numpy_compounding(rounds, trials):
    """Two parties whose rewards compound, all trials at once."""
    generator = numpy.random.default_rng(1)
    first, total = numpy.full(trials, 200.0), 1000.0
    for _ in range(rounds):
        first += 10.0 * (generator.random(trials) * total < first)
        total += 10.0


def signed_rounds(rounds, users=16, per_round=4):
    """Whole rounds with libsodium's signatures: transfers are signed and verified, the forger is
    drawn, its block is hashed, signed, encoded and verified, everybody else votes, the votes are
    verified, and with three quarters of them the transfers are settled."""
    generator = random.Random(1)
    validators = [SigningKey(bytes([number] * 32)) for number in range(len(STAKES))]
    wallets = [SigningKey(bytes([100 + number] * 32)) for number in range(users)]
    balances, nonces = [1_000_000] * users, [0] * users
    ends = list(itertools.accumulate(STAKES))
    tip, wins, tokens = bytes(32), [0] * len(STAKES), ends[-1]
    for height in range(rounds):
        transfers = []
        for _ in range(per_round):
            sender, recipient = generator.sample(range(users), 2)
            body = struct.pack("<BBQQQ", sender, recipient, 1 + generator.randrange(100), 1, nonces[sender])
            signed = wallets[sender].sign(body)
            wallets[sender].verify_key.verify(signed)
            nonces[sender] += 1
            transfers.append((sender, recipient, bytes(signed)))
        token = generator.randrange(tokens)
        forger = next(owner for owner, end in enumerate(ends) if token < end)
        root = hashlib.sha256(b"".join(signed for _, _, signed in transfers)).digest()
        state = hashlib.sha256(struct.pack(f"<{users}Q", *balances)).digest()
        header = struct.pack("<QB", height, forger) + tip + root + state
        block = hashlib.sha256(header).digest()
        validators[forger].verify_key.verify(validators[forger].sign(block))
        approvals = 0
        for number, attestor in enumerate(validators):
            if number != forger:
                attestor.verify_key.verify(attestor.sign(b"approve" + block))
                approvals += 1
        if approvals * 4 >= (len(STAKES) - 1) * 3:
            for sender, recipient, signed in transfers:
                amount = struct.unpack_from("<Q", signed, 66)[0]
                balances[sender] -= amount + 1
                balances[recipient] += amount
            tip = block
        wins[forger] += 1


def processes(command):
    """The elapsed seconds of a process and the processor seconds that it took."""
    before, start = os.times(), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    elapsed, after = time.perf_counter() - start, os.times()
    spent = after.children_user - before.children_user + after.children_system - before.children_system
    return elapsed, spent


def whole(name, job, text):
    """A Python job of this file against `tombola run` of a scenario, whole processes in turn."""
    theirs, ours = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "against.toml")
        path.write_text(text)
        for _ in range(TURNS):
            theirs.append(processes([sys.executable, __file__, *map(str, job), folder]))
            ours.append(processes([BINARY, "run", path, "-q", "--force", "--output", folder]))
    (theirs, their_cpu), (ours, our_cpu) = min(theirs), min(ours)
    print(
        f"| {name} | {theirs:.2f} | {ours:.2f} | {theirs / ours:.0f} | {their_cpu:.2f} | {our_cpu:.2f} |",
        flush=True,
    )


def tombola(text):
    """The best of three simulation times of a scenario, in seconds, and how it was carried out."""
    times = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "against.toml")
        path.write_text(text + "\n[report]\nfigures = []\n")
        for _ in range(TURNS):
            command = [BINARY, "run", path, "-q", "--threads", "1", "--force", "--output", folder]
            subprocess.run(command, check=True)
            manifest = json.loads(Path(folder, "against", "manifest.json").read_text())
            times.append(manifest["duration_seconds"])
    return min(times), f"{manifest['engine']}, {manifest['method']}"


def scenario(engine, rounds, trials, population, compound=False):
    return (
        f"[run]\nengine = '{engine}'\nrounds = {rounds}\ntrials = {trials}\ncheckpoints = 1\n"
        f"[reward]\ncompound = {str(compound).lower()}\n"
        f"[analysis]\nserial = 'off'\nwindow = 'off'\n[population]\n{population}"
    )


def defaults(rounds, trials, population, rule="raffle"):
    """A scenario that leaves everything else at its default."""
    return (
        f"[run]\nrounds = {rounds}\ntrials = {trials}\nengine = 'draws'\n"
        f"[selection]\nrule = '{rule}'\n[population]\n{population}\n"
    )


def accounts(stakes):
    rows = ", ".join(f"{{ name = 'v{i}', balance = {stake} }}" for i, stake in enumerate(stakes))
    return f"accounts = [ {rows} ]"


def best(work):
    times = []
    for _ in range(TURNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def rounds_alone(name, python, python_rounds, text, rounds):
    theirs = best(python) / python_rounds
    ours, how = tombola(text)
    ours /= rounds
    print(f"| {name} | {theirs * 1e9:.2f} | {ours * 1e9:.3f} | {theirs / ours:.0f} | {how} |", flush=True)


def main():
    few, many = accounts(STAKES), "count = 10_000\ntotal_stake = 1_000_000_000\nstake = 'zipf'"
    print("| whole process | Python, s | tombola, s | ratio | Python, processor s | tombola, processor s |")
    print("|---|---|---|---|---|---|")
    rounds, trials = 12_500_000, 8
    for name, stakes, population in [("four stakes", "few", few), ("10,000 stakes", "many", many)]:
        job = ["choice", stakes, rounds * trials]
        whole(f"{name}, numpy choice and bincount, 10^8 rounds", job, defaults(rounds, trials, population))
    rounds = 1_000_000
    for name, stakes, population in [("four stakes", "few", few), ("10,000 stakes", "many", many)]:
        job = ["fairness", stakes, rounds, trials]
        whole(f"{name}, `fairness`, 8 × 10^6 rounds", job, defaults(rounds, trials, population))
    print("\n| rounds alone, one thread | Python, ns | tombola, ns | ratio | engine, method |")
    print("|---|---|---|---|---|")
    rounds = 100_000_000
    rounds_alone(
        "four stakes, plain Python",
        lambda: plain_raffle(300_000), 300_000, scenario("draws", rounds, 1, few), rounds,
    )
    rounds_alone(
        "four stakes, numpy choice and bincount",
        lambda: numpy_choice(STAKES, 5_000_000), 5_000_000, scenario("draws", rounds, 1, few), rounds,
    )
    rounds_alone(
        "10,000 stakes, numpy choice and bincount",
        lambda: numpy_choice(ZIPF, 5_000_000), 5_000_000, scenario("draws", rounds, 1, many), rounds,
    )
    if SigningKey is None:
        print("whole rounds with signatures: left out, PyNaCl is not installed")
    else:
        trade = "\n[transactions]\nper_round = 4\nusers = 16"
        rounds_alone(
            "whole rounds with signatures, libsodium",
            lambda: signed_rounds(500), 500, scenario("full", 10_000, 1, few) + trade, 10_000,
        )
    pair, steps, trials = accounts([200, 800]), 5_000, 10_000
    for engine in ["draws", "law"]:
        rounds_alone(
            f"two parties that compound, numpy, {engine}",
            lambda: numpy_compounding(500, trials), 500 * trials,
            scenario(engine, steps, trials, pair, compound=True), steps * trials,
        )


def job(words):
    """One of the Python programs that are run as a process of their own."""
    kind, stakes, *numbers, folder = words
    stakes, numbers = STAKES if stakes == "few" else ZIPF, list(map(int, numbers))
    if kind == "choice":
        numpy_choice(stakes, *numbers)
    else:
        fairness(stakes, *numbers, Path(folder))


if __name__ == "__main__":
    job(sys.argv[1:]) if sys.argv[1:] else main()
