"""From run files to per-query values: this package beside its peers, in one interleaved run.

    python benchmarks/evaluation.py --shapes S,L,T,M --rounds 3

Shapes: S one run of 300 queries x 1000 documents, M one of 6,980 x 1000 (365 MB), L fifty of shape S,
T two hundred of 50 x 100. Asked for: nDCG@10, AP, RR, RR@10, R@100, R@1000, P@10, Judged@10, as far as an
engine has them. A time covers reading the judgments once and every run file, up to the last value; imports
and compilation lie before it, except in the last table, which is of whole processes on one file.

Each engine lives in a process of its own and they take turns, so that a busy machine disturbs all alike.
Engines that are not installed are left out. trec_eval is taken from $TREC_EVAL or the PATH.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = str(Path(__file__).resolve().parent.parent)
sys.path.insert(0, ROOT)
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [ROOT, os.environ.get("PYTHONPATH")]))

MEASURES = ("nDCG@10", "AP", "RR", "RR@10", "R@100", "R@1000", "P@10", "Judged@10")
SHAPES = {"S": (1, 300, 1000), "M": (1, 6980, 1000), "L": (50, 300, 1000), "T": (200, 50, 100)}
TREC_EVAL = os.environ.get("TREC_EVAL") or shutil.which("trec_eval")
Scorer = Callable[[Path, Sequence[Path]], dict[str, float]]


# ---------------------------------------------------------------------------------------------- data


def make_data(folder: Path, shape: str) -> tuple[Path, list[Path]]:
    """Judgments and run files of a shape, made once: zipf-like documents, scores with ties."""
    files, queries, depth = SHAPES[shape]
    here = folder / shape
    paths = [here / f"run{i}.txt" for i in range(files)]
    if not (here / "done").exists():
        here.mkdir(parents=True, exist_ok=True)
        chance = np.random.default_rng(20)
        names = [str(1_000_000 + 37 * i) for i in range(queries)]
        docs = [_documents(chance, depth, shape) for _ in names]
        _write_qrels(here / "qrels.txt", names, docs, chance, {"M": 1, "T": 30}.get(shape, 130))
        for path in paths:
            _write_run(path, names, docs, chance, shape)
        (here / "done").touch()
    return here / "qrels.txt", paths


def _documents(chance: np.random.Generator, depth: int, shape: str) -> list[str]:
    """Candidates of a query, a few more than a run returns."""
    numbers = np.unique((8_800_000 * chance.random(int(depth * 1.5)) ** 3).astype(int))
    form = "{:07d}" if shape == "M" else "clue-en{:04d}-{:07d}"
    return [form.format(n) if shape == "M" else form.format(n % 9999, n) for n in numbers.tolist()]


def _write_qrels(
    path: Path, names: list[str], docs: list[list[str]], chance: np.random.Generator, judged: int
) -> None:
    with path.open("w") as stream:
        for name, candidates in zip(names, docs, strict=True):
            count = 1 + int(judged == 1 and chance.random() < 0.07) if judged == 1 else chance.poisson(judged)
            for document in sorted(chance.choice(candidates, min(count, len(candidates)), replace=False)):
                grade = 1 if judged == 1 else chance.choice(4, p=[0.6, 0.2, 0.15, 0.05])
                stream.write(f"{name} 0 {document} {grade}\n")


def _write_run(
    path: Path, names: list[str], docs: list[list[str]], chance: np.random.Generator, shape: str
) -> None:
    depth = SHAPES[shape][2]
    digits = 6 if shape == "M" else 3
    with path.open("w") as stream:
        for name, candidates in zip(names, docs, strict=True):
            chosen = chance.permutation(len(candidates))[:depth].tolist()
            scores = np.sort(chance.gamma(4, 4, len(chosen)))[::-1].round(digits).tolist()
            rows = enumerate(zip(chosen, scores, strict=True), 1)
            stream.write(
                "".join(
                    f"{name} Q0 {candidates[d]} {rank} {score:.{digits}f} bm25-default-run-1\n"
                    for rank, (d, score) in rows
                )
            )


# ------------------------------------------------------------------------------------------- engines


def harness() -> Scorer:
    from harness.datasets.qrels import read_qrels
    from harness.evaluation.evaluate import evaluate
    from harness.evaluation.judgments import Judgments
    from harness.evaluation.kernel.native import kernel
    from harness.evaluation.measure import parse_measures

    kernel()
    measures = parse_measures(MEASURES)

    def score(qrels: Path, runs: Sequence[Path]) -> dict[str, float]:
        judgments = Judgments.of(read_qrels(qrels))
        return [evaluate(run, judgments, measures) for run in runs][-1].means()

    return score


def raw_read() -> Scorer:
    buffer = memoryview(bytearray(2**20))

    def score(_qrels: Path, runs: Sequence[Path]) -> dict[str, float]:
        for run in runs:
            with run.open("rb", buffering=0) as stream:
                while stream.readinto(buffer):
                    pass
        return {}

    return score


def pytrec_eval() -> Scorer:
    import pytrec_eval as engine

    asked = {"ndcg_cut.10", "map", "recip_rank", "recall.100,1000", "P.10"}

    def score(qrels: Path, runs: Sequence[Path]) -> dict[str, float]:
        with qrels.open() as stream:
            evaluator = engine.RelevanceEvaluator(engine.parse_qrel(stream), asked)
        for run in runs:
            with run.open() as stream:
                values = evaluator.evaluate(engine.parse_run(stream))
        return {
            "nDCG@10": statistics.fmean(v["ndcg_cut_10"] for v in values.values()),
            "AP": statistics.fmean(v["map"] for v in values.values()),
        }

    return score


def ir_measures(names: Sequence[str] = ("nDCG@10", "AP", "RR", "R@100", "R@1000", "P@10")) -> Scorer:
    import ir_measures as engine

    measures = [engine.parse_measure(name) for name in names]

    def score(qrels: Path, runs: Sequence[Path]) -> dict[str, float]:
        evaluator = engine.evaluator(measures, list(engine.read_trec_qrels(str(qrels))))
        for run in runs:
            values = list(evaluator.iter_calc(engine.read_trec_run(str(run))))
        ndcg = [v.value for v in values if str(v.measure) == "nDCG@10"]
        return {"nDCG@10": statistics.fmean(ndcg)}

    return score


def ir_measures_all() -> Scorer:
    return ir_measures(MEASURES)


def ranx() -> Scorer:
    from ranx import Qrels, Run, evaluate

    names = ["ndcg@10", "map", "mrr", "mrr@10", "recall@100", "recall@1000", "precision@10"]

    def score(qrels: Path, runs: Sequence[Path]) -> dict[str, float]:
        judged = Qrels.from_file(str(qrels), kind="trec")
        for run in runs:
            means: Any = evaluate(judged, Run.from_file(str(run), kind="trec"), names, make_comparable=True)
        return {"nDCG@10": float(means["ndcg@10"]), "AP": float(means["map"])}

    return score


def beir() -> Scorer:
    import logging

    import pytrec_eval as engine
    from beir.retrieval.evaluation import EvaluateRetrieval

    logging.disable(logging.INFO)

    def score(qrels: Path, runs: Sequence[Path]) -> dict[str, float]:
        with qrels.open() as stream:
            judged = engine.parse_qrel(stream)
        for run in runs:
            with run.open() as stream:
                results = engine.parse_run(stream)
            ndcg, *_ = EvaluateRetrieval.evaluate(judged, results, [10, 100, 1000])
            EvaluateRetrieval.evaluate_custom(judged, results, [10], metric="mrr")
        return {"nDCG@10": ndcg["NDCG@10"]}

    return score


def trec_eval() -> Scorer:
    if not TREC_EVAL:
        raise ImportError("no trec_eval on the PATH")
    names = ("ndcg_cut.10", "map", "recip_rank", "recall.100,1000", "P.10")
    asked = ["-q", "-c", *(part for name in names for part in ("-m", name))]

    def score(qrels: Path, runs: Sequence[Path]) -> dict[str, float]:
        for run in runs:
            command = [str(TREC_EVAL), *asked, str(qrels), str(run)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        means = {a.strip(): v for a, q, v in (x.split("\t") for x in done.stdout.splitlines()) if q == "all"}
        return {"nDCG@10": float(means["ndcg_cut_10"]), "AP": float(means["map"])}

    return score


ENGINES: dict[str, Callable[[], Scorer]] = {
    "raw read": raw_read,
    "harness": harness,
    "trec_eval": trec_eval,
    "pytrec_eval": pytrec_eval,
    "beir": beir,
    "ir_measures": ir_measures,
    "ir_measures, all 8": ir_measures_all,
    "ranx": ranx,
}
WHOLE = {
    "harness": """
