"""Chinese words of the pages, beside those of `hub.vocabulary.enums`."""

from __future__ import annotations

from hub.vocabulary.enums import Kind, LinkType, Validity

HUB_NAME = "内容中枢"

KIND_HINTS = {
    Kind.POLICY_DOCUMENT: "法规、规章、规范性文件",
    Kind.INTERPRETATION: "对政策的文字、图解与问答",
    Kind.SERVICE_ITEM: "办什么、怎么办、找谁办",
    Kind.ARTICLE: "要闻、公告、通知",
    Kind.MEDIA_ASSET: "图片、音频、视频与附件",
}
KIND_ORDER = tuple(KIND_HINTS)

FACET_LABELS = {
    "kind": "类型",
    "site": "站点",
    "section": "栏目",
    "unit": "单位",
    "year": "年份",
    "validity": "有效性",
    "topic": "主题",
    "region": "地区",
    "genre": "文种",
}
"""Facets a page may offer, in the order shown; names as in `hub.search.FACETS`."""

VALIDITY_NOTES = {
    Validity.EXPIRED: "本文件已失效，仅供查阅。",
    Validity.REPEALED: "本文件已废止，仅供查阅。",
    Validity.NOT_YET: "本文件尚未生效。",
    Validity.AMENDED: "本文件已被修改，请留意修改后的规定。",
}

LINK_LABELS = {
    (LinkType.INTERPRETS, True): "政策解读",
    (LinkType.INTERPRETS, False): "所解读的政策",
    (LinkType.IMPLEMENTS, False): "依据的上位文件",
    (LinkType.IMPLEMENTS, True): "落实本文件的文件",
    (LinkType.BASIS_OF, False): "以本文件为依据",
    (LinkType.BASIS_OF, True): "设定依据",
    (LinkType.AMENDS, False): "修改的文件",
    (LinkType.AMENDS, True): "修改本文件的文件",
    (LinkType.REPEALS, False): "废止的文件",
    (LinkType.REPEALS, True): "废止本文件的文件",
    (LinkType.REPLACES, False): "替代的文件",
    (LinkType.REPLACES, True): "替代本文件的文件",
    (LinkType.CITES, False): "引用的文件",
    (LinkType.CITES, True): "引用本文件的内容",
    (LinkType.REPORTS_ON, False): "报道的内容",
    (LinkType.REPORTS_ON, True): "相关报道",
    (LinkType.ILLUSTRATES, False): "配图说明的内容",
    (LinkType.ILLUSTRATES, True): "图片与视频",
    (LinkType.ATTACHES, False): "附件",
    (LinkType.ATTACHES, True): "附有本文件的内容",
    (LinkType.REPUBLISHES, False): "转载自",
    (LinkType.REPUBLISHES, True): "转载本文的内容",
    (LinkType.TRANSLATION_OF, False): "译自",
    (LinkType.TRANSLATION_OF, True): "其他语言版本",
    (LinkType.RELATES_TO, False): "相关内容",
    (LinkType.RELATES_TO, True): "提及本文的内容",
}
"""What a reader calls the far side of a link; (type, is_reverse), in the order shown."""

CODE_LABELS = {
    "licence": "行政许可",
    "penalty": "行政处罚",
    "coercion": "行政强制",
    "levy": "行政征收",
    "grant": "行政给付",
    "inspection": "行政检查",
    "confirmation": "行政确认",
    "reward": "行政奖励",
    "ruling": "行政裁决",
    "other_power": "其他行政权力",
    "public_service": "公共服务",
    "instant": "即办件",
    "promised": "承诺件",
    "working_day": "个工作日",
    "calendar_day": "个自然日",
    "hour": "小时",
    "month": "个月",
    "text": "文字",
    "infographic": "图解",
    "animation": "动漫",
    "audio": "音频",
    "video": "视频",
    "interview": "访谈",
    "briefing": "发布会",
    "qa": "问答",
    "h5": "H5",
    "expert": "专家",
    "official": "负责人",
}
"""Values of task type, project type, limit unit and interpretation form; no two tables share a code."""

ERROR_TEXTS = {
    400: ("请求有误", "地址里有本页看不懂的内容。"),
    404: ("没有找到这个页面", "地址可能写错了，或者内容不对外公开。"),
    405: ("不支持这种访问方式", "请从首页重新进入。"),
    410: ("内容已撤除", "这个地址曾经有内容，现已不再提供。"),
    500: ("服务出错了", "不是您的操作有误。我们已记下这次出错，请稍后再试。"),
    503: ("服务暂时不可用", "系统正在维护或过于繁忙，请稍后再试。"),
}
