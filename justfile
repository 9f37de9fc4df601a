# The daily commands; `just` lists them.

_list:
    @just --list

# Build the program for this machine.
build:
    cargo build --release

# Build the program for other machines of this architecture too.
build-portable:
    RUSTFLAGS="" cargo build --release --target-dir target/portable

# The tests of one place, e.g. `just test folder::`.
test *FILTER:
    cargo test --release {{ FILTER }}

# Format, lint and document; takes a minute.
check:
    cargo fmt --all
    cargo clippy --release --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --release --no-deps --document-private-items

# Licences, sources, bans and advisories of all crates.
deny:
    .ci/deny

# All that must pass before a change lands.
ci:
    .ci/run
