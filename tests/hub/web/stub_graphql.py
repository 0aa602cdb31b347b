"""A GraphQL endpoint small enough to read, with the fields that the example queries ask: GraphiQL talks to it."""

from __future__ import annotations

import zlib
from struct import pack

from graphql import build_schema, graphql_sync
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub.web.graphiql import graphiql_page, wants_graphiql

SCHEMA = build_schema(
    """
    type Query {
      "政策文件，最新的在前"
      policyDocuments(first: Int): PolicyConnection!
    }
    type PolicyConnection { totalCount: Int! nodes: [PolicyDocument!]! }
    type PolicyDocument {
      id: ID!
      "标题"
      title: String!
      "发文字号，照印"
      docNo: String
      validity: String
      publishedAt: String
      unit: Unit!
      interpretations(first: Int): [Interpretation!]!
    }
    type Unit { name: String! }
    type Interpretation { title: String! url: String }
    """
)
POLICY = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "title": "云岭市社会保障卡居民服务“一卡通”实施方案",
    "docNo": "云政办发〔2026〕31号",
    "validity": "IN_FORCE",
    "publishedAt": "2026-10-28T01:30:00Z",
    "unit": {"name": "云岭市人民政府办公室"},
    "interpretations": [{"title": "一图读懂“一卡通”实施方案", "url": "/content/1"}],
}


async def endpoint(request: Request) -> Response:
    if wants_graphiql(request):
        return await graphiql_page(request)
    asked = await request.json()
    result = graphql_sync(
        SCHEMA,
        asked["query"],
        {"policyDocuments": {"totalCount": 1, "nodes": [POLICY]}},
        variable_values=asked.get("variables"),
        operation_name=asked.get("operationName"),
    )
    return JSONResponse(result.formatted)


async def picture(request: Request) -> Response:
    """A plain blue PNG, 480 × 200."""
    raw = b"".join(b"\0" + b"\xbc\xd2\xe6" * 480 for _ in range(200))
    chunks = (
        (b"IHDR", pack(">IIBBBBB", 480, 200, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(raw)),
        (b"IEND", b""),
    )
    body = b"".join(pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data)) for name, data in chunks)
    return Response(b"\x89PNG\r\n\x1a\n" + body, media_type="image/png")
