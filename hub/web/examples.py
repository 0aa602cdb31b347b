"""Example queries: the tabs GraphiQL opens with. A test of the contract runs every one of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    slug: str
    title: str
    query: str
    variables: str = ""
    """JSON text."""


EXAMPLES = (
    Example(
        "policies",
        "最新政策与解读",
        """# 最新的政策文件，连同每份文件的解读
query NewestPolicies {
  policyDocuments(first: 5) {
    totalCount
    nodes {
      id
      title
      docNo
      validity
      publishedAt
      unit { name }
      interpretations(first: 3) { title url }
    }
  }
}
""",
    ),
    Example(
        "search",
        "搜索：社保卡",
        """# 全文搜索：相关度排序、分面统计、命中处的位置。同义词自动算在内（市民卡 = 社保卡）
query SearchCard($text: String!) {
  search(text: $text, facets: [KIND, YEAR, SITE], first: 10) {
    totalCount
    correctedText
    edges {
      score
      highlights { field fragments { text ranges { start end } } }
      node { id kind title publishedAt }
    }
    facets { field values { value label count } }
  }
}
""",
        '{ "text": "社保卡" }',
    ),
    Example(
        "route",
        "按地址取内容",
        """# 站点里的一个地址是什么：内容、已搬家、或已撤除
query ByAddress($site: String!, $path: String!) {
  route(site: $site, path: $path) {
    __typename
    ... on Content { id title publishedAt sections { name path } }
    ... on Redirect { target { id title url } targetUrl }
    ... on Section { name items(first: 10) { nodes { title publishedAt url } } }
    ... on Unpublished { explanation }
  }
  site(code: $site) {
    name
    sections { name path }
  }
}
""",
        '{ "site": "yunlan", "path": "/zwgk" }',
    ),
    Example(
        "changes",
        "增量变更",
        """# 变更流：从某个位置起，发布、更正、撤回了什么。记下 cursor，下次从那里接着取
query Changes($after: String) {
  changes(first: 20, after: $after) {
    entries { position verb at itemId version content { kind title } }
    cursor
    hasMore
  }
}
""",
        '{ "after": null }',
    ),
)
