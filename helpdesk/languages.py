"""Languages that people write in, by the names that they give them themselves."""

from django.conf import settings
from django.conf.locale import LANG_INFO

OWN_NAMES = {"zh-hant": "繁體中文", "pt-br": "Português (Brasil)"}


def language_names() -> dict[str, str]:
    """Code and own name of every language that staff texts have a column for."""
    return {
        code: OWN_NAMES.get(code) or LANG_INFO[code]["name_local"]
        for code in settings.MODELTRANSLATION_LANGUAGES
    }


def column_of(language: str) -> str:
    """The column suffix that holds a text in `language`; English where there is none."""
    code = language.lower()
    known = settings.MODELTRANSLATION_LANGUAGES
    found = (
        code
        if code in known
        else next((own for own in known if own.split("-")[0] == code.split("-")[0]), "en")
    )
    return found.replace("-", "_")


def isolated(text: str) -> str:
    """Text of others inside a sentence of ours, whose stops right-to-left words leave alone."""
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"
