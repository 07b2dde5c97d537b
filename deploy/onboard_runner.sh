#!/usr/bin/env bash
# Sets up a runner on this machine: as a systemd service, or for deploy/runner/start.sh where there is no systemd (WSL).
set -euo pipefail

# In a package it lies in /usr/share/openclaw-runner, with a link that is the command.
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
repo=$(dirname -- "$here")
# shellcheck source=deploy/onboarding.sh
source "$here/onboarding.sh"

env_file=/etc/openclaw/runner.env tokens_file=/etc/openclaw/runner.tokens unit=openclaw-runner.service
example="" kind="" token_file="" user="" addresses=()
declare -A settings=()

usage() {
  cat <<TEXT
usage: $me [options]

Installs the programs in /opt/openclaw unless a package has, makes the settings /etc/openclaw/runner.env, the allowlist
/etc/openclaw/repos.json and /etc/openclaw/runner.tokens (readable by root alone), and starts openclaw-runner.service
once it has a token. After a change of RUNNER_REPOS_BASE run it again: the service sees that folder alone, and only for
reading. What is set already stays.

  --broker-url URL, --worker-id NAME, --llm-cap llm:NAME, --llm-base-url URL, --llm-model NAME, --repos-base DIR
                    settings, as in the env file
  --token-file FILE
                    WORKER_TOKEN stands in the first line of this file; -: of standard input
  --example NAME    settings to begin with: wsl or jetson (default: jetson on ARM, else wsl)
  --kind KIND       systemd or script (default: systemd where it runs, in packages, or with --root)
  --user NAME       run as this user, who may read the repositories, instead of openclaw-runner
  --allow-address CIDR   the broker, the model or the name server is there, neither here nor in the tailnet; may be
                    given again. Addresses in BROKER_URL and LLM_BASE_URL are allowed by themselves.
TEXT
  common_options
}

# read_option NAME VALUE
read_option() {
  case $1 in
    --broker-url) settings[BROKER_URL]=$2 ;;
    --worker-id) settings[WORKER_ID]=$2 ;;
    --llm-cap) settings[LLM_CAP]=$2 settings[WORKER_CAPS]="$2,repo_tools" ;;
    --llm-base-url) settings[LLM_BASE_URL]=$2 ;;
    --llm-model) settings[LLM_MODEL]=$2 ;;
    --repos-base) settings[RUNNER_REPOS_BASE]=$(realpath -m -- "$2") ;;
    --token-file) token_file=$2 ;;
    --example) example=$2 ;;
    --kind) kind=$2 ;;
    --user) user=$2 ;;
    --allow-address) want_address "$2" && addresses+=("$2") ;;
    *) wrong_usage "unknown option: $1" ;;
  esac
}

read_arguments() {
  while (($# > 0)); do
    common_option "$@"
    if ((taken == 0)); then
      [[ $1 == --* ]] || wrong_usage "unknown argument: $1"
      [[ -n ${2:-} ]] || wrong_usage "$1 needs a value, or is unknown"
      read_option "$1" "$2"
      taken=2
    fi
    shift "$taken"
  done
  if [[ -z $example ]]; then
    example=wsl
    [[ $(uname -m) != aarch64 ]] || example=jetson
  fi
  [[ -f $here/env.examples/runner-$example.env.example ]] || wrong_usage "no example $example"
  if [[ -z $kind ]]; then
    kind=script
    if is_packaged || has_services || [[ -n $root ]]; then kind=systemd; fi
  fi
  [[ $kind == systemd || $kind == script ]] || wrong_usage "--kind is systemd or script"
  [[ $kind == systemd ]] || ! is_packaged || wrong_usage "--kind script is for a clone, where deploy/runner/start.sh is"
}

check_options() {
  local key given=()
  for key in "${!settings[@]}"; do given+=("$key=${settings[$key]}"); done
  check_settings openclaw-runner "${given[@]}"
  [[ -z $user ]] || is_user "$user" || wrong_usage "there is no user $user here"
}

is_user() { grep -q "^$1:" "$root/etc/passwd" 2>/dev/null || { [[ -z $root ]] && id -u -- "$1" >/dev/null 2>&1; }; }

put_settings() {
  local key secret
  put_new_file "$env_file" 600 <"$here/env.examples/runner-$example.env.example"
  for key in "${!settings[@]}"; do set_setting "$env_file" "$key" "${settings[$key]}"; done
  put_new_file /etc/openclaw/repos.json 644 <<<'{"openclaw-broker": "openclaw-broker"}'
  put_new_file "$tokens_file" 600 <<<'WORKER_TOKEN='
  if [[ -n $token_file ]]; then
    secret=$(read_secret WORKER_TOKEN "$token_file")
    set_setting "$tokens_file" WORKER_TOKEN "$secret"
  fi
}

has_token() { [[ -n $(setting "$tokens_file" WORKER_TOKEN) || -n $(setting "$env_file" WORKER_TOKEN) ]]; }

# The addresses that stand in the two URLs; names are resolved by others. Loopback and the tailnet are allowed anyway.
addresses_of_urls() {
  local key host
  for key in BROKER_URL LLM_BASE_URL; do
    host=$(setting "$env_file" "$key" | sed -n 's|^https\?://\([0-9.]*\)\([:/].*\)\?$|\1|p')
    [[ $host =~ ^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$ ]] || continue
    [[ $host == 127.* || $host =~ ^100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\. ]] || printf '%s\n' "$host"
  done
}

# Whether the service's user may read the repositories, as far as their modes tell.
check_repos() {
  local base=$1 path
  [[ -d $root$base ]] || { note "RUNNER_REPOS_BASE=$base is no folder (yet)" && return; }
  [[ -z $user ]] || return 0
  for path in "$root$base" "$root$base"/*/; do
    [[ $(stat -c %A -- "$path") == *r?x ]] \
      || note "openclaw-runner cannot read ${path#"$root"}: chmod -R o+rX it, or run this with --user OWNER"
  done
}

put_service() {
  local base
  base=$(setting "$env_file" RUNNER_REPOS_BASE)
  [[ -n $user ]] || make_user openclaw-runner
  put_unit "$unit"
  if [[ -n $base ]]; then
    [[ $base != *[\"\\]* ]] || die "RUNNER_REPOS_BASE=$base: systemd wants a folder without quotes and backslashes"
    printf '[Service]\nBindReadOnlyPaths="-%s"\n' "${base//%/%%}" | put_drop_in "$unit" repos
    check_repos "$base"
  fi
  if [[ -n $user ]]; then printf '[Service]\nUser=%s\nGroup=\n' "$user" | put_drop_in "$unit" user; fi
  mapfile -t -O "${#addresses[@]}" addresses < <(addresses_of_urls)
  allow_addresses "$unit" "${addresses[@]}"
}

read_arguments "$@"
want_root
install_first_release openclaw-runner
check_options
put_settings
if [[ $kind == systemd ]]; then
  put_service
  what_next="systemctl status $unit; its log: journalctl -u $unit -f"
else
  put_file /etc/logrotate.d/openclaw-runner 644 <"$here/logrotate/openclaw-runner"
  what_next="start it: deploy/runner/start.sh; its log: /var/log/openclaw-runner/runner.log"
fi
if ! has_token; then
  what_next="put WORKER_TOKEN into $tokens_file, then run this again (or --token-file)"
elif [[ $kind == systemd ]]; then
  start_unit "$unit"
fi

cat <<TEXT

Next:
  look through $env_file and /etc/openclaw/repos.json; sudo openclaw doctor --env-file $env_file says what is wrong
  $what_next
TEXT
