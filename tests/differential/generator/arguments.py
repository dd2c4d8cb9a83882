"""Every argument of every subject: valid, misspelt, missing, out of range, of a wrong type."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chutes_cli.contract.sdk import Signature, contract

from .case import Case, call
from .subjects import Subject

WRONG_TYPES = {
    "int": "7",
    "str": '"words"',
    "list": '["words"]',
    "dict": '{"words": 1}',
    "none": "None",
    "bool": "True",
    "float": "1.5",
    "nan": 'float("nan")',
    "object": "object()",
}

Form = Callable[[str, str], tuple[str, str]]
"""From a keyword and a value's text to what stands before the call, and the argument."""

ARGUMENT_FORMS: dict[str, Form] = {
    "literal": lambda name, text: ("", f"{name}={text}"),
    "constant": lambda name, text: (f"SETTING = {text}\n", f"{name}=SETTING"),
    "through-two-names": lambda name, text: (
        f"FIRST = {text}\nSECOND = FIRST\n", f"{name}=SECOND"),
    "spread": lambda name, text: ("", f"**{{{name!r}: {text}}}"),
    "config": lambda name, text: (f"CONFIG = {{{name!r}: {text}}}\n", "**CONFIG"),
    "dict-call": lambda name, text: (f"CONFIG = dict({name}={text})\n", "**CONFIG"),
    "settings-class": lambda name, text: (
        f"class Settings:\n    value = {text}\n", f"{name}=Settings.value"),
    "entry": lambda name, text: (f"CONFIG = {{'value': {text}}}\n", f"{name}=CONFIG['value']"),
}  # fmt: skip

WRAPPINGS: dict[str, Callable[[str, str], str]] = {
    "function": lambda target, made: (
        f"def make():\n{indented(f'return {made}')}\n{target} = make()\n"
    ),
    "local-in-function": lambda target, made: (
        f"def make():\n{indented(f'made = {made}')}    return made\n\n{target} = make()\n"
    ),
    "try": lambda target, made: (
        f"try:\n{indented(f'{target} = {made}')}except ImportError:\n    raise\n"
    ),
    "if": lambda target, made: f"if __name__ != '':\n{indented(f'{target} = {made}')}",
    "annotated": lambda target, made: f"{target}: object = {made}\n",
    "chained": lambda target, made: f"other = {target} = {made}\n",
    "with": lambda target, made: (
        "import contextlib\n\nwith contextlib.suppress(KeyError):\n"
        + indented(f"{target} = {made}")
    ),
}


def indented(text: str) -> str:
    """Return text four columns to the right."""
    return "".join(f"    {line}\n" for line in text.splitlines())


def cases(subject: Subject) -> Iterator[Case]:
    """Yield the cases of one subject."""
    signature = contract().signature(subject.signature)
    assert signature is not None, subject.signature
    yield written(subject, "sound", list(subject.sound.items()))
    yield from _values(subject, signature)
    yield from _names(subject, signature)
    yield from _counts(subject, signature)
    yield from _forms(subject)
    yield from _imports(subject)


def written(
    subject: Subject,
    name: str,
    arguments: list[tuple[str, str]],
    *,
    before: str = "",
    knowable: bool = True,
    wrap: Callable[[str, str], str] | None = None,
    imported: str | None = None,
    callee: str | None = None,
) -> Case:
    """Return a case whose call has these arguments; an empty keyword means as it stands."""
    texts = [f"{keyword}={text}" if keyword else text for keyword, text in arguments]
    made = call(callee or subject.callee, texts)
    if not subject.target:
        statement = f"{before}{made}"
    else:
        assign = wrap or (lambda target, made: f"{target} = {made}\n")
        statement = f"{before}{assign(subject.target, made)}".rstrip("\n")
    imports = subject.imported if imported is None else imported
    source = (
        subject.text.replace("<<imports>>", f"{imports}\n" if imports else "")
        .replace("<<call>>", statement)
        .replace("<<target>>", subject.target)
    )
    calls = None if name.split("/")[0] in subject.uncalled else subject.calls
    return Case(f"{subject.id}/{name}", source, files=subject.files, calls=calls,
                drive=subject.drive, knowable=knowable)  # fmt: skip


def replaced(subject: Subject, name: str, text: str) -> list[tuple[str, str]]:
    """Return the sound arguments with one given anew, always by keyword."""
    return list({**subject.sound, name: text}.items())


def _without(subject: Subject, name: str) -> list[tuple[str, str]]:
    return [each for each in subject.sound.items() if each[0] != name]


def _values(subject: Subject, signature: Signature) -> Iterator[Case]:
    """Yield good values, bad values and wrong types, each form in turn."""
    forms = list(ARGUMENT_FORMS.items())
    turn = 0
    for name in signature.keywords:
        for kind, texts in (("good", subject.good), ("out-of-range", subject.bad)):
            for number, text in enumerate(texts.get(name, ()), 1):
                yield written(subject, f"{name}/{kind}/{number}", replaced(subject, name, text))
        for label, text in WRONG_TYPES.items():
            if subject.types is not None and name not in subject.types:
                continue
            if label == "str" and signature.parameter(name).annotation.startswith("str"):
                continue
            form, make = forms[turn % len(forms)]
            turn += 1
            before, argument = make(name, text)
            yield written(
                subject,
                f"{name}/wrong-type/{label}-{form}",
                [*_without(subject, name), ("", argument)],
                before=before,
                knowable=label != "object",
            )


