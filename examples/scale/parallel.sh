#!/bin/sh
# A study in shards by GNU parallel, one on each core, then the merge: sh parallel.sh STUDY.toml NAME [SHARDS]
# A shard that was killed is gone on with when this is started again.
set -eu
shards=${3:-8}
seq "$shards" | parallel -j "${TOMBOLA_JOBS:-100%}" tombola run "$1" --shard "{}/$shards" --threads 1 --quiet
tombola merge output/"$2".*-of-"$shards".tally --output merged --force --quiet
