"""Words of asking and of talk: they count a quarter, since they say nothing about the subject (ranking recipe A)."""

from __future__ import annotations

ASK_WEIGHT = 0.25

_ASK_WRITTEN = """
吗 呢 吧 啊 呀 么 嘛 什么 什么样 什么时候 怎么 怎么办 怎么样 怎样 如何 为什么 为何 何时 何种 哪些 哪种 哪个 哪里 哪
谁 多少 多久 多长时间 几 是否 能否 可否 会不会 能不能 可不可以 是不是 有没有 算不算 请问 想问 问 一下 我 我们 你
你们 他 她 它 他们 她们 自己 咱们 应该 该 应 可以 能 能够 会 要 需要 想 得 的 了 着 过 地 是 有 在 和 与 或 及 就 都
还 也 又 再 才 那 那么 这 这个 这种 这样 那个 把 被 给 让 对 对于 关于 向 为 为了 以 因 因为 由 由于 从 到 于 但
但是 如果 假如 若 而 且 并 并且 所以 时 后 前 中 下 上 里 内 等 其 之 很 太 情况 情形 怎么算 算 属于 存在 进行
有哪些 有何 区别 意思
"""
ASK = frozenset(_ASK_WRITTEN.split())
