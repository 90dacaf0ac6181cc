"""Find, validate and fill the course's content: templates and exercises are files, never code.

Hides where the files lie, YAML, and how a broken file is told apart from a good one. Every
complaint names the file, the line and what to do. The parts: ``header`` (YAML with lines),
``schema`` (which keys there are), ``parse`` (a template), ``exercise_folder`` (an exercise),
``labs`` (its experiment, and a module's lesson), ``shelf`` (all files, and ``overlay``: what is
published on screen beside them), ``fill`` (blanks), ``write`` (back to text).
"""

from sandbox.library.complaints import all_of
from sandbox.library.exercise_folder import parse_exercise, read_answer, read_exercise
from sandbox.library.fill import check_values, is_yes, missing, picked, prefilled, render, typed
from sandbox.library.labs import LESSON_FILE
from sandbox.library.overlay import Overlay, PublishedShelf
from sandbox.library.parse import parse_prompt
from sandbox.library.schema import exercise_schema, template_schema
from sandbox.library.shelf import Library, between_files, show_path
from sandbox.library.write import to_text, write_text

__all__ = [
    "LESSON_FILE",
    "Library",
    "Overlay",
    "PublishedShelf",
    "all_of",
    "between_files",
    "check_values",
    "exercise_schema",
    "is_yes",
    "missing",
    "parse_exercise",
    "parse_prompt",
    "picked",
    "prefilled",
    "read_answer",
    "read_exercise",
    "render",
    "show_path",
    "template_schema",
    "to_text",
    "typed",
    "write_text",
]
