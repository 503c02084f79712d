# shellcheck shell=bash disable=SC2034
# The versions of the tools that the set-up brings. Sourced, never run.
#
# wasm-bindgen is not in this list: its command line tool must equal the
# library to the last digit, so its version is read from Cargo.lock.

RUSTC_MINIMUM=1.94
TRUNK_VERSION=0.21.14       # 0.22 asks for a newer compiler than stable 1.95
BINARYEN_VERSION=132.0.0    # Debian's wasm-opt (108) cannot read what rustc emits now
ESBUILD_VERSION=0.28.2      # makes the JavaScript small; Trunk's own minifier cannot read what wasm-bindgen writes
GECKODRIVER_VERSION=0.37.1  # Debian has Firefox but not its driver
PANDAS_VERSION=3.1.1         # these three read the exports as other people's programs do
OPENPYXL_VERSION=3.1.5
CSVKIT_VERSION=2.2.0
