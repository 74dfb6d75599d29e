"""Counts in messages: ``1 relation that crosses …``, but ``2 relations that cross …``."""

import re

# The head noun is the first plural word; at most three words, such as "further", stand before it.
_HEAD = re.compile(
    r"(?P<before>(?:(?!of |in |with )[\w-]+ ){0,3}?)(?P<noun>[\w-]*[a-z]s)(?P<after>(?!['\w]).*)",
    re.DOTALL,
)
_UNCHANGED = ("ss", "us", "is")
_TO_BE = {"are": "is", "were": "was", "have": "has"}
_VERBS = "begin cross end group hold lie overlap relate repeat start"
_CONJUGATED = _TO_BE | {
    verb: f"{verb}es" if verb.endswith("ss") else f"{verb}s" for verb in _VERBS.split()
}


def counted(count: int, phrase: str) -> str:
    """A number and a phrase that agrees with it.

    Args:
        count: The number.
        phrase: What is counted, in the plural: a noun, and possibly words that describe it, such
            as ``"relations that cross a sentence boundary"``.

    Example:
        >>> counted(1, "entities"), counted(1200, "entities")
        ('1 entity', '1,200 entities')
    """
    return f"{count:,} {singular(phrase) if count == 1 else phrase}"


def there_are(count: int, noun: str) -> str:
    """The sentence that states a count.

    Args:
        count: The number.
        noun: What is counted, in the plural.

    Example:
        >>> there_are(1, "entities"), there_are(2, "entities")
        ('there is 1 entity', 'there are 2 entities')
    """
    return f"there {'is' if count == 1 else 'are'} {counted(count, noun)}"


def singular(phrase: str) -> str:
    """The phrase in the singular: its head noun, and the verbs and pronouns that agree with it.

    Args:
        phrase: A phrase in the plural, as :func:`counted` takes it.

    Example:
        >>> singular("regions skipped, because their text is not at their offsets")
        'region skipped, because its text is not at its offsets'
    """
    match = _HEAD.match(phrase)
    if match is None or match["noun"].endswith(_UNCHANGED):
        return phrase
    return match["before"] + _singular_noun(match["noun"]) + _agreeing(match["after"])


def _singular_noun(noun: str) -> str:
    if noun.endswith("ies"):
        return f"{noun[:-3]}y"
    if noun.endswith(("ches", "shes", "xes", "sses")):
        return noun[:-2]
    return noun[:-1]


def _agreeing(words: str) -> str:
    """The words after the head noun, in the singular."""
    text, bracket, aside = words.partition(" (")  # an aside is about other things
    text = re.sub(r"\btheir\b", "its", text).replace(" of theirs", " of it")
    text = re.sub(r"\bthey (\w+)", lambda match: f"it {_conjugated(match[1])}", text)
    text = re.sub(r"(?<= lists )them\b", "it", text)
    text = re.sub(r"^( that )(\w+)((?: (?!or\b)\w+)?)(?: or (\w+))?", _relative_clause, text)
    if " whose " not in text and " in which " not in text:
        text = re.sub(r"(?<!that )\b(are|were)\b", lambda match: _TO_BE[match[1]], text, count=1)
    return text + bracket + aside


def _relative_clause(match: re.Match[str]) -> str:
    """A clause such as ``that are empty or hold``, in the singular."""
    second_verb = f" or {_conjugated(match[4])}" if match[4] else ""
    return match[1] + _conjugated(match[2]) + match[3] + second_verb


def _conjugated(verb: str) -> str:
    return _CONJUGATED.get(verb, verb)
