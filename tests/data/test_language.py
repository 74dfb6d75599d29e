import pytest

from jointre.data.language import language_of

TEXTS = {
    "en": "The ferry to the island was late again, and nobody knew why.",
    "de": "Die Fähre zur Insel kam wieder zu spät, und niemand wusste, warum das so war.",
    "fr": "Le bateau de l'île est encore en retard, et personne ne sait pourquoi il est parti.",
    "es": "El barco de la isla llegó otra vez tarde y nadie supo por qué no había salido.",
    "zh": "渡船又晚点了，没有人知道原因。",
    "ja": "フェリーはまた遅れて、誰も理由を知らなかった。",
    "ru": "Паром на остров опять опоздал, и никто не знал почему.",
    "ko": "섬으로 가는 배가 또 늦었고 아무도 이유를 몰랐다.",
}


@pytest.mark.parametrize("code", TEXTS)
def test_guesses_the_language(code: str) -> None:
    assert language_of([TEXTS[code]]) == code


def test_nothing_speaks_for_another_language() -> None:
    assert language_of([]) == "en"
    assert language_of(["IL-2 TNF-α p53 1998 …"]) == "en"
