#!/usr/bin/env bash
# Starts the runner where there is no systemd (WSL), and starts it anew when it fails. Safe to call from a login script.
set -euo pipefail

repo=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
log_dir=${RUNNER_LOG_DIR:-/var/log/openclaw-runner}
env_file=${RUNNER_ENV:-} program="" action=start dry=no
log_bytes_max=10000000

usage() {
  cat <<'TEXT'
usage: deploy/runner/start.sh [options]

Starts openclaw-runner in the background; its log is /var/log/openclaw-runner/runner.log (RUNNER_LOG_DIR). Its settings are
in the file that RUNNER_ENV names, else the first of runner/runner.env in this clone, /opt/openclaw-runner/runner.env and
/etc/openclaw/runner.env. WORKER_TOKEN stands there too, or in a file of the same name that ends in .tokens. It runs as who
calls this.

  --stop            end it: what it works on goes back to the broker
  --foreground      stay here, as a supervisor wants it
  --env-file FILE   its settings
  --log-dir DIR     where the log goes, stronger than RUNNER_LOG_DIR
  --build-dir DIR   use the program of this build (default: /opt/openclaw/current, else build/release)
  --dry-run         say what would be done
  -h, --help        this text
TEXT
}

say() { printf '%s\n' "$*"; }
die() {
  printf 'start.sh: %s\n' "$*" >&2
  exit 1
}

read_arguments() {
  while (($# > 0)); do
    case $1 in
      --stop) action=stop ;;
      --foreground) action=run ;;
      --env-file | --build-dir | --log-dir)
        [[ -n ${2:-} ]] || die "$1 needs a value"
        case $1 in
          --env-file) env_file=$2 ;;
          --build-dir) program=$(realpath -m -- "$2")/bin/openclaw-runner ;;
          --log-dir) log_dir=$(realpath -m -- "$2") ;;
        esac
        shift
        ;;
      --dry-run) dry=yes ;;
      -h | --help) usage && exit 0 ;;
      *) usage >&2 && exit 64 ;;
    esac
    shift
  done
}

choose_program() {
  local candidate
  for candidate in "$program" /opt/openclaw/current/bin/openclaw-runner "$repo/build/release/bin/openclaw-runner" \
    /usr/bin/openclaw-runner; do
    [[ -z $candidate || ! -x $candidate ]] || break
  done
  [[ -x $candidate ]] || die "no openclaw-runner; build it: cmake --preset release && cmake --build --preset release"
  program=$candidate
}

choose_env_file() {
  local candidate
  for candidate in "$env_file" "$repo/runner/runner.env" /opt/openclaw-runner/runner.env /etc/openclaw/runner.env; do
    [[ -z $candidate || ! -r $candidate ]] || break
  done
  [[ -r $candidate ]] \
    || die "no settings; see deploy/env.examples/runner-wsl.env.example, and name the file in RUNNER_ENV"
  env_file=$(realpath -- "$candidate")
}

cut_log() {
  (($(log_bytes) <= log_bytes_max)) || mv -f -- "$log_dir/runner.log" "$log_dir/runner.log.1"
}

log_bytes() { stat -c %s -- "$log_dir/runner.log" 2>/dev/null || printf 0; }

has_started() { tail -c "+$((bytes_before + 1))" -- "$log_dir/runner.log" | grep -q "event=runner_started"; }

# Until it ends by itself, is told to, or is set up wrongly.
run_for_ever() {
  local child="" code stopping=no
  trap 'stopping=yes; [[ -z $child ]] || kill -TERM "$child" 2>/dev/null || true' TERM INT
  while [[ $stopping == no ]]; do
    cut_log
    "$program" --env-file "$env_file" --log-file "$log_dir/runner.log" &
    child=$!
    code=0
    wait "$child" || code=$?
    while kill -0 "$child" 2>/dev/null; do
      code=0
      wait "$child" || code=$?
    done
    [[ $stopping == no && $code != 0 && $code != 64 && $code != 78 ]] || return "$code"
    say "the runner ended with $code; it is started anew"
    sleep 2
  done
}

main() {
  read_arguments "$@"
  data=$log_dir bin=""
  # shellcheck source=deploy/quickstart_processes.sh
  source "$repo/deploy/quickstart_processes.sh"
  if [[ $action == stop ]]; then
    if [[ $dry == yes ]]; then say "would end the runner" && return; fi
    stop_process start
    return
  fi
  choose_program
  choose_env_file
  if [[ $dry == yes ]]; then
    say "would start $program with $env_file; log: $log_dir/runner.log"
    return
  fi
  mkdir -p -- "$log_dir/run" "$log_dir/log" 2>/dev/null || true
  [[ -w $log_dir/run && -w $log_dir/log ]] \
    || die "cannot write $log_dir; as root: install -d -o $(id -un) $log_dir; or name another folder in RUNNER_LOG_DIR"
  if [[ $action == run ]]; then
    run_for_ever
    return
  fi
  exec 9>"$log_dir/run/lock"
  flock -n 9 || die "another start.sh is at work in $log_dir"
  if is_running start; then say "running; its log: $log_dir/runner.log" && return; fi
  bytes_before=$(log_bytes)
  ((bytes_before <= log_bytes_max)) || bytes_before=0
  start_process start "$repo/deploy/runner/start.sh" --foreground --env-file "$env_file" --log-dir "$log_dir" \
    --build-dir "$(dirname -- "$(dirname -- "$program")")"
  comes_up 20 start has_started || die "it did not start; see $log_dir/log/start.log and $log_dir/runner.log"
  say "started; its log: $log_dir/runner.log"
}

main "$@"
