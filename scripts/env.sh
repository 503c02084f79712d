# shellcheck shell=bash
# The environment that every script of the project works in. Source it:
#
#     . scripts/env.sh            # tools of the project come first on PATH
#     wasm_env trunk build        # one command with a compiler that knows wasm
#
# Sourcing it twice changes nothing.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TOOLS=$ROOT/.tools
export ROOT TOOLS

case ":$PATH:" in
  *":$TOOLS/bin:"*) ;;
  *) PATH=$TOOLS/bin:$PATH ;;
esac
export PATH

# Trunk 0.21 takes NO_COLOR=1 for a wrong argument and stops.
unset NO_COLOR

# Runs a command with a compiler that can build for wasm32-unknown-unknown.
# As a rule that is the user's own. Where rustup could not download, it is
# Debian's, behind the two wrappers that the set-up has put into .tools/rust.
#
# The app names its sources in messages: without the folders of whoever built it.
wasm_env() {
  local cargo_home=${CARGO_HOME:-$HOME/.cargo}
  local -x CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="--remap-path-prefix=$cargo_home/registry/src= --remap-path-prefix=$ROOT="
  if [[ -x $TOOLS/rust/bin/cargo ]]; then
    env PATH="$TOOLS/rust/bin:$PATH" "$@"
  else
    "$@"
  fi
}

# The folder of PostgreSQL's server programs. Debian keeps them off PATH.
postgres_bindir() {
  local dir path
  if path=$(command -v initdb) && path=$(dirname "$(readlink -f "$path")") && [[ -x $path/postgres ]]; then
    printf '%s\n' "$path"
    return
  fi
  for dir in /usr/lib/postgresql/*/bin; do
    if [[ -x $dir/initdb && -x $dir/postgres ]]; then
      printf '%s\n' "$dir"
      return
    fi
  done
  return 1
}

# WebKit's own small browser, which WebKitWebDriver drives. Not on PATH either.
minibrowser() {
  local path
  for path in /usr/lib/*/webkit2gtk-4.1/MiniBrowser \
              /usr/lib/*/webkit2gtk-4.0/MiniBrowser \
              /usr/libexec/webkit2gtk-4.1/MiniBrowser; do
    if [[ -x $path ]]; then
      printf '%s\n' "$path"
      return
    fi
  done
  return 1
}
