#!/usr/bin/env bash
# Changes the programs that the services of this machine run, and goes back when the new ones do not work.
set -euo pipefail

repo=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=deploy/onboarding.sh
source "$repo/deploy/onboarding.sh"

drain_file="" drain_seconds=300 settle_seconds=10 back=no releases_kept=3
runner_env=/etc/openclaw/runner.env

usage() {
  cat <<'TEXT'
usage: deploy/update.sh [options]

Builds this clone, puts the programs beside the present ones, swaps, starts the services that run anew, and looks whether
they work: each must be ready, stay up, and a broker must answer /health. Where one does not, the release before is put
back, and the exit code is 1. Jobs are not lost: a broker ends with everything on disk, a runner gives back what it works on.

  --drain FILE      on a runner's machine: first let it finish what it works on. BOT_TOKEN (or ADMIN_TOKEN) of the broker
                    stands in FILE
  --drain-seconds N how long to wait for that (300)
  --settle-seconds N how long the services must stay up (10)
  --back            use the release before again, instead of building
TEXT
  common_options
}

read_arguments() {
  while (($# > 0)); do
    common_option "$@"
    if ((taken == 0)) && [[ $1 == --back ]]; then
      back=yes taken=1
    elif ((taken == 0)); then
      [[ $1 == --* && -n ${2:-} ]] || wrong_usage "$1 needs a value, or is unknown"
      case $1 in
        --drain) drain_file=$(realpath -m -- "$2") ;;
        --drain-seconds) drain_seconds=$2 ;;
        --settle-seconds) settle_seconds=$2 ;;
        *) wrong_usage "unknown option: $1" ;;
      esac
      taken=2
    fi
    shift "$taken"
  done
  [[ $drain_seconds$settle_seconds =~ ^[0-9]+$ ]] || wrong_usage "seconds are whole numbers"
  [[ -z $drain_file || -r $drain_file ]] || die "cannot read $drain_file"
}

# The services that run now, the broker first: the others ask it.
running_services() {
  has_services || return 0
  service list-units --type=service --state=active --plain --no-legend 'openclaw-*' \
    | awk '/^openclaw-broker\./ { first = $1; next } { rest = rest "\n" $1 } END { print first rest }' | sed '/^$/d'
}

put_units_of() {
  local unit
  for unit in "$root/opt/openclaw/releases/$1/systemd"/*; do
    [[ ! -f $root/etc/systemd/system/${unit##*/} ]] || put_unit "${unit##*/}" "${unit%/*}" || return 1
  done
}

restart_services() {
  local name
  for name in "$@"; do change "start $name anew" service restart "$name" || return 1; done
}

broker_answers() {
  local file=/etc/openclaw/broker.env host port
  host=$(setting "$file" BROKER_HOST)
  port=$(setting "$file" BROKER_PORT)
  [[ $host != 0.0.0.0 && $host != '*' ]] || host=127.0.0.1
  curl -fsS -m 5 --noproxy '*' "http://${host:-127.0.0.1}:${port:-8000}/health" | grep -q '"ok": *true'
}

starts_of() { service show -P NRestarts "$1"; }

# Ready they are (Type=notify); here it shows whether they stay.
services_are_well() {
  local name
  local -A starts=()
  for name in "$@"; do starts[$name]=$(starts_of "$name"); done
  (($# == 0)) || sleep "$settle_seconds"
  for name in "$@"; do
    service is-active --quiet "$name" || { say "$name does not run" && return 1; }
    [[ $(starts_of "$name") == "${starts[$name]}" ]] || { say "$name had to be started again" && return 1; }
    [[ $name != openclaw-broker.service ]] || broker_answers || { say "the broker does not answer /health" && return 1; }
  done
}

# tell_broker PATH: a POST with the token of --drain, which stands neither on a command line nor in a log.
tell_broker() {
  local token
  token=$(root="" setting "$drain_file" ADMIN_TOKEN)
  [[ -n $token ]] || token=$(root="" setting "$drain_file" BOT_TOKEN)
  printf 'header = "X-Bot-Token: %s"\n' "$token" \
    | curl -fsS -m 10 --noproxy '*' -K - -X POST "$(setting "$runner_env" BROKER_URL)$1"
}

worker_path() {
  local id
  id=$(setting "$runner_env" WORKER_ID)
  printf '/workers/%s' "${id:-$(hostname)}"
}

drain() {
  local end=$((SECONDS + drain_seconds))
  trap resume EXIT
  until tell_broker "$(worker_path)/drain" | grep -q '"running": *\[\]'; do
    ((SECONDS < end)) || { note "it works on something still; that goes back to the broker" && return; }
    sleep 1
  done
}

resume() {
  tell_broker "$(worker_path)/resume" >/dev/null || note "the worker is still drained: POST $(worker_path)/resume"
}

# use NAME SERVICE...: swaps and looks.
use() {
  local name=$1
  shift
  use_release "$name" && put_units_of "$name" && restart_services "$@" && services_are_well "$@"
}

# remember TARGET: where --back leads; nowhere for "".
remember() {
  if [[ -n $1 ]]; then ln -sfn -- "$1" "$root/opt/openclaw/before"; else rm -f -- "$root/opt/openclaw/before"; fi
}

# Keeps the release in use, the one before, and the newest ones.
forget_old_releases() {
  local name
  while IFS= read -r name; do
    [[ $name == "$release" || $name == "$before" ]] \
      || change "remove release $name" rm -rf -- "$root/opt/openclaw/releases/$name"
  done < <(find "$root/opt/openclaw/releases" -mindepth 1 -maxdepth 1 -printf '%T@ %f\n' | sort -n \
    | cut -d' ' -f2- | head -n "-$releases_kept")
}

main() {
  read_arguments "$@"
  want_root
  before=$(current_release)
  [[ -n $before ]] || die "nothing is installed in /opt/openclaw yet; begin with onboard_broker.sh or onboard_runner.sh"
  if [[ $back == yes ]]; then
    release=$(readlink -- "$root/opt/openclaw/before") || die "there is no release before $before"
    release=${release##*/}
    [[ -d $root/opt/openclaw/releases/$release ]] || die "release $release is no longer there"
  else
    copy_release
  fi
  [[ $release != "$before" ]] || { say "release $release runs already" && return; }
  local -a services
  mapfile -t services < <(running_services)
  [[ $start == yes ]] || services=()
  [[ -z $drain_file ]] || change "drain the worker" drain
  if [[ $dry == yes ]]; then
    say "would swap $before for $release and start anew: ${services[*]:-nothing}"
    return
  fi
  older=$(readlink -- "$root/opt/openclaw/before" || true)
  remember "releases/$before" # first: who is interrupted from here on can go back
  if use "$release" "${services[@]}"; then
    forget_old_releases
    say "release $release is in use"
    return
  fi
  say "release $release does not work; back to $before"
  remember "$older"
  use "$before" "${services[@]}" \
    || die "release $before does not work either; look at: journalctl -u 'openclaw-*' -n 50"
  die "the update was taken back; $before is in use and works"
}

main "$@"
