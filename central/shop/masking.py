"""Names as terminals may show them: enough for the member, too little for the next in the queue."""


def mask_name(name: str) -> str:
    """Hide the middle of a name, and the second half of a short one.

    Each word of a name with spaces is masked by itself.

    >>> [mask_name(name) for name in ("王小明", "王明", "欧阳娜娜", "李", "Emma Smith", "")]
    ['王*明', '王*', '欧**娜', '*', 'E**a S***h', '']
    """
    return " ".join(_mask_word(word) for word in name.split())


def _mask_word(word: str) -> str:
    match len(word):
        case 1:
            return "*"
        case 2:
            return word[0] + "*"
        case length:
            return word[0] + "*" * (length - 2) + word[-1]


def last4(phone: str) -> str:
    """Return a phone number's last four digits; nothing of one that has no more than four."""
    digits = "".join(c for c in phone if c in "0123456789")
    return digits[-4:] if len(digits) > 4 else ""
