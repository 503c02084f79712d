#!/usr/bin/env bash
# Installs what the project needs and the machine lacks, and nothing twice.
#
#     scripts/setup.sh run     what `make run` needs
#     scripts/setup.sh test    that, and what `make test` needs
#
# Tools of the project go into .tools, which git ignores. Browsers and the like
# are Debian's packages. The user's own Rust stays as it is, but for the wasm
# target, which rustup adds to it where rustup can download.
set -euo pipefail

# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
# shellcheck source=scripts/versions.sh
. "$ROOT/scripts/versions.sh"

WASM=wasm32-unknown-unknown
LOG=$TOOLS/setup.log

# --- Speaking ---------------------------------------------------------------

say() { printf 'setup: %s\n' "$*"; }

# stop WHAT WHY COMMAND: the end of a set-up that cannot go on.
stop() {
  {
    printf '\nsetup: cannot install %s.\n' "$1"
    printf '  why:  %s\n' "$2"
    printf '  help: %s\n' "$3"
  } >&2
  exit 1
}

# Runs a command with its output in the log: when all is well nobody needs it.
logged() {
  printf '\n$ %s\n' "$*" >>"$LOG"
  "$@" >>"$LOG" 2>&1 </dev/null
}

# The last line in the log that names an error, else the last line of all, and
# of a long one the beginning.
reason() {
  { grep -iE '^(error|e:|npm err|npm error)' "$LOG" || tail -n 1 "$LOG"; } | tail -n 1 | cut -c 1-160
}

# --- Debian's packages ------------------------------------------------------

