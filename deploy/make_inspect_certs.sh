#!/usr/bin/env bash
# Makes what `openclaw inspect` and the programs that it looks at show each other: a CA that is used for nothing else, a
# certificate for this machine's programs and one for its operator. What is there and good stays.
set -euo pipefail

# In a package it lies in /usr/share/openclaw, with a link that is the command.
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
repo=$(dirname -- "$here")
# shellcheck source=deploy/onboarding.sh
. "$here/onboarding.sh"

to=/etc/openclaw/inspect node="" operator="" units=()
ca_days=3650 days=825 renew_days=30

usage() {
  cat <<TEXT
usage: $me [OPTION...]

Makes ca.crt, node.crt and operator.crt with their keys, in a folder that only its owner can read. A certificate that is
there stays, unless it ends within $renew_days days or is not of this CA. To take everybody's access away, remove the folder and
run this again.

  --to DIR          the folder (/etc/openclaw/inspect)
  --node NAME       whose certificate the programs show (this host's name)
  --operator NAME   who looks; stands in the programs' logs (the user who calls this)
  --service UNIT    let systemd hand ca.crt and node.* to this unit, which then needs INSPECT_PORT in its settings; may be
                    given again for further units
  --root DIR        set up the system that lies in DIR instead of this one
  --dry-run         say what would be done, and change nothing
  -h, --help        this text
TEXT
}

read_options() {
  while (($# > 0)); do
    case $1 in
      --to | --node | --operator | --service)
        [[ -n ${2:-} ]] || die "$1 needs a value"
        case $1 in
          --to) to=$(realpath -m -- "$2") ;;
          --node) node=$2 ;;
          --operator) operator=$2 ;;
          --service) units+=("$2") ;;
        esac
        shift 2
        ;;
      *)
        common_option "$@"
        ((taken > 0)) || wrong_usage "there is no option $1"
        shift "$taken"
        ;;
    esac
  done
  node=${node:-$(uname -n)}
  operator=${operator:-${SUDO_USER:-$(id -un)}}
  for name in "$node" "$operator"; do
    [[ $name =~ ^[A-Za-z0-9._@-]{1,64}$ ]] || die "'$name' must be a plain name"
  done
  for unit in "${units[@]}"; do
    [[ $unit =~ ^openclaw-[a-z@A-Z0-9_.-]+\.service$ ]] || die "'$unit' is no unit of this project (openclaw-...service)"
  done
}

# is_good NAME: the certificate is there with its key, of this CA, and does not end soon.
is_good() {
  [[ -s $folder/$1.crt && -s $folder/$1.key ]] || return 1
  openssl x509 -in "$folder/$1.crt" -noout -checkend $((renew_days * 86400)) >/dev/null 2>&1 || return 1
  openssl verify -CAfile "$folder/ca.crt" "$folder/$1.crt" >/dev/null 2>&1
}

make_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }

make_ca() {
  make_key "$work/ca.key"
  openssl req -x509 -new -key "$work/ca.key" -days "$ca_days" -subj "/CN=OpenClaw inspection" -out "$work/ca.crt" \
    -addext keyUsage=critical,keyCertSign
  mv -f -- "$work/ca.key" "$work/ca.crt" "$folder/"
}

# make_certificate NAME PURPOSE WHOSE: a node's is good for serving alone, an operator's for asking alone.
make_certificate() {
  make_key "$work/$1.key"
  openssl req -new -key "$work/$1.key" -subj "/CN=$3" -out "$work/$1.csr"
  printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=%s\n' "$2" >"$work/$1.ext"
  openssl x509 -req -in "$work/$1.csr" -CA "$folder/ca.crt" -CAkey "$folder/ca.key" -set_serial "0x$(openssl rand -hex 16)" \
    -days "$days" -extfile "$work/$1.ext" -out "$work/$1.crt" 2>/dev/null
  mv -f -- "$work/$1.key" "$work/$1.crt" "$folder/"
}

make_folder() {
  (umask 022 && install -d -- "$(dirname -- "$folder")")
  install -d -m 700 -- "$folder"
  work=$(mktemp -d -- "$folder/.new.XXXXXX")
  trap 'rm -rf -- "$work"' EXIT
}

credentials_of_unit() {
  printf '[Service]\n'
  for file in ca.crt node.crt node.key; do
    printf 'LoadCredential=%s:%s\n' "$file" "$to/$file"
  done
}

main() {
  read_options "$@"
  [[ $dry == yes ]] || command -v openssl >/dev/null || die "openssl is missing: apt-get install openssl"
  folder=$root$to work=""
  umask 077
  [[ -d $folder ]] || say "the folder is $to"
  [[ $dry == yes ]] || make_folder
  is_good ca || change "make a CA in $to" make_ca
  is_good node || change "make the certificate of node $node" make_certificate node serverAuth "$node"
  is_good operator || change "make the certificate of operator $operator" make_certificate operator clientAuth "$operator"
  umask 022
  for unit in "${units[@]}"; do
    credentials_of_unit | put_drop_in "$unit" inspect
  done
}

main "$@"
