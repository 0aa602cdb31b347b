"""Pinyin of titles: syllables and initials for the index, and the ways a typed string of letters can be read.

pypinyin and its dictionary are loaded on the first title, never at start; reading what was typed needs only the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from indexers.analysis.tokens import is_han, runs, words_of_query

MAX_READINGS = 8
MAX_TYPED = 40
_TYPED = re.compile(r"[a-z]+(?:[\s'\-]+[a-z]+)*")

_SYLLABLES_WRITTEN = """
a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu ca cai can cang cao ce cen ceng cha
chai chan chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui chun chuo ci cong cou cu cuan
cui cun cuo da dai dan dang dao de dei den deng di dia dian diao die ding diu dong dou du duan dui dun duo e ei en
eng er fa fan fang fei fen feng fo fou fu ga gai gan gang gao ge gei gen geng gong gou gu gua guai guan guang gui
gun guo ha hai han hang hao he hei hen heng hong hou hu hua huai huan huang hui hun huo ji jia jian jiang jiao jie
jin jing jiong jiu ju juan jue jun ka kai kan kang kao ke kei ken keng kong kou ku kua kuai kuan kuang kui kun kuo
la lai lan lang lao le lei len leng li lia lian liang liao lie lin ling liu lo long lou lu luan lun luo lv lve ma
mai man mang mao me mei men meng mi mian miao mie min ming miu mo mou mu na nai nan nang nao ne nei nen neng ni nian
niang niao nie nin ning niu nong nou nu nuan nun nuo nv nve o ou pa pai pan pang pao pei pen peng pi pian piao pie
pin ping po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun ran rang rao re ren reng ri rong
rou ru rua ruan rui run ruo sa sai san sang sao se sen seng sha shai shan shang shao she shei shen sheng shi shou
shu shua shuai shuan shuang shui shun shuo si song sou su suan sui sun suo ta tai tan tang tao te tei teng ti tian
tiao tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng wo wu xi xia xian xiang xiao xie xin xing
xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yo yong you yu yuan yue yun za zai zan zang zao ze zei zen
zeng zha zhai zhan zhang zhao zhe zhei zhen zheng zhi zhong zhou zhu zhua zhuai zhuan zhuang zhui zhun zhuo zi zong
zou zu zuan zui zun zuo
"""
SYLLABLES = frozenset(_SYLLABLES_WRITTEN.split())
_LONGEST = 6
_TYPED_OTHERWISE = {"lue": "lve", "nue": "nve"}
_STARTS = frozenset(syllable[:length] for syllable in SYLLABLES for length in range(1, len(syllable) + 1))


def syllables_of(folded: str) -> list[tuple[int, str]]:
    """Offset and syllable of every Han character, read in the words it stands in; a Latin run is one of its own."""
    spelt: list[tuple[int, str]] = []
    for start, run in runs(folded):
        if is_han(run):
            spelt += [(start + place, syllable) for place, syllable in enumerate(_spell_run(run))]
        else:
            spelt.append((start, run))
    return spelt


def title_views(folded: str) -> tuple[str, str]:
    """Syllables, and pairs of neighbouring initials, as the index holds them."""
    spelt = syllables_of(folded)
    initials = "".join(syllable[0] for offset, syllable in spelt if is_han(folded[offset]))
    return " ".join(syllable for _, syllable in spelt), " ".join(initial_pairs(initials))


def initial_pairs(initials: str) -> list[str]:
    return [first + second for first, second in pairwise(initials)]


def typed_groups(folded: str) -> list[str]:
    """Groups of letters when the text can be pinyin and nothing else, else none."""
    text = folded.strip().replace("ü", "v")
    if not 2 <= len(text) <= MAX_TYPED or not _TYPED.fullmatch(text):
        return []
    return re.split(r"[\s'\-]+", text)


def readings(group: str, *, unfinished: bool = False) -> list[list[str]]:
    """All ways to cut the letters into syllables, at most MAX_READINGS, fewest syllables first.

    With `unfinished` the last one may be the beginning of a syllable.
    """
    found = sorted(_readings(group, unfinished), key=len)
    return [[_TYPED_OTHERWISE.get(syllable, syllable) for syllable in reading] for reading in found[:MAX_READINGS]]


def _readings(group: str, unfinished: bool) -> list[list[str]]:
    whole: list[list[list[str]]] = [[[]], *([] for _ in group)]
    for end in range(1, len(group) + 1):
        for start in range(max(0, end - _LONGEST), end):
            piece = group[start:end]
            is_last = unfinished and end == len(group)
            if piece in SYLLABLES or piece in _TYPED_OTHERWISE or (is_last and piece in _STARTS):
                whole[end] += [[*before, piece] for before in whole[start]][:MAX_READINGS]
    return whole[-1]


def _spell_run(run: str) -> Iterator[str]:
    for word in words_of_query(run):
        yield from _spell_word(word)


@lru_cache(maxsize=50_000)
def _spell_word(word: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin  # here: its dictionary is loaded once a title is spelt, not at start

    spelt = [syllable.replace("ü", "v") for syllable in lazy_pinyin(word, errors=_each)]  # type: ignore[arg-type]
    return tuple(spelt) if len(spelt) == len(word) else tuple(word)


def _each(unknown: str) -> list[str]:
    """Characters the dictionary lacks stay as they are, one by one, so that places are kept."""
    return list(unknown)
