#!/usr/bin/env bash
# Sets up the broker on this machine as a systemd service.
set -euo pipefail

# In a package it lies in /usr/share/openclaw-broker, with a link that is the command.
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
repo=$(dirname -- "$here")
# shellcheck source=deploy/onboarding.sh
source "$here/onboarding.sh"

host="" port="" addresses=()
env_file=/etc/openclaw/broker.env tokens_file=/etc/openclaw/broker.tokens

usage() {
  cat <<TEXT
usage: $me [options]

Installs the programs in /opt/openclaw unless a package has, makes the user openclaw-broker, the settings
/etc/openclaw/broker.env, fresh tokens in /etc/openclaw/broker.tokens (readable by root alone), and starts
openclaw-broker.service. Running it again changes neither settings nor tokens.

  --host ADDRESS    listen here: this machine's tailnet address; default 127.0.0.1
  --port PORT       default 8000
  --allow-address CIDR   clients are there too, not only here and in the tailnet; may be given again
TEXT
  common_options
}

while (($# > 0)); do
  common_option "$@"
  if ((taken == 0)); then
    [[ $1 == --host || $1 == --port || $1 == --allow-address ]] || wrong_usage "unknown option: $1"
    [[ -n ${2:-} ]] || wrong_usage "$1 needs a value"
    case $1 in
      --host) host=$2 ;;
      --port) port=$2 ;;
      --allow-address) want_address "$2" && addresses+=("$2") ;;
    esac
    taken=2
  fi
  shift "$taken"
done

fresh_tokens() {
  printf 'BOT_TOKEN=%s\nWORKER_TOKEN=%s\nADMIN_TOKEN=%s\n' "$(random_token)" "$(random_token)" "$(random_token)"
}

want_root
install_first_release openclaw-broker
check_settings openclaw-broker ${host:+"BROKER_HOST=$host"} ${port:+"BROKER_PORT=$port"}
make_user openclaw-broker
put_new_file "$env_file" 600 <"$here/env.examples/broker.env.example"
[[ -z $host ]] || set_setting "$env_file" BROKER_HOST "$host"
[[ -z $port ]] || set_setting "$env_file" BROKER_PORT "$port"
put_new_file "$tokens_file" 600 < <(fresh_tokens)
put_unit openclaw-broker.service
allow_addresses openclaw-broker.service "${addresses[@]}"
start_unit openclaw-broker.service

[[ -n $host ]] || host=$(setting "$env_file" BROKER_HOST)
[[ -n $port ]] || port=$(setting "$env_file" BROKER_PORT)
cat <<TEXT

Next:
  sudo openclaw --broker http://${host:-127.0.0.1}:${port:-8000} --env-file $tokens_file status
  a runner: deploy/onboard_runner.sh (openclaw-onboard-runner of its package) on its machine, with the WORKER_TOKEN that
    stands in $tokens_file
  a Discord bot: deploy/onboard_bot.sh (openclaw-onboard-bot) INSTANCE, here
TEXT
