"""What pydantic 1 had and pydantic 2 has not.

Sources: pydantic 2, migration guide and ``pydantic/_migration.py`` (``REMOVED_IN_V2``, and
``pydantic:BaseSettings``); pydantic-settings 2, "Environment variable names": ``env`` is no
argument of `Field` there, and arguments that it does not know are ignored.
"""

from __future__ import annotations

REMOVED = frozenset(
    {
        "BaseSettings", "ConstrainedBytes", "ConstrainedDate", "ConstrainedDecimal",
        "ConstrainedFloat", "ConstrainedFrozenSet", "ConstrainedInt", "ConstrainedList",
        "ConstrainedSet", "ConstrainedStr", "JsonWrapper", "NoneBytes", "NoneStr",
        "NoneStrBytes", "Protocol", "Required", "StrBytes", "compiled",
        "create_model_from_namedtuple", "create_model_from_typeddict", "parse_file_as",
        "parse_raw_as", "stricturl", "validate_model",
    }
)  # fmt: skip
"""Names of the package whose import raises PydanticImportError."""
PACKAGE = "pydantic"
SETTINGS = frozenset({"pydantic_settings.BaseSettings", "pydantic.BaseSettings"})
FIELD = frozenset({"pydantic.Field", "pydantic.fields.Field"})
ENV = "env"
PREFIX = "env_prefix"
CONFIGURATIONS = frozenset({"model_config", "Config"})
