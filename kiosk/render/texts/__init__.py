"""Every word that members and staff read, in both languages; the types keep them complete."""

from kiosk.domain.names import Name
from kiosk.domain.policy import Language
from kiosk.render.texts.en import EN
from kiosk.render.texts.model import Texts
from kiosk.render.texts.zh import ZH

_TEXTS = {Language.ZH: ZH, Language.EN: EN}


def texts(language: Language) -> Texts:
    """Return the words of a language."""
    return _TEXTS[language]


def name_in(language: Language, name: Name) -> str:
    """Choose a name's language; where that one was left empty, the other."""
    if language is Language.ZH:
        return name.zh or name.en
    return name.en or name.zh
