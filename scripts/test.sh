#!/usr/bin/env bash
# Runs the tests, part by part, and ends with how many ran in each.
#
#     scripts/test.sh              all parts
#     scripts/test.sh core e2e     these parts, in this order
#     scripts/test.sh replay       the end-to-end replay with all 3,000 remarks
#     scripts/test.sh faults-full  the fault suite with its full counts
#     scripts/test.sh bench        Candor beside its peers, measured
#
# A part that fails does not keep the later ones from running. A part that
# cannot run, or that ran no test, has failed.
set -euo pipefail

# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

WASM=wasm32-unknown-unknown
ALL_PARTS=(lint core app collector tools size e2e faults)
WORK=$(mktemp -d "${TMPDIR:-/tmp}/candor-test.XXXXXX")

# Browsers that are ended leave their profiles behind: here they go with the rest.
export TMPDIR=$WORK

# --- What parts have in common ----------------------------------------------

fail() { printf 'test: %s\n' "$*" >&2; exit 1; }

# program NAME: its path, or the end of the part.
program() {
  command -v "$1" || fail "$1 is missing; scripts/setup.sh test installs it"
}

# Server processes of a part, ended by their ids when the part ends.
STARTED=()
end_started() {
  local pid
  for pid in "${STARTED[@]}"; do
    # INT, since PostgreSQL would wait for its clients on TERM.
    kill -INT "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
}

# wait_for PID LOG COMMAND…: until the command succeeds, the process that it
# asks about has ended, or half a minute is over.
wait_for() {
  local deadline=$((SECONDS + 30)) pid=$1 log=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= deadline)) || ! kill -0 "$pid" 2>/dev/null; then
      cat "$log"
      fail "$(basename "$log" .log) did not start"
    fi
    sleep 0.1
  done
}

free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  printf '%s\n' "$port"
}

# PostgreSQL refuses to run as root. To be called in a subshell, which turns
# into the command, so that its id is the command's.
unprivileged() {
  [[ $EUID -eq 0 ]] || exec "$@"
  local user=nobody
  if id postgres >/dev/null 2>&1; then user=postgres; fi
  exec setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups "$@"
}

# start_postgres [FSYNC]: a server of our own, in a folder that goes when the
# tests end. Its fsync is off unless given: that data is to be thrown away.
start_postgres() {
  local bin data port fsync=${1:-off}
  bin=$(postgres_bindir) || fail "PostgreSQL's server is missing; scripts/setup.sh test installs it"
  port=$(free_port)
  chmod 711 "$WORK"
  data=$(mktemp -d "$WORK/postgres.XXXXXX")
  chmod 777 "$data"
  (cd "$data" && unprivileged "$bin/initdb" --pgdata "$data/db" --username candor --auth trust \
    --encoding UTF8 --locale C.UTF-8 --no-sync >"$WORK/initdb.log" 2>&1) ||
    { cat "$WORK/initdb.log"; fail "PostgreSQL's initdb failed"; }
  (cd "$data" && unprivileged "$bin/postgres" -D "$data/db" -p "$port" -k "$data" \
    -c listen_addresses=127.0.0.1 -c fsync="$fsync" >"$WORK/postgres.log" 2>&1) &
  STARTED+=($!)
  wait_for $! "$WORK/postgres.log" grep -q '^ready' "$data/db/postmaster.pid"
  export CANDOR_TEST_POSTGRES=postgres://candor@127.0.0.1:$port/postgres
}

# A display without a screen, for MiniBrowser, which has no headless mode.
start_display() {
  program Xvfb >/dev/null
  Xvfb -displayfd 3 -screen 0 1280x1024x24 -nolisten tcp 3>"$WORK/display" >"$WORK/xvfb.log" 2>&1 &
  STARTED+=($!)
  wait_for $! "$WORK/xvfb.log" grep -q . "$WORK/display"
  DISPLAY=:$(<"$WORK/display")
  export DISPLAY
}

# Where the tests find the browsers' drivers.
find_browsers() {
  CHROMEDRIVER=$(program chromedriver)
  GECKODRIVER=$(program geckodriver)
  WEBKITDRIVER=$(program WebKitWebDriver)
  MINIBROWSER=$(minibrowser) || fail "WebKit's MiniBrowser is missing; scripts/setup.sh test installs it"
  export CHROMEDRIVER GECKODRIVER WEBKITDRIVER MINIBROWSER
  # WebKit cannot build its sandbox as root, and these pages are our own.
  if [[ $EUID -eq 0 ]]; then export WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1; fi
}

# Release builds, since what is driven is what is shipped. Where all parts run
# they are made beside the first ones: the last step of each module of wasm
# keeps one core only.
BUILD=$WORK/build
BUILDER=

build_beside() {
  {
    if make --no-print-directory build >"$BUILD.log" 2>&1; then echo ok; else echo failed; fi >"$BUILD.ended"
  } </dev/null &
  BUILDER=$!
}

build_all() {
  if [[ -z $BUILDER ]]; then
    make --no-print-directory build
    return
  fi
  while kill -0 "$BUILDER" 2>/dev/null && [[ ! -s $BUILD.ended ]]; do sleep 0.5; done
  cat "$BUILD.log"
  [[ $(cat "$BUILD.ended") == ok ]] || fail "what the tests need could not be built"
}

end_builder() {
  if [[ -n $BUILDER ]]; then kill "$BUILDER" 2>/dev/null || true; fi
}

# --- The parts --------------------------------------------------------------

