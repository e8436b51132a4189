"""The table of measures. Adding one is a file in ``measures/`` and a line here."""

from __future__ import annotations

from harness.registry import Registry

MEASURES = Registry(
    "measure",
    {
        "nDCG": "harness.evaluation.measures.ndcg:NDCG",
        "AP": "harness.evaluation.measures.average_precision:AP",
        "RR": "harness.evaluation.measures.reciprocal_rank:RR",
        "P": "harness.evaluation.measures.precision:P",
        "R": "harness.evaluation.measures.recall:R",
        "R_cap": "harness.evaluation.measures.capped_recall:R_CAP",
        "Success": "harness.evaluation.measures.success:SUCCESS",
        "Rprec": "harness.evaluation.measures.r_precision:RPREC",
        "Bpref": "harness.evaluation.measures.bpref:BPREF",
        "IPrec": "harness.evaluation.measures.interpolated_precision:IPREC",
        "infAP": "harness.evaluation.measures.inferred_ap:INFAP",
        "ERR": "harness.evaluation.measures.expected_reciprocal_rank:ERR",
        "RBP": "harness.evaluation.measures.rank_biased_precision:RBP",
        "SetP": "harness.evaluation.measures.set_precision:SET_P",
        "SetR": "harness.evaluation.measures.set_recall:SET_R",
        "SetF": "harness.evaluation.measures.set_f:SET_F",
        "Judged": "harness.evaluation.measures.judged:JUDGED",
        "NumRet": "harness.evaluation.measures.num_ret:NUM_RET",
        "NumRel": "harness.evaluation.measures.num_rel:NUM_REL",
        "NumRelRet": "harness.evaluation.measures.num_rel_ret:NUM_REL_RET",
    },
)

ALIASES = {
    # trec_eval; the cutoff follows after "_" or "."
    "ndcg": "nDCG",
    "ndcg_cut": "nDCG",
    "map": "AP",
    "map_cut": "AP",
    "recip_rank": "RR",
    "recall": "R",
    "success": "Success",
    "bpref": "Bpref",
    "iprec_at_recall": "IPrec",
    "set_P": "SetP",
    "set_recall": "SetR",
    "set_F": "SetF",
    "num_ret": "NumRet",
    "num_rel": "NumRel",
    "num_rel_ret": "NumRelRet",
    # BEIR, ranx, ir_measures; the cutoff follows after "@"
    "NDCG": "nDCG",
    "MAP": "AP",
    "mrr": "RR",
    "MRR": "RR",
    "precision": "P",
    "Precision": "P",
    "Recall": "R",
    "recall_cap": "R_cap",
    "r_cap": "R_cap",
    "hit_rate": "Success",
    "RPrec": "Rprec",
    "r-precision": "Rprec",
    "BPref": "Bpref",
}
"""Other engines' names for the same measures."""

TREC_EVAL_CUTOFF = ("ndcg_cut", "map_cut", "P", "recall", "success", "iprec_at_recall")
"""trec_eval's names that end with a cutoff: ``P_10``, ``ndcg_cut.10``, ``iprec_at_recall_0.10``."""
