"""The rules of the house style that a machine can see. Prints what breaks one; fails if anything does.

A line that has a good reason says it: `# sight: why this may be read by anybody`,
`# now: why this is no act with a moment of its own`.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "appeals", "rulebook", "helpdesk", "accounts", "journal")
MOVE = Path("journal/actions.py")
DOORS = ("views", "api")
# What a migration may name of ours: how ids are made never changes.
FOREVER = {"journal.ids"}
# Where the moment of an act is looked up, once; below, `at=` is an argument.
WHERE_TIME_COMES_IN = {*DOORS, "tasks", "commands", "middleware", "signals", "adapter", "pages", "publishing"}
SIGHT = "# sight:"
NOW = "# now:"


def files() -> Iterator[Path]:
    for app in APPS:
        yield from (path.relative_to(ROOT) for path in sorted((ROOT / app).rglob("*.py")))


def status_is_moved(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Only move() assigns a status: it knows the allowed moves and writes the event."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Attribute) and target.attr == "status" for target in targets):
            yield node.lineno, "assigns .status; call journal.actions.move()"
        keywords = node.keywords if isinstance(node, ast.Call) and called(node) == "update" else []
        if any(keyword.arg == "status" for keyword in keywords):
            yield node.lineno, "updates status; call journal.actions.move()"


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def migrations_stand_alone(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """A migration that imports our code changes when the code does."""
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            if name.split(".")[0] in APPS and name not in FOREVER:
                yield node.lineno, f"imports {name}; a migration stands alone"


def models_with_sight() -> set[str]:
    """The models of which not everybody may see every row: their set of rows has visible_to()."""
    trees = [
        ast.parse((ROOT / path).read_text(encoding="utf-8")) for path in files() if "models" in str(path)
    ]
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    sets = {of.name for of in classes if any(getattr(part, "name", "") == "visible_to" for part in of.body)}
    return {
        of.name for of in classes if any(name in ast.unparse(of) for name in sets) and of.name not in sets
    }


def doors_read_with_sight(tree: ast.AST, guarded: set[str]) -> Iterator[tuple[int, str]]:
    """What a page or a route reads goes through visible_to()."""
    for node in ast.walk(tree):
        of = node.value if isinstance(node, ast.Attribute) else None
        on = getattr(of.value, "id", "") if isinstance(of, ast.Attribute) and of.attr == "objects" else ""
        if on in guarded and node.attr not in {"visible_to", "none"}:
            yield node.lineno, f"reads {on}.objects.{node.attr}; begin with {on}.objects.visible_to(user)"
        if isinstance(node, ast.Call) and called(node) in {"get_object_or_404", "get_list_or_404"}:
            whole = getattr(node.args[0], "id", "") if node.args else ""
            if whole in guarded:
                yield node.lineno, f"reads all of {whole}; give {whole}.objects.visible_to(user)"


def time_is_an_argument(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """One act has one moment: looked up again below the door it is another, and no test can set it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in {"now", "localdate"}:
            yield node.lineno, "looks up the time; take `at=` from the door"


def is_below_doors(path: Path) -> bool:
    return not WHERE_TIME_COMES_IN & {path.stem, *path.parts[1:-1]} and path.parts[0] != "config"


def is_door(path: Path) -> bool:
    return path.stem in DOORS or any(part in DOORS for part in path.parts[1:-1])


def without_reason(
    found: Iterator[tuple[int, str]], mark: str, lines: list[str]
) -> Iterator[tuple[int, str]]:
    """Those that say no reason, in their line or the one above."""
    return ((line, why) for line, why in found if mark not in "".join(lines[line - 2 : line]))


def faults(path: Path, guarded: set[str]) -> Iterator[str]:
    text = (ROOT / path).read_text(encoding="utf-8")
    tree, lines = ast.parse(text), text.splitlines()
    found = [] if path == MOVE else list(status_is_moved(tree))
    if "migrations" in path.parts:
        found += migrations_stand_alone(tree)
    if is_door(path):
        found += without_reason(doors_read_with_sight(tree, guarded), SIGHT, lines)
    if is_below_doors(path):
        found += without_reason(time_is_an_argument(tree), NOW, lines)
    yield from (f"{path}:{line}: {why}" for line, why in sorted(set(found)))


def main() -> int:
    guarded = models_with_sight()
    found = [fault for path in files() for fault in faults(path, guarded)]
    sys.stderr.writelines(f"{fault}\n" for fault in found)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
