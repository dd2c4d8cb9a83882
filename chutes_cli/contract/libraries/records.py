"""Classes whose ``__init__`` is made from their fields.

Sources: dataclasses, typing.NamedTuple, attrs ("attrs.define"), pydantic (models and dataclasses).
"""

from __future__ import annotations

RECORD_DECORATORS = frozenset(
    {
        "dataclasses.dataclass", "pydantic.dataclasses.dataclass",
        "attr.s", "attr.attrs", "attr.dataclass", "attr.define", "attr.frozen", "attr.mutable",
        "attrs.define", "attrs.frozen", "attrs.mutable",
    }
)  # fmt: skip
VALIDATED_BASES = frozenset({"pydantic.BaseModel", "pydantic.main.BaseModel", "msgspec.Struct"})
"""Those whose objects are also made from what a client sends."""
RECORD_BASES = VALIDATED_BASES | {"typing.NamedTuple"}
FIELD_CALLS = frozenset(
    {
        "dataclasses.field", "attr.ib", "attr.attrib", "attr.field", "attrs.field",
        "pydantic.Field", "pydantic.fields.Field", "pydantic.PrivateAttr", "msgspec.field",
    }
)  # fmt: skip
"""What stands for a default in a class body and is none itself."""
SHOWING = "repr"
"""Argument of decorators and fields that keeps them out of an object's text."""
HIDING_TYPES = frozenset({"SecretStr", "SecretBytes"})
FACTORIES = frozenset({"default_factory", "factory"})
"""Arguments of these that are called to make a default."""
POSITIONAL_DEFAULT = frozenset(
    {"pydantic.Field", "pydantic.fields.Field", "pydantic.PrivateAttr", "attr.ib", "attr.attrib"}
)
"""Those whose first argument is the default."""
AS_DICTIONARY = frozenset({"asdict", "vars"})
"""Last names of functions that give the fields of an object by their names."""
DUMPS = frozenset({"model_dump", "dict", "_asdict"})
"""Methods that do so of their own object."""
