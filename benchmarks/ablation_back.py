"""What the time of the way back is made of: `python benchmarks/ablation_back.py`.

As `ablation.py` does it: the generated function is written again, for one copy, without what this copy does
not need. `call` is `mapping.reverse`; `texts` what the look for half surrogate pairs takes of it.
"""

from __future__ import annotations

from ablation import ROUNDS, ablated
from harness import Work, call, measure, medians

import custmap
from back import LEAN, copies
from custmap.border.quick import require_text
from records import MAPPINGS


def run() -> None:
    head = ("call", "texts", "function", "no classes", "no tests", "lean")
    print(f"{'':<40}" + "".join(f"{one:>12}" for one in head) + "   µs; over lean, but for texts")
    for what, name, document in copies({name: custmap.load(name) for name in MAPPINGS}):
        mapping = custmap.load(name)
        (layer,) = mapping.back.layers
        apply = layer.code.apply
        function = Work("apply(document, ())", {"apply": apply, "document": document})
        customer = function.once()[0]
        less = ablated(apply, function)
        assert all(work.once()[0] == customer for work in less)
        works = [call(mapping.reverse, document), call(require_text, customer), function, *less]
        times, ratios = medians(measure([*works, call(LEAN[name], document)], ROUNDS))
        over = [ratios[-1] / ratio for ratio in ratios]
        print(f"{what:<40}" + "".join(f"{time:>12.2f}" for time in times), end="   ")
        print("  ".join(f"{over[at]:.2f}" for at in (0, 2, 3, 4)), flush=True)


if __name__ == "__main__":
    run()
