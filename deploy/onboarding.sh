# shellcheck shell=bash
# What the scripts that set up a machine share. Sourced by onboard_*.sh, make_inspect_certs.sh, update.sh and uninstall.sh.
# Wants: repo (this clone; in a package nothing is there but the script and what it needs). Every function may be run again: what is as it should be is left alone.
#
# Where things go: programs and units in /opt/openclaw/releases/NAME, and /opt/openclaw/current leads to the one in use;
# settings in /etc/openclaw; units in /etc/systemd/system; what the services keep in /var/lib/openclaw-*.

root="" dry=no build_dir="$repo/build/release" build=yes start=yes
programs=(openclaw-broker openclaw-runner openclaw-bot openclaw)
me=$(basename -- "$0")
[[ $0 != *.sh ]] || me=deploy/$me

say() { printf '%s\n' "$*"; }
note() { printf 'note: %s\n' "$*"; }
die() {
  printf '%s: %s\n' "$(basename -- "$0")" "$*" >&2
  exit 1
}

is_packaged() { [[ ! -d $repo/deploy/systemd ]]; }

common_options() {
  is_packaged || say "  --build-dir DIR   use the programs of this build instead of building preset release"
  cat <<'TEXT'
  --root DIR        set up the system that lies in DIR instead of this one; nothing is started there
  --no-start        enable nothing, start nothing
  --dry-run         say what would be done, and change nothing
  -h, --help        this text
TEXT
}

# common_option ARGUMENT...: sets `taken` to how many of the first arguments it has understood; 0: none.
common_option() {
  taken=1
  case $1 in
    --build-dir | --root)
      [[ -n ${2:-} ]] || die "$1 needs a folder"
      if [[ $1 == --root ]]; then
        root=$(realpath -m -- "$2")
      else
        build_dir=$(realpath -m -- "$2") build=no
      fi
      taken=2
      ;;
    --no-start) start=no ;;
    --dry-run) dry=yes ;;
    -h | --help) usage && exit 0 ;;
    *) taken=0 ;;
  esac
}

wrong_usage() {
  printf '%s: %s\n' "$(basename -- "$0")" "$1" >&2
  usage >&2
  exit 64
}

# change WHAT COMMAND...: says WHAT, and runs the command unless this is a dry run.
change() {
  if [[ $dry == yes ]]; then
    say "would $1"
    return
  fi
  say "$1"
  shift
  "$@"
}

want_root() {
  [[ $dry == yes || -n $root || $EUID -eq 0 ]] || die "this sets up services: run it as root (sudo), or with --dry-run"
  umask 022
}

# -- files ------------------------------------------------------------------------------------------------------------

# put_file PATH MODE: standard input becomes the file, at once or not at all, when it differs. Sets `changed`.
put_file() {
  local path=$root$1 mode=$2 content
  content=$(cat && printf .)
  changed=no
  if [[ -f $path ]] && cmp -s -- "$path" <(printf '%s' "${content%.}"); then return; fi
  changed=yes
  change "write $1" write_file "$path" "$mode" "${content%.}"
}

write_file() {
  install -d -- "$(dirname -- "$1")" \
    && (umask 077 && printf '%s' "$3" >"$1.new") \
    && chmod -- "$2" "$1.new" \
    && mv -f -- "$1.new" "$1"
}

# put_new_file PATH MODE: as put_file, but a file that is there stays as it is: settings belong to the operator.
put_new_file() {
  if [[ -e $root$1 ]]; then
    cat >/dev/null
    say "keep $1"
    return
  fi
  put_file "$1" "$2"
}

# What a dry run would have set: "PATH KEY" -> value.
declare -A intended=()

# setting PATH KEY: its value in an env file, without quotes; nothing when it is not set.
setting() {
  if [[ -n ${intended["$1 $2"]+set} ]]; then printf '%s' "${intended["$1 $2"]}" && return; fi
  [[ -r $root$1 ]] || return 0
  sed -n "s/^[[:space:]]*\(export \)\?$2=//p" "$root$1" | tail -n 1 | sed -e 's/^"\(.*\)"$/\1/' -e "s/^'\(.*\)'$/\1/"
}

