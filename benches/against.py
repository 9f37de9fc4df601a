"""How much faster is tombola than the Python one would write instead? Run by hand:

    cargo build --release && python3 benches/against.py

Needs numpy, and PyNaCl for the full rounds, which are left out without it. Each line times a Python program and `tombola run` on the same question, one after the
other on one thread, three times each, and compares the best. tombola's time is that of its
simulation, from the manifest; start-up, analysis and files are not in it, nor are Python's imports.
"""

import hashlib
import itertools
import json
import random
import struct
import subprocess
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


def best(work):
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def tombola(text):
    """The best of three simulation times of a scenario, in seconds, and how it was carried out."""
    times = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "against.toml")
        path.write_text(text + "\n[report]\nfigures = []\n")
        for _ in range(3):
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


def accounts(stakes):
    rows = ", ".join(f"{{ name = 'v{i}', balance = {stake} }}" for i, stake in enumerate(stakes))
    return f"accounts = [ {rows} ]"


def compare(name, python, python_rounds, text, rounds):
    theirs = best(python) / python_rounds
    ours, how = tombola(text)
    ours /= rounds
    print(f"{name:<44} {theirs * 1e9:>12.2f} {ours * 1e9:>12.3f} {theirs / ours:>9.0f}  {how}")


def main():
    print(f"{'question':<44} {'Python ns':>12} {'tombola ns':>12} {'ratio':>9}  engine, method")
    few, many = accounts(STAKES), "count = 10_000\ntotal_stake = 1_000_000_000\nstake = 'zipf'"
    ranks = [1_000_000 // rank + 1 for rank in range(1, 10_001)]
    rounds = 100_000_000
    compare(
        "four stakes, plain Python",
        lambda: plain_raffle(300_000), 300_000, scenario("draws", rounds, 1, few), rounds,
    )
    compare(
        "four stakes, numpy choice and bincount",
        lambda: numpy_choice(STAKES, 5_000_000), 5_000_000, scenario("draws", rounds, 1, few), rounds,
    )
    compare(
        "10,000 stakes, numpy choice and bincount",
        lambda: numpy_choice(ranks, 5_000_000), 5_000_000, scenario("draws", rounds, 1, many), rounds,
    )
    if SigningKey is None:
        print("whole rounds with signatures: left out, PyNaCl is not installed")
    else:
        trade = "\n[transactions]\nper_round = 4\nusers = 16"
        compare(
            "whole rounds with signatures, libsodium",
            lambda: signed_rounds(500), 500, scenario("full", 10_000, 1, few) + trade, 10_000,
        )
    pair, steps, trials = accounts([200, 800]), 5_000, 10_000
    for engine in ["draws", "law"]:
        compare(
            f"two parties that compound, numpy, {engine}",
            lambda: numpy_compounding(500, trials), 500 * trials,
            scenario(engine, steps, trials, pair, compound=True), steps * trials,
        )


if __name__ == "__main__":
    main()
