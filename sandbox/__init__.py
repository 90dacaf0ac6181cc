"""The practice room without its screens: everything the product knows, and no Streamlit.

A map, from the nouns outward. Each module's own docstring says what it hides.

- ``records``: the frozen nouns (Prompt, Exercise, Run, Finding, Cleared, Verdict …) and the error tree
- ``settings``: the one reader of the environment and of ``sandbox.toml``
- ``library``: templates and exercises as files; finds, validates and renders them
- ``guard``: finds and masks personal data; the only maker of a ``Cleared``
- ``tokens``: counts and budgets, without a network
- ``llm``: the endpoints, their quirks and faults; the only importer of openai
- ``local_model``: the embedded model: assembled, verified, served on loopback
- ``turns``: whose turn it is; live answers that outlive a browser tab
- ``checks``, ``formulas``: verdicts with evidence; formulas really calculated
- ``documents``: what is taken home and what is uploaded
- ``store``, ``migrations``: what is kept
- ``practice``: the use cases a page or the shell calls: preview, run, stop, check, finish

Who may import whom is drawn in ``docs/architecture.md`` and held by a test.
"""
