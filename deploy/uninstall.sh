#!/usr/bin/env bash
# Takes services off this machine again. Settings, tokens and jobs stay, unless --purge.
set -euo pipefail

repo=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=deploy/onboarding.sh
source "$repo/deploy/onboarding.sh"

purge=no what=()

usage() {
  cat <<'TEXT'
usage: deploy/uninstall.sh broker|runner|bot|all... [options]

Stops the services, also a runner that deploy/runner/start.sh has started, and removes their units; with the last of them
the programs in /opt/openclaw go too.

  --purge           also the settings, the tokens, the user, and everything kept in /var/lib: all jobs. There is no way
                    back; openclaw backup makes a copy
TEXT
  common_options
}

while (($# > 0)); do
  common_option "$@"
  if ((taken == 0)); then
    case $1 in
      broker | runner | bot) what+=("$1") ;;
      all) what=(bot runner broker) ;;
      --purge) purge=yes ;;
      *) wrong_usage "unknown: $1" ;;
    esac
    taken=1
  fi
  shift "$taken"
done
((${#what[@]} > 0)) || wrong_usage "say what: broker, runner, bot or all"

remove() {
  local path
  for path in "$@"; do
    [[ ! -e $root$path && ! -L $root$path ]] || change "remove $path" rm -rf -- "$root$path"
  done
}

stop_units() {
  local unit
  has_services || return 0
  while IFS= read -r unit; do
    [[ -z $unit ]] || change "stop $unit" service disable --quiet --now "$unit"
  done < <(service list-units --all --type=service --plain --no-legend "openclaw-$1*" \
    | awk '$2 == "loaded" { print $1 }')
}

# Where there is no systemd. Afterwards its pid file may be gone, and nobody could tell it to end.
stop_started_runner() {
  local log_dir=$root/var/log/openclaw-runner
  [[ ! -e $log_dir/run/start.pid ]] || change "end the runner that start.sh has started" \
    "$repo/deploy/runner/start.sh" --stop --log-dir "$log_dir"
}

remove_user() {
  grep -q "^$1:" "$root/etc/passwd" 2>/dev/null || return 0
  change "remove the user $1" userdel ${root:+--prefix "$root"} "$1"
}

purge_part() {
  local file
  for file in "$root/etc/openclaw/$1".{env,tokens} "$root/etc/openclaw/$1"-*.{env,tokens}; do
    remove "${file#"$root"}"
  done
  [[ $1 != runner ]] || remove /etc/openclaw/repos.json /var/log/openclaw-runner
  remove "/var/lib/openclaw-$1"
  remove_user "openclaw-$1"
}

# Units of other parts than those that go; a dry run has removed none.
others_stay() {
  local unit part
  for unit in "$root"/etc/systemd/system/openclaw-*; do
    part=${unit##*/openclaw-}
    part=${part%%[@.]*}
    [[ ! -e $unit || " ${what[*]} " == *" $part "* ]] || return 0
  done
  return 1
}

want_root
for part in "${what[@]}"; do
  stop_units "$part"
  [[ $part != runner ]] || stop_started_runner
  remove "/etc/systemd/system/openclaw-$part.service" "/etc/systemd/system/openclaw-$part.service.d" \
    "/etc/systemd/system/openclaw-$part@.service" "/etc/systemd/system/openclaw-$part@.service.d"
  for folder in "$root/etc/systemd/system/openclaw-$part@"*.service.d; do
    remove "${folder#"$root"}"
  done
  [[ $part != runner ]] || remove /etc/logrotate.d/openclaw-runner
  [[ $purge == no ]] || purge_part "$part"
done
if ! others_stay; then
  remove /opt/openclaw /usr/local/bin/openclaw
  [[ $purge == no ]] || remove /etc/openclaw/inspect
  if [[ $purge == yes && -d $root/etc/openclaw ]]; then
    change "remove /etc/openclaw if it is empty" rmdir --ignore-fail-on-non-empty -- "$root/etc/openclaw"
  fi
fi
! has_services || change "reload systemd" service daemon-reload
