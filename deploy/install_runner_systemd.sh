#!/usr/bin/env bash
# Sets up the runner as a systemd service (Jetson, or any other Linux): onboard_runner.sh, with that decided.
set -euo pipefail

exec "$(dirname -- "${BASH_SOURCE[0]}")/onboard_runner.sh" --kind systemd "$@"