part_lint() {
  cargo fmt --version >/dev/null || fail "rustfmt is missing; scripts/setup.sh test installs it"
  cargo clippy --version >/dev/null || fail "clippy is missing; scripts/setup.sh test installs it"
  cargo fmt --all --check
  # Warnings become errors by RUSTFLAGS' cousin of clippy, not by RUSTFLAGS,
  # which would build every dependency anew.
  cargo clippy --workspace --exclude candor --all-targets -- -D warnings
  wasm_env cargo clippy -p candor --all-targets --target "$WASM" -- -D warnings
  node --test benches/lib/*.test.mjs
  if [[ -f docs/benchmarks.json ]]; then node benches/report.mjs --check; fi
}

part_core() { cargo test --no-fail-fast -p candor-core -p candor-export -p candor-themes; }

part_app() {
  CHROMEDRIVER=$(program chromedriver)
  export CHROMEDRIVER
  CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=$(program wasm-bindgen-test-runner)
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER
  wasm_env cargo test --no-fail-fast -p candor --lib --target "$WASM"
}

part_collector() {
  build_all # the collector carries the app inside
  start_postgres
  cargo test --no-fail-fast -p candor-collector
}

# The candor program and what it is made of.
part_tools() {
  build_all # its tests use the collector, which carries the app inside
  start_postgres
  cargo test --no-fail-fast -p candor-vault -p candor-cli
}

part_size() {
  build_all
  scripts/size.sh
}

part_e2e() {
  build_all
  find_browsers
  start_display
  # Uncaptured, since some of them print what they measured.
  cargo test --no-fail-fast -p candor-tests --test e2e -- --test-threads=1 --nocapture
}

part_faults() {
  build_all
  find_browsers
  start_display
  cargo test --no-fail-fast -p candor-tests --lib --test faults -- --test-threads=1 --nocapture
}

# An hour or two. docs/reliability.md is made of what it leaves behind, also when
# something has failed: then it says so.
part_faults-full() {
  local status=0
  build_all
  find_browsers
  start_display
  export CANDOR_FAULTS=full CANDOR_RESULTS=$ROOT/target/reliability
  rm -rf "$CANDOR_RESULTS"
  mkdir -p "$CANDOR_RESULTS"
  cargo test --release -p candor-core --test simulation -- --nocapture || status=1
  # Fault 11 is told by the stories of the releases.
  cargo test --no-fail-fast -p candor-tests --test e2e -- --test-threads=1 --nocapture releases || status=1
  cargo test --no-fail-fast -p candor-tests --test faults -- --test-threads=1 --nocapture || status=1
  cargo run -p candor-tests --bin reliability -- "$CANDOR_RESULTS" docs/reliability.md README.md README.zh-CN.md || status=1
  return "$status"
}

part_replay() {
  build_all
  find_browsers
  start_display
  CANDOR_REPLAY=3000 cargo test --no-fail-fast -p candor-tests --test e2e replay -- --test-threads=1 --nocapture
}

# BENCH=full takes hours and writes docs/benchmarks.json and docs/benchmarks.md;
# anything less shows that all of it works, and its figures are no results.
part_bench() {
  local size=${BENCH:-small} results=target/benches/benchmarks.json page=target/benches/benchmarks.md few=--few status=0
  if [[ $size == full ]]; then results=docs/benchmarks.json page=docs/benchmarks.md few=; fi
  build_all
  # What a receipt stands for has to be on the disk.
  start_postgres on
  npm ci --prefix benches --no-audit --no-fund --ignore-scripts
  node benches/bench.mjs --size "$size" --chromium "$(program chromium)" --out "$results" || status=1
  node benches/report.mjs --results "$results" --page "$page" ${few:+"$few"}
  return "$status"
}

part_screenshots() {
  build_all
  find_browsers
  start_display
  cargo run -p candor-tests --bin screenshots
}

# --- Running and counting ---------------------------------------------------

TABLE=()
PASSED=0
FAILED=0

# counted LOG: "passed failed", as libtest's closing lines in it add up.
counted() {
  awk '/^test result: / {
         for (i = 2; i <= NF; i++) {
           if ($i == "passed;") passed += $(i - 1)
           if ($i == "failed;") failed += $(i - 1)
         }
       }
       END { print passed + 0, failed + 0 }' "$1"
}

run_part() {
  local part=$1 log=$WORK/$1.log started=$SECONDS status passed failed
  printf '\n== %s ==\n' "$part"
  # errexit has to be off out here for PIPESTATUS to be read, and on in there.
  set +e
  (
    set -e
    trap end_started EXIT
    trap 'exit 130' INT TERM HUP
    "part_$part"
  ) </dev/null 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  set -e

  case $part in
    lint | size | bench | screenshots) passed=$((status == 0)) failed=$((status != 0)) ;;
    *) read -r passed failed < <(counted "$log") ;;
  esac
  if ((passed + failed == 0)); then printf 'test: %s ran no test\n' "$part"; fi
  if ((failed == 0 && (status != 0 || passed == 0))); then failed=1; fi

  TABLE+=("$(printf '%-12s %7d %7d %8d' "$part" "$passed" "$failed" $((SECONDS - started)))")
  PASSED=$((PASSED + passed))
  FAILED=$((FAILED + failed))
}

main() {
  local part
  trap 'end_builder; rm -rf "$WORK"' EXIT
  trap 'exit 130' INT TERM HUP
  if (($# == 0)); then
    build_beside
    set -- "${ALL_PARTS[@]}"
  fi
  for part in "$@"; do
    declare -F "part_$part" >/dev/null || fail "there is no part '$part'; there are: ${ALL_PARTS[*]} faults-full replay bench screenshots"
  done
  for part in "$@"; do run_part "$part"; done

  printf '\n%-12s %7s %7s %8s\n' part passed failed seconds
  printf '%s\n' "${TABLE[@]}"
  printf '\n%d passed, %d failed\n' "$PASSED" "$FAILED"
  ((FAILED == 0))
}

main "$@"
