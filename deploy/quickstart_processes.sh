# shellcheck shell=bash
# How quickstart.sh starts and ends programs: by pid files that also name the process's start, so that a pid which the
# kernel has given to somebody else is never touched. Wants: data, bin, say, die.

programs=(openclaw-broker openclaw-runner openclaw openclaw-stand-in-model)

# When a process was started, in clock ticks since boot: field 22 of /proc/PID/stat (proc(5)). The command's name, in
# parentheses, may hold blanks.
start_of() {
  local line
  line=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  line=${line##*) }
  local -a fields
  read -r -a fields <<<"$line"
  [[ ${fields[0]} != Z ]] || return 1
  printf '%s' "${fields[19]}"
}

# is_running NAME: what the pid file names is still that process.
is_running() {
  local pid start
  read -r pid start 2>/dev/null <"$data/run/$1.pid" || return 1
  [[ -n $pid && $(start_of "$pid") == "$start" ]]
}

# path_of PROGRAM: one of ours by its name, any other by its path.
path_of() { if [[ $1 == /* ]]; then printf '%s' "$1"; else printf '%s' "$bin/$1"; fi; }

# is_outdated NAME PROGRAM: the program was built after its process had started.
is_outdated() { [[ $(path_of "$2") -nt $data/run/$1.pid ]]; }

# start_process NAME PROGRAM ARGUMENT...
start_process() {
  local name=$1 program
  program=$(path_of "$2")
  shift 2
  # The programs get their settings from the env file alone, and none of this script's descriptors.
  env -i PATH="$PATH" HOME="${HOME:-/}" LANG="${LANG:-C.UTF-8}" \
    setsid -- "$program" "$@" </dev/null >>"$data/log/$name.log" 2>&1 9>&- &
  local pid=$!
  printf '%s %s\n' "$pid" "$(start_of "$pid" || true)" >"$data/run/$name.pid"
}

# stop_process NAME...: asks to end, and insists after 12 s.
stop_process() {
  local name pid i
  for name in "$@"; do
    if is_running "$name"; then
      read -r pid _ <"$data/run/$name.pid"
      kill -TERM "$pid" 2>/dev/null || true
      for ((i = 0; i < 120; ++i)); do
        is_running "$name" || break
        sleep 0.1
      done
      if is_running "$name"; then kill -KILL "$pid" 2>/dev/null || true; fi
      say "ended $name (pid $pid)"
    fi
    rm -f -- "$data/run/$name.pid"
  done
}

# comes_up SECONDS NAME COMMAND...: waits until the command succeeds; fails when the process ends before.
comes_up() {
  local seconds=$1 name=$2 i
  shift 2
  for ((i = 0; i < seconds * 10; ++i)); do
    if is_running "$name" && "$@" >/dev/null 2>&1; then return; fi
    is_running "$name" || break
    sleep 0.1
  done
  return 1
}

die_with_log() {
  tail -n 20 "$data/log/$1.log" >&2 || true
  die "$1 did not start; its log: $data/log/$1.log"
}

# wait_until SECONDS NAME COMMAND...: as comes_up, but dies with the log where that fails.
wait_until() { comes_up "$@" || die_with_log "$2"; }
