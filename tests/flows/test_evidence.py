"""The sentence in which words stand."""

from __future__ import annotations

import pytest

from flows.loading.evidence import sentence_at

TEXT = "云溪市2024年报告\n一年来，新收案件12件，审结10件。开展普法30场；走访1.5万户\n没有句号的一段"

SENTENCES = [
    pytest.param("12件", "一年来，新收案件12件，审结10件。", id="full stop"),
    pytest.param("30场", "开展普法30场；", id="semicolon"),
    pytest.param("1.5万户", "走访1.5万户", id="end of paragraph"),
    pytest.param("云溪市", "云溪市2024年报告", id="first of the text"),
    pytest.param("一段", "没有句号的一段", id="last of the text"),
    pytest.param("审结10件。开展", "一年来，新收案件12件，审结10件。开展普法30场；", id="two sentences"),
]


@pytest.mark.parametrize(("words", "sentence"), SENTENCES)
def test_the_sentence_of_words(words: str, sentence: str) -> None:
    start = TEXT.index(words)
    assert sentence_at(TEXT, start, start + len(words)) == sentence
