#!/usr/bin/env bash
# Sets up a Discord bot on this machine as a systemd service; several may run side by side.
set -euo pipefail

# In a package it lies in /usr/share/openclaw-bot, with a link that is the command.
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
repo=$(dirname -- "$here")
# shellcheck source=deploy/onboarding.sh
source "$here/onboarding.sh"

instance="" broker_url="" users="" channels="" discord_token_file="" bot_token_file=""

usage() {
  cat <<TEXT
usage: $me INSTANCE [options]

Installs the programs in /opt/openclaw unless a package has, makes the user openclaw-bot, the settings
/etc/openclaw/bot-INSTANCE.env and /etc/openclaw/bot-INSTANCE.tokens (readable by root alone), and starts
openclaw-bot@INSTANCE.service once it has both tokens. What is set already stays.

  --discord-token-file FILE   DISCORD_TOKEN, from Discord's developer portal, in the first line of this file; -: of
                    standard input
  --bot-token-file FILE   BOT_TOKEN of the broker (default: the one in /etc/openclaw/broker.tokens on this machine)
  --broker-url URL  default http://127.0.0.1:8000
  --users IDS       Discord users who may use the bot, with commas
  --channels IDS    server channels where it listens (default: direct messages only)
TEXT
  common_options
}

while (($# > 0)); do
  common_option "$@"
  if ((taken == 0)) && [[ $1 != --* && -z $instance ]]; then
    instance=$1 taken=1
  elif ((taken == 0)); then
    [[ $1 == --* && -n ${2:-} ]] || wrong_usage "$1 needs a value, or is unknown"
    case $1 in
      --discord-token-file) discord_token_file=$2 ;;
      --bot-token-file) bot_token_file=$2 ;;
      --broker-url) broker_url=$2 ;;
      --users) users=$2 ;;
      --channels) channels=$2 ;;
      *) wrong_usage "unknown option: $1" ;;
    esac
    taken=2
  fi
  shift "$taken"
done
[[ $instance =~ ^[A-Za-z0-9_-]{1,64}$ ]] || wrong_usage "INSTANCE must be 1 to 64 letters, digits, - and _"

env_file=/etc/openclaw/bot-$instance.env tokens_file=/etc/openclaw/bot-$instance.tokens unit=openclaw-bot@$instance.service
want_root
install_first_release openclaw-bot
check_settings openclaw-bot ${broker_url:+"BROKER_URL=$broker_url"} ${users:+"ALLOWED_USER_ID=$users"} \
  ${channels:+"ALLOWED_CHANNEL_ID=$channels"}
make_user openclaw-bot
put_new_file "$env_file" 600 <"$here/env.examples/bot.env.example"
[[ -z $broker_url ]] || set_setting "$env_file" BROKER_URL "$broker_url"
[[ -z $users ]] || set_setting "$env_file" ALLOWED_USER_ID "$users"
[[ -z $channels ]] || set_setting "$env_file" ALLOWED_CHANNEL_ID "$channels"
put_new_file "$tokens_file" 600 <<<$'DISCORD_TOKEN=\nBOT_TOKEN='
if [[ -z $bot_token_file && -z $(setting "$tokens_file" BOT_TOKEN) ]]; then
  set_setting "$tokens_file" BOT_TOKEN "$(setting /etc/openclaw/broker.tokens BOT_TOKEN)"
elif [[ -n $bot_token_file ]]; then
  secret=$(read_secret BOT_TOKEN "$bot_token_file")
  set_setting "$tokens_file" BOT_TOKEN "$secret"
fi
if [[ -n $discord_token_file ]]; then
  secret=$(read_secret DISCORD_TOKEN "$discord_token_file")
  set_setting "$tokens_file" DISCORD_TOKEN "$secret"
fi
put_unit openclaw-bot@.service
what_next="systemctl status $unit; its log: journalctl -u $unit -f"
if [[ -z $(setting "$tokens_file" BOT_TOKEN) || -z $(setting "$tokens_file" DISCORD_TOKEN) ]]; then
  what_next="put both tokens into $tokens_file, then run this again"
elif [[ -z $(setting "$env_file" ALLOWED_USER_ID)$(setting "$env_file" ALLOWLIST_USER_ID) ]]; then
  what_next="name in $env_file who may use the bot (ALLOWED_USER_ID), then run this again"
else
  start_unit "$unit"
fi

cat <<TEXT

Next:
  $what_next
TEXT
