#!/usr/bin/env bash
# Installs the distribution's packages that OpenClaw Broker needs, from deploy/packages.txt and from nowhere else.
# Quick and quiet when nothing is missing.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
list="$here/packages.txt"

usage() {
  cat <<'TEXT'
usage: deploy/install_packages.sh [--print] [GROUP...]

Installs the packages of the groups (default: build run) that stand in deploy/packages.txt:
  build   to build the programs      run   to run them
  test    to run the tests           dev   to work on the code
  discord-peers   Discord clients of others, for the tests of test/fake_discord
  browser   to run the dashboard's tests, where the distribution has Chromium (Debian)
  small-model   for deploy/quickstart.sh --with-small-model
  deploy   to look at the Debian packages and boot them (test/booted/run)
Uses sudo when it is not run by root. --print only shows which packages are missing.
TEXT
}

die() {
  printf 'install_packages: %s\n' "$1" >&2
  exit 1
}

# The packages of the named groups, one a line.
packages_of() {
  local group="" line wanted
  while IFS= read -r line; do
    line=${line%%#*}
    line=${line//[[:space:]]/}
    [[ -n $line ]] || continue
    if [[ $line == \[*\] ]]; then
      group=${line:1:-1}
      continue
    fi
    for wanted in "$@"; do
      [[ $wanted != "$group" ]] || printf '%s\n' "$line"
    done
  done <"$list"
}

# Also what another package brings along: the nodejs of some archives is npm, too.
is_installed() {
  [[ $(dpkg-query -W -f='${Status}' -- "$1" 2>/dev/null) == "install ok installed" ]] || [[ -n ${provided[$1]:-} ]]
}

# What the installed packages provide besides themselves.
declare -A provided=()
read_provided() {
  local status names name
  while IFS='|' read -r status names; do
    [[ $status == "install ok installed" ]] || continue
    for name in ${names//,/ }; do
      provided[$name]=yes
    done
  done < <(dpkg-query -W -f='${Status}|${Provides}\n')
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    if [[ -t 0 ]]; then sudo "$@"; else sudo -n "$@"; fi
  else
    die "not root, and sudo is not there. As root, run: $*"
  fi
}

only_print=no
groups=()
for argument in "$@"; do
  case $argument in
    -h | --help) usage && exit 0 ;;
    --print) only_print=yes ;;
    -*) usage >&2 && exit 64 ;;
    *)
      grep -qxF "[$argument]" "$list" || die "no group [$argument] in $list"
      groups+=("$argument")
      ;;
  esac
done
((${#groups[@]} > 0)) || groups=(build run)

mapfile -t wanted < <(packages_of "${groups[@]}" | sort -u)
if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  printf '%s\n' "This is neither Debian nor Ubuntu: install what matches these packages by hand, then go on" \
    "(quickstart.sh and test/run have --no-install):" "${wanted[*]}" >&2
  exit 1
fi

read_provided
missing=()
for package in "${wanted[@]}"; do
  is_installed "$package" || missing+=("$package")
done
if [[ $only_print == yes ]]; then
  ((${#missing[@]} == 0)) || printf '%s\n' "${missing[@]}"
  exit 0
fi
((${#missing[@]} > 0)) || exit 0

printf 'Installing %d packages: %s\n' "${#missing[@]}" "${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
as_root apt-get -q update >/dev/null || die "apt-get update failed: is the network there?"
as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 \
  install --no-install-recommends "${missing[@]}" >/dev/null \
  || die "apt-get could not install them; its own words stand above"