as_root() {
  if [[ $EUID -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

# sudo may have to ask for a password, so it is asked for before any output
# goes to the log.
may_be_root() {
  [[ $EUID -eq 0 ]] || { command -v sudo >/dev/null && sudo -v; }
}

# --no-remove: a package that would push out one of the user's is not for us.
apt_get() {
  logged as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet \
    --no-install-recommends --no-remove -o DPkg::Lock::Timeout=300 "$@"
}

# apt_install WHY PACKAGE…: the lists are fetched anew only when the machine's
# own do not serve: a new machine has none, a neglected one has old ones.
apt_install() {
  local why=$1
  shift
  local what="the Debian packages $*"
  if ! command -v apt-get >/dev/null; then
    stop "$what" "this is not a Debian system, there is no apt-get; $why" \
      "install what matches them with this system's package manager, then run make again"
  fi
  say "$*: Debian's packages, $why"
  may_be_root || stop "$what" "that takes root, and sudo is not available here; $why" \
    "as root: apt-get update && apt-get install --no-install-recommends $*"
  apt_get "$@" && return
  logged as_root apt-get update --quiet || true
  apt_get "$@" || stop "$what" "$(reason) (all of it: $LOG)" \
    "apt-get update && apt-get install --no-install-recommends $*"
}

# --- Rust -------------------------------------------------------------------

check_rust() {
  local have
  if ! command -v cargo >/dev/null || ! command -v rustc >/dev/null; then
    stop "the app" "there is no Rust on PATH" \
      "install Rust $RUSTC_MINIMUM or newer as www.rust-lang.org/tools/install says"
  fi
  have=$(rustc --version | cut -d ' ' -f 2)
  if [[ $(printf '%s\n' "$RUSTC_MINIMUM" "${have%%-*}" | sort -V | head -n 1) != "$RUSTC_MINIMUM" ]]; then
    stop "the app" "rustc is $have, and the app needs $RUSTC_MINIMUM or newer" "rustup update stable"
  fi
}

# Crates with C in them (SQLite) and every Rust link step want a C compiler.
check_cc() {
  command -v cc >/dev/null || apt_install "the C compiler that Rust links with" gcc libc6-dev
}

user_has_wasm() {
  [[ -d $(rustc --print target-libdir --target "$WASM" 2>/dev/null) ]]
}

# A std of our own fits exactly one compiler, so its version is kept beside it.
own_has_wasm() {
  [[ -f $TOOLS/rust/version && -x /usr/bin/rustc ]] &&
    [[ $(<"$TOOLS/rust/version") == "$(/usr/bin/rustc --version)" ]]
}

wasm_by_rustup() {
  command -v rustup >/dev/null || return 1
  say "$WASM: by rustup, so that Rust can build for the browser"
  logged timeout 120 rustup target add "$WASM" && user_has_wasm && return
  say "  rustup could not: $(reason)"
  return 1
}

# Debian has a current compiler for the sake of its browsers, but no std for
# the wasm target. Its source package has one to build, which takes a minute.
wasm_by_debian() {
  apt_install "a compiler and the source of its library for $WASM" \
    rustc-web cargo-web rust-web-src rust-web-llvm
  local llvm
  llvm=$(/usr/bin/rustc --version --verbose | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
  command -v "wasm-ld-$llvm" >/dev/null || apt_install "the linker for wasm" "lld-$llvm"
  say "$WASM: building its standard library, about a minute"
  build_wasm_std || stop "the wasm target" "$(reason) (all of it: $LOG)" \
    "rustup target add $WASM, on a network where rustup can download"
}

# Neither rustup nor /usr is written to: the library goes into a sysroot of our
# own, which borrows the host's half from Debian's.
build_wasm_std() {
  local rust=$TOOLS/rust work=$TOOLS/build/std
  rm -rf "$rust" "$work"
  mkdir -p "$work/src" "$rust/bin" "$rust/sysroot/lib/rustlib/$WASM/lib"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$work/Cargo.toml"
  : >"$work/src/lib.rs"

  # RUSTC_BOOTSTRAP: -Zbuild-std is not for a stable compiler otherwise.
  # embed-bitcode: without it a build with lto = true finds nothing to optimise.
  # test: without it there is no `cargo test` for the target.
  (cd "$work" && logged env -u CARGO_ENCODED_RUSTFLAGS -u RUSTUP_TOOLCHAIN \
    RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes CARGO_TARGET_DIR="$work/target" \
    /usr/bin/cargo build --release --target "$WASM" -Zbuild-std=std,panic_abort,test) || return

  cp "$work/target/$WASM/release/deps/"*.rlib "$rust/sysroot/lib/rustlib/$WASM/lib/"
  rm -f "$rust/sysroot/lib/rustlib/$WASM/lib/libempty-"*
  ln -s "$(/usr/bin/rustc --print sysroot)/lib/rustlib/$(host_triple)" "$rust/sysroot/lib/rustlib/$(host_triple)"
  rm -rf "$work"

  # shellcheck disable=SC2016  # $here and $@ are for the wrapper to expand
  wrapper "$rust/bin/rustc" 'exec /usr/bin/rustc --sysroot "$here/../sysroot" "$@"'
  # shellcheck disable=SC2016
  wrapper "$rust/bin/cargo" 'RUSTC=$here/rustc exec /usr/bin/cargo "$@"'
  # Else cargo would find rustup's, which is of another version than this rustc.
  # Clippy stands in for rustc and so does not pass through its wrapper.
  # shellcheck disable=SC2016
  wrapper "$rust/bin/cargo-clippy" 'SYSROOT=$here/../sysroot exec /usr/bin/cargo-clippy "$@"'
  /usr/bin/rustc --version >"$rust/version"
}

host_triple() { /usr/bin/rustc --version --verbose | sed -n 's/^host: //p'; }

# wrapper FILE LINE: a script that knows where it lies, so the tree can move.
wrapper() {
  # shellcheck disable=SC2016
  printf '#!/bin/sh\nhere=$(cd "$(dirname "$0")" && pwd)\n%s\n' "$2" >"$1"
  chmod +x "$1"
}

need_wasm_target() {
  own_has_wasm || user_has_wasm || wasm_by_rustup || wasm_by_debian
}

# --- Tools that cargo builds -------------------------------------------------

# has PROGRAM VERSION: is it on PATH (.tools first) in exactly this version?
has() {
  local out
  out=$(command -v "$1" >/dev/null && "$1" --version 2>/dev/null) || return 1
  [[ " ${out//$'\n'/ } " == *" $2 "* ]]
}

# cargo_tool CRATE VERSION MINUTES [OPTION…]. These tools are built once and
# run seldom: less optimising halves the wait. A shared folder spares building
# twice what two of them use; need_* remove it at the end.
cargo_tool() {
  local crate=$1 version=$2 minutes=$3
  shift 3
  say "$crate $version: building it from source, about $minutes minutes on two cores"
  logged env \
    CARGO_TARGET_DIR="$TOOLS/build/cargo" \
    CARGO_PROFILE_RELEASE_LTO=off \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    CARGO_PROFILE_RELEASE_DEBUG=false \
    cargo install --root "$TOOLS" --force --no-track "$@" "$crate@$version" ||
    stop "$crate $version" "$(reason) (all of it: $LOG)" \
      "cargo install --root .tools $* $crate@$version"
}

wasm_bindgen_version() {
  local version=
  [[ -f $ROOT/Cargo.lock ]] &&
    version=$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"$/\1/p}' "$ROOT/Cargo.lock")
  [[ -n $version ]] || stop "wasm-bindgen" "Cargo.lock does not name it" "git checkout Cargo.lock"
  printf '%s\n' "$version"
}

# Without --locked: the lock file of the tool can name crates that are newer
# than what a registry serves.
need_wasm_bindgen() {
  local version
  version=$(wasm_bindgen_version)
  if ! has wasm-bindgen "$version" || ! has wasm-bindgen-test-runner "$version"; then
    cargo_tool wasm-bindgen-cli "$version" 2
  fi
}

# Without its default features Trunk needs no TLS: it is never to download.
need_trunk() {
  has trunk "$TRUNK_VERSION" || cargo_tool trunk "$TRUNK_VERSION" 4 --locked --no-default-features
}

need_geckodriver() {
  has geckodriver "$GECKODRIVER_VERSION" || cargo_tool geckodriver "$GECKODRIVER_VERSION" 2 --locked
}

# --- wasm-opt and esbuild from npm ------------------------------------------

# Their own `--version` starts node and loads all of it; the manifests are quicker.
has_npm_package() {
  grep -q "\"version\": \"$2\"" "$TOOLS/npm/node_modules/$1/package.json" 2>/dev/null
}

# Both always from npm, at one version: what the app weighs depends on them.
need_npm_tools() {
  command -v node >/dev/null || apt_install "node runs wasm-opt and the last step of the build" nodejs
  has_npm_package binaryen "$BINARYEN_VERSION" && has_npm_package esbuild "$ESBUILD_VERSION" || install_npm_tools
}

install_npm_tools() {
  command -v npm >/dev/null || apt_install "npm brings wasm-opt and esbuild" npm
  say "wasm-opt $BINARYEN_VERSION and esbuild $ESBUILD_VERSION: from npm, they make the app smaller"
  logged npm install --prefix "$TOOLS/npm" --no-save --no-audit --no-fund --ignore-scripts \
    "binaryen@$BINARYEN_VERSION" "esbuild@$ESBUILD_VERSION" ||
    stop "wasm-opt $BINARYEN_VERSION and esbuild $ESBUILD_VERSION" "$(reason) (all of it: $LOG)" \
      "npm install --prefix .tools/npm binaryen@$BINARYEN_VERSION esbuild@$ESBUILD_VERSION"
  mkdir -p "$TOOLS/bin"
  ln -sf ../npm/node_modules/.bin/wasm-opt ../npm/node_modules/.bin/esbuild "$TOOLS/bin/"
}

# --- For the tests ----------------------------------------------------------

# Asked of the compiler that lints: Debian's clippy for wasm where that is ours.
need_lint() {
  local missing=()
  cargo fmt --version >/dev/null 2>&1 || missing+=(rustfmt)
  cargo clippy --version >/dev/null 2>&1 || missing+=(clippy)
  if ((${#missing[@]})); then
    command -v rustup >/dev/null || stop "${missing[*]}" "the tests lint, and this Rust has no rustup" \
      "install ${missing[*]} from where this Rust came from"
    say "${missing[*]}: by rustup, the tests lint"
    logged timeout 120 rustup component add "${missing[@]}" ||
      stop "${missing[*]}" "$(reason)" "rustup component add ${missing[*]}"
  fi
  [[ ! -d $TOOLS/rust || -x /usr/bin/cargo-clippy ]] || apt_install "the linter for the wasm build" rust-web-clippy
}

need_browsers() {
  local missing=()
  command -v chromium >/dev/null || missing+=(chromium)
  command -v chromedriver >/dev/null || missing+=(chromium-driver)
  command -v firefox-esr >/dev/null || command -v firefox >/dev/null || missing+=(firefox-esr)
  { command -v WebKitWebDriver && minibrowser; } >/dev/null || missing+=(webkit2gtk-driver)
  command -v Xvfb >/dev/null || missing+=(xvfb)
  has_cjk_font || missing+=(fonts-noto-cjk)
  ((${#missing[@]} == 0)) || apt_install "the tests run in real browsers" "${missing[@]}"
}

# Any font that can draw Chinese will do.
has_cjk_font() {
  compgen -G '/usr/share/fonts/*/noto/NotoSansCJK*' >/dev/null ||
    { command -v fc-list >/dev/null && [[ -n $(fc-list :lang=zh-cn family 2>/dev/null) ]]; }
}

# Receivers made of other people's libraries, at the versions of their lock file.
need_receivers() {
  local from=$ROOT/tests/receivers to=$TOOLS/receivers
  cmp -s "$from/package-lock.json" "$to/package-lock.json" && [[ -f $to/node_modules/.package-lock.json ]] && return
  command -v npm >/dev/null || apt_install "npm brings the libraries of the receivers" npm
  say "the libraries of the receivers: from npm, the kiosk is tested against programs that are not ours"
  mkdir -p "$to"
  cp "$from/package.json" "$from/package-lock.json" "$to/"
  logged npm ci --prefix "$to" --no-audit --no-fund --ignore-scripts && return
  # Half of an installation must not pass for one the next time.
  rm -f "$to/package-lock.json"
  stop "the libraries of the receivers" "$(reason) (all of it: $LOG)" "npm ci --prefix .tools/receivers"
}

# Programs that open the exports: a spreadsheet, and the libraries that an analyst uses.
need_readers() {
  command -v soffice >/dev/null || apt_install "the tests open the exports in a spreadsheet" libreoffice-calc-nogui
  local to=$TOOLS/readers wanted
  wanted="pandas==$PANDAS_VERSION openpyxl==$OPENPYXL_VERSION csvkit==$CSVKIT_VERSION"
  [[ $(cat "$to/wanted" 2>/dev/null) == "$wanted" ]] && return
  python3 -c 'import ensurepip' 2>/dev/null ||
    apt_install "Python reads the exports as an analyst would" python3 python3-venv
  say "pandas, openpyxl and csvkit: by pip, the tests read the exports with them"
  rm -rf "$to"
  # shellcheck disable=SC2086 # the words of what is wanted
  logged python3 -m venv "$to" && logged "$to/bin/pip" install --quiet $wanted ||
    stop "pandas, openpyxl and csvkit" "$(reason) (all of it: $LOG)" "python3 -m venv .tools/readers"
  printf '%s\n' "$wanted" >"$to/wanted"
}

# mkfs.ext4 lies where only root looks.
need_file_systems() {
  PATH=$PATH:/usr/sbin command -v mkfs.ext4 >/dev/null ||
    apt_install "power cuts are tried on a file system of their own" e2fsprogs
}

# The tests start a server of their own, so the package must not make and start
# one for the whole machine, as it does when left alone. A drop-in says so for
# as long as the installation lasts.
need_postgres() {
  postgres_bindir >/dev/null && return
  local drop_in=/etc/postgresql-common/createcluster.d/candor-tests.conf
  if command -v apt-get >/dev/null && may_be_root; then
    as_root mkdir -p "${drop_in%/*}"
    echo 'create_main_cluster = false' | as_root tee "$drop_in" >/dev/null
  fi
  # In a subshell, since a failure ends it and the drop-in is to go all the same.
  local status=0
  (apt_install "the collector is tested against a real server" postgresql) || status=$?
  if [[ -e $drop_in ]]; then as_root rm -f "$drop_in"; fi
  return "$status"
}

# --- All of it --------------------------------------------------------------

need_compiler() {
  check_rust
  check_cc
  need_wasm_target
}

setup_run() {
  need_compiler
  need_npm_tools
  need_wasm_bindgen
  need_trunk
}

# What is fetched comes while the tools are built: the one waits for the network, the other for the processor. A failed
# build waits for it as well, since dpkg is not to be interrupted.
setup_test() {
  need_compiler
  need_lint
  (
    LOG=$TOOLS/setup-fetched.log
    : >"$LOG"
    need_npm_tools
    need_browsers
    need_receivers
    need_readers
    need_file_systems
    need_postgres
  ) &
  local fetching=$!
  trap wait EXIT
  need_wasm_bindgen
  need_trunk
  need_geckodriver
  wait "$fetching"
}

# Two makes at once would build the same tool into the same folder, so the
# second waits for the first and then finds everything there.
main() {
  [[ ${1:-} == run || ${1:-} == test ]] || { echo "usage: scripts/setup.sh run|test" >&2; exit 2; }
  mkdir -p "$TOOLS/bin"
  if command -v flock >/dev/null; then
    exec 9>"$TOOLS/lock"
    flock 9
  fi
  : >"$LOG"
  "setup_$1"
  rm -rf "$TOOLS/build"
}

main "$@"
