"""EVALUATE: compares the takes of a checkpoint with the corpus, or the corpus with itself.

Off the path of a sample: it measures takes and makes no sound.
"""

from __future__ import annotations

from approx_build.audio import wav
from approx_build.corpus.windows import Part, split
from approx_build.evaluation.comparison import Corpus
from approx_build.evaluation.memorisation import Baseline, SearchTerms
from approx_build.execution.context import ActionContext
from approx_build.execution.work import Result


def make(context: ActionContext) -> Result:
    """The evaluation of the takes, or, without takes, of the held-out recordings, as JSON."""
    params = context.params
    named = zip(params["recordings"], context.inputs("prepared"), strict=True)
    parts = [Part(name, wav.mapped(path)) for name, path in named]
    found = split([part for part in parts if part.length], params["rate"], **params["split"])
    terms = SearchTerms.model_validate(params["search"])
    corpus = Corpus(found, params["rate"], terms)
    takes = [wav.read(path).data for path in context.inputs("take")]
    if not takes:
        return context.keep_json(corpus.itself())
    baseline = Baseline.load(context.json_input("corpus")["baseline"])
    return context.keep_json(corpus.evaluate(takes, baseline))
