"""Raw text → Document: tokens with character offsets, sentences by spaCy."""

from typing import final

import spacy

from jointre.data.schema import Document, Span
from jointre.errors import ConfigError


@final
class TextSplitter:
    """Tokenises text and finds its sentences by rule; no model is needed.

    Args:
        language: spaCy's code of the language, ``"en"`` for example, ``"xx"`` for any.

    Raises:
        ConfigError: spaCy does not know the language.
    """

    def __init__(self, language: str = "en") -> None:
        try:
            self._nlp = spacy.blank(language)
        except (ImportError, ValueError) as error:
            raise ConfigError(
                f"language={language!r}: spaCy has no such language; take its code, such as en, "
                "de or zh, or xx for any"
            ) from error
        self._nlp.add_pipe("sentencizer")
        self._nlp.max_length = 2**31  # the limit guards parsers, which are not used here

    def __call__(self, text: str, id: str) -> Document:
        """The text as a Document; white space makes no token."""
        tokens: list[str] = []
        offsets: list[tuple[int, int]] = []
        sentences: list[Span] = []
        for sentence in self._nlp(text).sents:
            first = len(tokens)
            for token in sentence:
                if not token.is_space:
                    tokens.append(token.text)
                    offsets.append((token.idx, token.idx + len(token.text)))
            if len(tokens) > first:
                sentences.append(Span(first, len(tokens)))
        return Document(id, tuple(tokens), text, tuple(offsets), tuple(sentences))