from pathlib import Path; import sys
from harness.datasets.qrels import read_qrels
from harness.evaluation.evaluate import evaluate
evaluate(Path(sys.argv[2]), read_qrels(Path(sys.argv[1])), sys.argv[3:]).means()
""",
    "pytrec_eval": """
import sys, pytrec_eval
qrels = pytrec_eval.parse_qrel(open(sys.argv[1]))
asked = {"ndcg_cut.10", "map", "recip_rank", "recall.100,1000", "P.10"}
pytrec_eval.RelevanceEvaluator(qrels, asked).evaluate(pytrec_eval.parse_run(open(sys.argv[2])))
""",
    "ir_measures": """
import sys, ir_measures
measures = [ir_measures.parse_measure(m) for m in ("nDCG@10", "AP", "RR", "R@100", "R@1000", "P@10")]
list(ir_measures.iter_calc(measures, list(ir_measures.read_trec_qrels(sys.argv[1])),
                           ir_measures.read_trec_run(sys.argv[2])))
""",
}


# ----------------------------------------------------------------------------------------- measuring


def cpu_seconds() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def peak_megabytes(of_children: bool) -> float:
    """Highest resident memory; a process's own from /proc, since ru_maxrss begins at its parent's."""
    status = Path("/proc/self/status")
    if of_children or not status.exists():
        who = resource.RUSAGE_CHILDREN if of_children else resource.RUSAGE_SELF
        return resource.getrusage(who).ru_maxrss / 1024
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def work(name: str) -> None:
    """A worker: a line with judgments and runs comes in, a line with times and values goes out."""
    try:
        score = ENGINES[name]()
    except ImportError as error:
        print(json.dumps({"absent": str(error)}), flush=True)
        return
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        qrels, *runs = map(Path, json.loads(line))
        cpu, wall = cpu_seconds(), time.perf_counter()
        means = score(qrels, runs)
        wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
        peak = peak_megabytes(name == "trec_eval")
        print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak, "means": means}), flush=True)


class Worker:
    def __init__(self, name: str) -> None:
        command = [sys.executable, __file__, "--worker", name]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self.ready = "ready" in self.answer()

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        result: dict[str, Any] = json.loads(line) if line else {"absent": "the engine stopped"}
        return result

    def score(self, qrels: Path, runs: Sequence[Path]) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([str(qrels), *map(str, runs)]) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self) -> None:
        self.process.communicate()


def compare(shape: str, folder: Path, rounds: int, names: Sequence[str]) -> None:
    qrels, runs = make_data(folder, shape)
    size = sum(run.stat().st_size for run in runs) / 1e6
    workers = {name: worker for name in names if (worker := Worker(name)).ready}
    for worker in workers.values():
        worker.score(qrels, runs[:1])  # compiled and cached, the file in the page cache
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in workers}
    for _ in range(rounds):
        for name, worker in workers.items():
            results[name].append(worker.score(qrels, runs))
    for worker in workers.values():
        worker.close()
    files, queries, depth = SHAPES[shape]
    title = f"{shape}: {files} x {queries} queries x {depth} documents, {size:.1f} MB"
    print(f"\n{title}; medians of {rounds} rounds\n")
    print("| engine | CPU s | wall s | CPU ms/file | CPU / harness | CPU / raw read | peak MB | nDCG@10 |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    cpu = {name: statistics.median(r["cpu"] for r in rows) for name, rows in results.items()}
    for name, rows in sorted(results.items(), key=lambda item: cpu[item[0]]):
        wall = statistics.median(r["wall"] for r in rows)
        ours = f"{cpu[name] / cpu['harness']:.1f}" if "harness" in cpu else "-"
        raw = f"{cpu[name] / cpu['raw read']:.1f}" if cpu.get("raw read") else "-"
        ndcg = rows[-1]["means"].get("nDCG@10")
        shown = "" if ndcg is None else f"{ndcg:.6f}"
        per_file = 1000 * cpu[name] / len(runs)
        peak = max(r["peak"] for r in rows)
        numbers = f"{cpu[name]:.4f} | {wall:.4f} | {per_file:.3f} | {ours} | {raw} | {peak:.0f} | {shown}"
        print(f"| {name} | {numbers} |")


def whole_processes(shape: str, folder: Path, rounds: int) -> None:
    """Start-up included: a new process that scores one file."""
    qrels, runs = make_data(folder, shape)
    commands = {name: [sys.executable, "-c", code, str(qrels), str(runs[0])] for name, code in WHOLE.items()}
    commands["harness"] += MEASURES
    if TREC_EVAL:
        commands["trec_eval"] = [TREC_EVAL, "-q", "-m", "ndcg_cut.10", "-m", "map", "-m", "recip_rank"]
        commands["trec_eval"] += ["-m", "recall.100,1000", "-m", "P.10", str(qrels), str(runs[0])]
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(rounds + 1):  # the first round warms the caches
        for name, command in commands.items():
            cpu, wall = cpu_seconds(), time.perf_counter()
            done = subprocess.run(command, capture_output=True, check=False)
            if done.returncode == 0:
                times[name].append((time.perf_counter() - wall, cpu_seconds() - cpu))
    print(f"\nWhole process, one file of shape {shape}, medians of {rounds}\n")
    print("| engine | wall s | CPU s |")
    print("| --- | ---: | ---: |")
    for name, rows in times.items():
        if rows[1:]:
            wall, cpu = (statistics.median(column) for column in zip(*rows[1:], strict=True))
            print(f"| {name} | {wall:.3f} | {cpu:.3f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shapes", default="S,L,T,M")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engines", default=",".join(n for n in ENGINES if "," not in n))
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "evaluation-benchmark")
    parser.add_argument("--worker", choices=ENGINES)
    args = parser.parse_args()
    if args.worker:
        return work(args.worker)
    for shape in args.shapes.split(","):
        compare(shape, args.folder, args.rounds, args.engines.split(","))
    for shape in args.shapes.split(","):
        whole_processes(shape, args.folder, args.rounds)
    return None


if __name__ == "__main__":
    main()
