"""Draws the sample's own pictures with a headless Chromium from `sources/media/*.svg`, and sets its one-page PDF.

Run once by hand (`python storage/seeds/draw_media.py chromium`); the results are committed (the pictures reduced to 32
colours with Pillow), the builder only reads them.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

SEEDS = Path(__file__).parent
GUIDE = (
    "公共交通优惠乘车服务指南",
    "免费：65周岁以上老年人，残疾人，现役军人、消防救援人员，由成年人携带的学龄前儿童",
    "半价：60周岁以上不满65周岁的老年人，全日制在校学生",
    "凭证：本人居民身份证、社会保障卡、残疾人证、军人证件等有效证件",
    "依据：《云澜市公共交通优惠乘车管理办法》（云澜政规〔2026〕2号）",
    "服务电话：0300-5550122",
    "（云澜市为虚构城市，本页为示例）",
)
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1")


def main(chromium: str) -> None:
    for drawing in sorted((SEEDS / "sources/media").glob("*.svg")):
        draw_picture(chromium, drawing)
    (SEEDS / "media/bus-guide.pdf").write_bytes(guide_pdf())


def draw_picture(chromium: str, drawing: Path) -> None:
    svg = drawing.read_text(encoding="utf-8")
    width, height = re.search(r'width="(\d+)" height="(\d+)"', svg).groups()  # type: ignore[union-attr]
    with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8") as page:
        page.write(f'<!doctype html><meta charset="utf-8"><style>body{{margin:0}}svg{{display:block}}</style>{svg}')
        page.flush()
        target = SEEDS / "media" / f"{drawing.stem}.png"
        options = (f"--window-size={width},{height}", f"--screenshot={target}", Path(page.name).as_uri())
        subprocess.run([chromium, *FLAGS, *options], check=True, capture_output=True, timeout=60)  # noqa: S603


def guide_pdf() -> bytes:
    """A page in the standard CJK font every reader replaces by its own: embedding one would cost 100 kB."""
    lines = [
        f"BT /F1 {20 if i == 0 else 11} Tf 40 {540 - 36 * i} Td <{in_hex(line)}> Tj ET" for i, line in enumerate(GUIDE)
    ]
    content = "\n".join(lines).encode()
    return assemble(
        b"<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 600] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /FontDescriptor 7 0 R"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
        b" /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
        b"<< /Title <%b> >>" % in_hex("\ufeff" + GUIDE[0]).encode(),
    )


def in_hex(text: str) -> str:
    return text.encode("utf-16-be").hex()


def assemble(*objects: bytes) -> bytes:
    """The objects as a PDF file; the first is the catalogue, the last the document information."""
    out = b"%PDF-1.4\n%\xe4\xba\x91\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    trailer = b"trailer << /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, size - 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n%b%b" % (size, table, trailer)


if __name__ == "__main__":
    main(sys.argv[1])