def _names(subject: Subject, signature: Signature) -> Iterator[Case]:
    """Yield names that do not exist, required ones left out, ones from elsewhere."""
    forms = list(ARGUMENT_FORMS.items())
    for turn, name in enumerate(signature.keywords):
        text = subject.sound.get(name) or (subject.good.get(name) or ("None",))[0]
        form, make = forms[turn % len(forms)]
        wrong = _misspelt(name, signature)
        before, argument = make(wrong, text)
        yield written(
            subject, f"{name}/misspelt/{form}", [*subject.sound.items(), ("", argument)],
            before=before,
        )  # fmt: skip
        if name in subject.sound:
            yield written(subject, f"{name}/missing", _without(subject, name))
    for turn, name in enumerate(FOREIGN):
        form, make = forms[turn % len(forms)]
        if signature.accepts(name):
            continue
        before, argument = make(name, FOREIGN[name])
        yield written(
            subject, f"{name}/unknown/{form}", [*subject.sound.items(), ("", argument)],
            before=before,
        )  # fmt: skip


FOREIGN = {
    "min_instances": "1",
    "timeout_seconds": "300",
    "python_version": '"3.12"',
    "regions": '["eu"]',
    "environment": '{"A": "b"}',
    "exclude": '["h100"]',
    "public_api_path": '"/x"',
    "retry": "3",
}


def _misspelt(name: str, signature: Signature) -> str:
    """Return a name that is close to a parameter's and nothing the callee takes."""
    for wrong in (f"{name}s", name[:-1], f"{name[0]}{name}", name.replace("_", "")):
        if wrong.isidentifier() and not signature.accepts(wrong):
            return wrong
    raise AssertionError(name)


def _counts(subject: Subject, signature: Signature) -> Iterator[Case]:
    """Yield arguments given twice, by position, and one too many."""
    sound = list(subject.sound.items())
    for name, text in sound:
        yield written(subject, f"{name}/twice/keyword", [*sound, (name, text)])
        yield written(subject, f"{name}/twice/spread", [*sound, ("", f"**{{{name!r}: {text}}}")])
    positional = [one.name for one in signature.positional]
    in_order = [name for name in positional if name in subject.sound]
    leading = [
        name for name, expected in zip(in_order, positional, strict=False) if name == expected
    ]
    if leading:
        by_place = [("", subject.sound[name]) for name in leading]
        rest = [each for each in sound if each[0] not in leading]
        yield written(subject, "positional/right", by_place + rest)
        first = leading[0]
        yield written(
            subject, f"positional/{first}-again", [*by_place, *rest, (first, subject.sound[first])]
        )
    yield written(subject, "positional/one", [("", "1"), *sound])
    yield written(subject, "positional/surplus", [("", "None")] * (len(positional) + 1))
    yield written(subject, "positional/starred", [("", "*[1]"), *sound])
    yield written(subject, "nothing", [])


def _forms(subject: Subject) -> Iterator[Case]:
    """Yield one fault, and its sound twin, in every form and wrapping."""
    name, bad = _fault_of(subject)
    good = subject.sound.get(name) or subject.good[name][0]
    for form, make in ARGUMENT_FORMS.items():
        for kind, text in (("bad", bad), ("good", good)):
            before, argument = make(name, text)
            yield written(
                subject, f"{name}/form/{form}-{kind}", [*_without(subject, name), ("", argument)],
                before=before,
            )  # fmt: skip
    for kind, text in (("bad", bad), ("good", good)):
        default = text if text.startswith('"') else f'"{text}"'
        yield written(
            subject, f"{name}/environment/{kind}",
            [*_without(subject, name), (name, f'os.getenv("SETTING", {default})')],
            before="import os\n\n", knowable=False,
        )  # fmt: skip
    if subject.target:
        for wrapping, wrap in WRAPPINGS.items():
            for kind, text in (("bad", bad), ("good", good)):
                yield written(
                    subject, f"{name}/in-{wrapping}/{kind}", replaced(subject, name, text),
                    wrap=wrap,
                )  # fmt: skip


def _fault_of(subject: Subject) -> tuple[str, str]:
    """Return a parameter and a value that shows the subject's typical fault."""
    return {
        "chute": ("concurrency", '"8"'),
        "node-selector": ("gpu_count", "9"),
        "image": ("name", '"a b"'),
        "cord": ("public_api_path", '"/users/{id}"'),
        "job": ("timeout", "10"),
        "port": ("port", "80"),
        "on-startup": ("priority", '"first"'),
        "on-shutdown": ("priority", '"first"'),
    }.get(subject.id, ("revision", '""'))


def _imports(subject: Subject) -> Iterator[Case]:
    """Yield one fault, and its sound twin, under every way to import the callee."""
    if not subject.imported:
        return
    _, package, _, name = subject.imported.split()
    fault, bad = _fault_of(subject)
    good = subject.sound.get(fault) or subject.good[fault][0]
    defining = subject.signature.rpartition(".")[0]
    ways = {
        "alias": (f"from {package} import {name} as Other", "Other"),
        "module": (f"import {package}", f"{package}.{name}"),
        "module-alias": (f"import {package} as sdk", f"sdk.{name}"),
        "defining-module": (f"from {defining} import {name}", name),
        "star": (f"from {package} import *", name),
        "reassigned": (f"{subject.imported}\n\nMake = {name}", "Make"),
        "guarded": (f"try:\n    {subject.imported}\nexcept ImportError:\n    raise", name),
        "future": (f"from __future__ import annotations\n{subject.imported}", name),
    }
    for way, (imported, callee) in ways.items():
        for kind, text in (("bad", bad), ("good", good)):
            yield written(
                subject, f"{fault}/import-{way}/{kind}", replaced(subject, fault, text),
                imported=imported, callee=callee,
            )  # fmt: skip