# set_setting PATH KEY VALUE: puts the line where the key stands, be it in a comment, else at the end. The value comes to
# awk through its environment and is shown nowhere: it may be a secret.
set_setting() {
  local path=$1 key=$2 value=$3 content
  [[ $value != *$'\n'* ]] || die "$key must be one line"
  [[ $(setting "$path" "$key") != "$value" ]] || return 0
  if [[ $dry == yes ]]; then
    say "would set $key in $path"
    intended["$path $key"]=$value
    return
  fi
  content=$(LINE="$key=$(quoted_value "$value")" awk -v key="$key" '
    !done && $0 ~ "^#? *" key "=" { print ENVIRON["LINE"]; done = 1; next }
    { print }
    END { if (!done) print ENVIRON["LINE"] }' "$root$path" && printf .)
  say "set $key in $path"
  write_file "$root$path" "$(stat -c %a -- "$root$path")" "${content%.}"
}

# As env files want it: blanks stand in quotes.
quoted_value() { if [[ $1 == *[[:blank:]\#\;]* ]]; then printf '"%s"' "$1"; else printf '%s' "$1"; fi; }

# check_settings PROGRAM KEY=VALUE...: ends here, with the program's own words, where it would not start with them.
check_settings() {
  local program code=0 stand_ins=(WORKER_TOKEN=worker BOT_TOKEN=bot DISCORD_TOKEN=discord ALLOWED_USER_ID=1)
  for program in "$root/opt/openclaw/current/bin/$1" "$root/usr/bin/$1" "$build_dir/bin/$1"; do
    [[ ! -x $program ]] || break
  done
  [[ -x $program ]] || return 0 # a dry run before the first build
  shift
  env -i "${stand_ins[@]}" "$@" "$program" --print-config >/dev/null || code=$?
  [[ $code != 78 ]] || exit 64
}

# As systemd takes them in IPAddressAllow=; what it does not understand it would only log.
want_address() {
  [[ $1 =~ ^([0-9]+\.[0-9.]+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*)(/[0-9]+)?$ ]] \
    || wrong_usage "--allow-address takes an address or a network, like 192.168.7.0/24, not $1"
}

# 256 bits that nobody can guess.
random_token() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

# read_secret NAME FILE: a secret comes from a file or from standard input (-), never from the command line.
read_secret() {
  local value
  [[ $2 == - || -r $2 ]] || die "cannot read $2, where the $1 should stand"
  if [[ $2 == - ]]; then IFS= read -r value || true; else IFS= read -r value <"$2" || true; fi
  value=${value#"$1="}
  [[ -n $value ]] || die "no $1 in its first line"
  printf '%s' "$value"
}

# -- programs ---------------------------------------------------------------------------------------------------------

# What identifies a build: the version it tells, and its content.
release_name() {
  local program files=()
  for program in "${programs[@]}"; do
    [[ ! -x $build_dir/bin/$program ]] || files+=("$build_dir/bin/$program")
  done
  ((${#files[@]} > 0)) \
    || die "no programs in $build_dir/bin; build them: cmake --preset release && cmake --build --preset release"
  printf '%s-%s' "$("${files[0]}" --version | awk '{print $NF; exit}')" \
    "$(sha256sum -- "${files[@]}" | sha256sum | cut -c1-12)"
}

build_programs() {
  [[ $build == yes ]] || return 0
  change "build preset release in $build_dir" run_build
}

run_build() {
  "$repo/deploy/install_packages.sh" build run
  (cd -- "$repo" && as_builder cmake --preset release >/dev/null && as_builder cmake --build --preset release)
}

# Under sudo, the clone's files stay those of who called it.
as_builder() {
  if [[ $EUID -eq 0 && ${SUDO_USER:-root} != root ]]; then runuser -u "$SUDO_USER" -- "$@"; else "$@"; fi
}

# copy_release: the programs of the build as /opt/openclaw/releases/NAME. Sets `release`.
copy_release() {
  build_programs
  if [[ $dry == yes && ! -d $build_dir/bin ]]; then
    release="of-the-build"
    return
  fi
  release=$(release_name)
  [[ -d $root/opt/openclaw/releases/$release ]] \
    || change "install release $release in /opt/openclaw" copy_programs "$release"
}

copy_programs() {
  local to="$root/opt/openclaw/releases/$1" program
  rm -rf -- "$to.new"
  install -d -- "$to.new/bin"
  for program in "${programs[@]}"; do
    [[ ! -x $build_dir/bin/$program ]] || install -m 755 -- "$build_dir/bin/$program" "$to.new/bin/$program"
  done
  install -d -- "$to.new/systemd"
  install -m 644 -- "$repo"/deploy/systemd/* "$to.new/systemd"
  mv -T -- "$to.new" "$to"
}

current_release() { basename -- "$(readlink -- "$root/opt/openclaw/current" 2>/dev/null || true)"; }

# use_release NAME: at once or not at all.
use_release() {
  [[ $(current_release) != "$1" ]] || return 0
  change "use release $1" swap_release "$1"
}

swap_release() {
  ln -sfn -- "releases/$1" "$root/opt/openclaw/current.new" \
    && mv -fT -- "$root/opt/openclaw/current.new" "$root/opt/openclaw/current" \
    && install -d -- "$root/usr/local/bin" \
    && ln -sfn -- /opt/openclaw/current/bin/openclaw "$root/usr/local/bin/openclaw"
}

# install_first_release PROGRAM: a machine that runs something already changes its release with update.sh, which can go
# back; where the program's Debian package is installed, that is used.
install_first_release() {
  if [[ -z $(current_release) && -x $root/usr/bin/$1 ]]; then
    say "use /usr/bin/$1, which is there"
    return
  fi
  ! is_packaged || die "release $(current_release) in /opt/openclaw is not of the package: use deploy/ of the clone, or uninstall.sh there"
  if [[ -n $(current_release) ]]; then
    say "keep release $(current_release); update.sh changes it"
  else
    copy_release
    use_release "$release"
  fi
  [[ $dry == yes || -x $root/opt/openclaw/current/bin/$1 ]] || die "release $(current_release) has no $1"
}

# -- users and services -------------------------------------------------------------------------------------------------

# make_user NAME: a system user of its own without a shell.
make_user() {
  if ! grep -q "^$1:" "$root/etc/passwd" 2>/dev/null; then
    change "make the system user $1" add_user "$1"
  fi
}

add_user() {
  install -d -- "$root/etc"
  systemd-sysusers ${root:+--root="$root"} --inline "u $1 - \"OpenClaw\" /var/lib/$1 /usr/sbin/nologin"
}

# True when services can be started here. CLAW_SYSTEMCTL names another program, for tests.
has_services() { [[ -n ${CLAW_SYSTEMCTL:-} ]] || [[ -z $root && -d /run/systemd/system ]]; }

service() { "${CLAW_SYSTEMCTL:-systemctl}" "$@"; }

# put_unit NAME [FOLDER]: the unit, complete; what is changed with `systemctl edit` stands beside it and stays. A package's
# unit is left alone.
put_unit() {
  [[ -n $(current_release) || ! -e $root/usr/lib/systemd/system/$1 ]] || return 0
  put_file "/etc/systemd/system/$1" 644 <"${2:-$repo/deploy/systemd}/$1" || return 1
  if [[ $changed == yes ]] && has_services; then change "reload systemd" service daemon-reload; fi
}

# put_drop_in UNIT NAME: standard input becomes part of the unit on this machine alone.
put_drop_in() {
  put_file "/etc/systemd/system/$1.d/$2.conf" 644
  if [[ $changed == yes ]] && has_services; then change "reload systemd" service daemon-reload; fi
}

# allow_addresses UNIT ADDRESS...: who else may be talked to than this machine and the tailnet.
allow_addresses() {
  local unit=$1
  shift
  (($# > 0)) || return 0
  printf '[Service]\nIPAddressAllow=%s\n' "$*" | put_drop_in "$unit" addresses
}

# start_unit NAME: enables and starts it; a running one is started anew.
start_unit() {
  [[ $start == yes ]] || return 0
  if ! has_services; then
    note "no systemd runs ${root:+in $root }here; to start it: systemctl enable --now $1"
    return
  fi
  change "enable $1" service enable --quiet "$1"
  change "start $1" service restart "$1" || die "$1 did not start; look at: journalctl -u $1 -n 30"
}
