"""PDF and 한글 uploads as text.

Hides pypdf and python-hwpx, how long they may take and how they say that a password is set.
"""

from __future__ import annotations

from io import BytesIO
from time import monotonic

from hwpx import HwpxDocument
from hwpx.errors import HwpxError
from pypdf import PasswordType, PdfReader

from sandbox.records import DocumentError

from .container import locked

Text = tuple[str, tuple[str, ...]]
_MAX_PAGES = 300
_MAX_SECONDS = 20.0
_MAX_CHARS = 400_000
_FEW_CHARS_A_PAGE = 10


def read_pdf(data: bytes) -> Text:
    """Read the text layer page by page; a scanned page has none and is said so."""
    reader = PdfReader(BytesIO(data), strict=False)
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise locked()
    count = len(reader.pages)
    if count > _MAX_PAGES:
        raise DocumentError(
            f"쪽수가 너무 많습니다({count:,}쪽).",
            remedy=f"{_MAX_PAGES}쪽 이하로 나누어 필요한 부분만 올려 주세요.",
        )
    started = monotonic()
    pages: list[str] = []
    for page in reader.pages:
        pages.append(page.extract_text())
        if monotonic() - started > _MAX_SECONDS or sum(map(len, pages)) > _MAX_CHARS:
            break
    warnings: list[str] = []
    if len(pages) < count:
        warnings.append(f"문서가 커서 전체 {count}쪽 가운데 {len(pages)}쪽까지만 읽었습니다.")
    scanned = sum(len(text.strip()) < _FEW_CHARS_A_PAGE for text in pages)
    if scanned and scanned < len(pages):
        warnings.append(f"글자가 거의 없는 쪽이 {scanned}쪽 있습니다. 그림으로 된 쪽은 읽지 못합니다.")
    return "\n\n".join(pages), tuple(warnings)


def read_hwpx(data: bytes) -> Text:
    """Read the body of .hwpx or .hwp, tables as tab-separated lines."""
    try:
        with HwpxDocument.open(BytesIO(data)) as document:
            text = document.text.plain()
    except HwpxError as error:
        if "password" in error.code or "encrypt" in error.code:
            raise locked() from None
        if error.code in ("hwp5-distribution", "hwp5-drm"):
            raise DocumentError(
                "배포용 문서이거나 보안(DRM)이 걸린 문서라 열 수 없습니다.",
                remedy="보안을 해제한 원본을 올리거나, 필요한 글을 복사해서 붙여 넣어 주세요.",
            ) from None
        raise
    return text, ()
