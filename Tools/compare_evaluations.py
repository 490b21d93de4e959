"""Compares evaluations of other generated supports on the same episodes, paired: for docs/speed.md.

    python3 Tools/compare_evaluations.py EXACT OTHER...

Each is a folder of evaluations as `diffss sweep --out` writes them (FOLDER/evaluations/*.json), one a fold, of one network, or several such
folders with commas between. Printed is, of each OTHER, the mean over the folds with one standard error: mIoU with generated supports and
agreement (`--min-agreement 0`), and what both are above those of EXACT. Errors of mIoU are the delta method's over episodes
(Sources/Pipeline/Evaluation/Figures/StandardError.swift), of the paired difference in each; those of agreement are over the real supports, whose images belong together.
"""

import json
import sys
from collections import defaultdict
from math import sqrt
from pathlib import Path


def evaluations(names):
    """By fold."""
    files = [file for name in names.split(",") for file in sorted(Path(name, "evaluations").glob("*.json"))]
    documents = [json.loads(file.read_text()) for file in files]
    by_fold = {document["plan"]["fold"]: document for document in documents}
    assert len(by_fold) == len(documents), f"{names}: two evaluations of one fold"
    return by_fold


def influences(episodes):
    """IoU in percent over episodes (intersection, union), and how far each moves it."""
    whole = sum(union for _, union in episodes)
    ratio = sum(intersection for intersection, _ in episodes) / whole
    return 100 * ratio, [100 * (intersection - ratio * union) / whole for intersection, union in episodes]


def miou(document, other):
    """mIoU of a fold, what it is above the other's, and the variances of both."""
    classes = defaultdict(list)
    for one, two in zip(document["episodes"], other["episodes"], strict=True):
        assert one["episode"] == two["episode"]
        classes[one["episode"]["classIndex"]].append(
            [(report["augmented"]["foregroundIntersection"], report["augmented"]["foregroundUnion"]) for report in (one, two)])
    value = difference = own = paired = 0
    for episodes in classes.values():
        (first, d), (second, e) = influences([one for one, _ in episodes]), influences([two for _, two in episodes])
        n = len(episodes)
        value += first / len(classes)
        difference += (first - second) / len(classes)
        own += n / (n - 1) * sum(x * x for x in d) / len(classes) ** 2
        paired += n / (n - 1) * sum((x - y) ** 2 for x, y in zip(d, e)) / len(classes) ** 2
    return value, own, difference, paired


def spread(clusters):
    """Mean in percent over clusters of values, and its variance."""
    count = sum(len(values) for values in clusters)
    mean = sum(map(sum, clusters)) / count
    n = len(clusters)
    return 100 * mean, 1e4 * n / (n - 1) * sum((sum(values) - mean * len(values)) ** 2 for values in clusters) / count**2


def agreement(document, other):
    """The same of the agreement."""
    def found(report):
        return {(row["item"], row["classIndex"], row["number"]): row["agreement"] for row in report["gate"]["agreements"]}

    one, two = found(document), found(other)
    values, differences = defaultdict(list), defaultdict(list)
    for key in one.keys() & two.keys():
        values[key[:2]].append(one[key])
        differences[key[:2]].append(one[key] - two[key])
    return *spread(list(values.values())), *spread(list(differences.values()))


def main():
    exact = evaluations(sys.argv[1])
    print("| supports | folds | mIoU | above exact | agreement | above exact |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    for name in sys.argv[1:]:
        other = evaluations(name)
        folds = sorted(exact.keys() & other.keys())
        cells = []
        for measure in (miou, agreement):
            rows = [measure(other[fold], exact[fold]) for fold in folds]
            value, own, difference, paired = (sum(column) / len(folds) for column in zip(*rows))
            cells += [f"{value:.1f} ± {sqrt(own / len(folds)):.1f}", f"{difference:+.2f} ± {sqrt(paired / len(folds)):.2f}"]
        print(f"| {Path(name.split(',')[0]).name} | {len(folds)} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
