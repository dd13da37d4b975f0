"""rjieba stands in for jieba only as long as both cut alike."""

from __future__ import annotations

import logging

import pytest

from flows.extraction.words import cut, lexicon

TEXTS = [
    "全年新收行政复议案件213件，同比增长18.4%，行政机关负责人出庭应诉率达100%。",
    "各乡镇人民调解委员会排查化解矛盾纠纷1.2万余起，培训人民调解员3600人次。",
    "推行“互联网+监管”，双随机抽查企业420家次，公示结果信息5800条。",
    "依法治县办组织开展法治督察，反馈问题37个，已整改35个。",
    "研究生命起源，结合成分子时；乒乓球拍卖完了。",
]


@pytest.mark.parametrize("text", TEXTS)
def test_both_cut_alike_without_the_lexicon(text: str) -> None:
    import jieba
    import rjieba

    jieba.setLogLevel(logging.ERROR)
    assert rjieba.cut(text, False) == jieba.lcut(text, HMM=False)


@pytest.mark.parametrize("text", TEXTS)
def test_the_words_joined_are_the_text(text: str) -> None:
    assert "".join(cut(text)) == text


@pytest.mark.parametrize("word", ["行政规范性文件", "出庭应诉率", "人民调解委员会"])
def test_a_word_of_the_lexicon_is_not_cut(word: str) -> None:
    assert word in lexicon()
    assert word in cut(f"本县{word}情况如下")


def test_the_longest_word_of_the_lexicon_wins() -> None:
    assert cut("人民调解委员会") == ("人民调解委员会",)


def test_nothing_is_cut_from_nothing() -> None:
    assert cut("") == ()
