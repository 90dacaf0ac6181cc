"""What the guard knows by name: each kind of personal data, what is done with it, and how it is explained.

Hides nothing; it is the one table that the screen, the documents and the rules share. A kind is
``may_be_public`` when the same form also serves offices (an office's telephone, the address on a
notice), so that a person may keep it even for a model outside the building.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sandbox.records import Action


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of personal data. ``placeholder`` is the word inside the brackets, as in [전화번호1]."""

    id: str
    label: str
    placeholder: str
    action: Action
    explanation: str
    may_be_public: bool = False


_BLOCKED = "이 정보는 법으로 보호하는 식별번호라서 보낼 수 없습니다. 지우거나 [가리기]를 눌러 주세요."

_TABLE = (
    Kind("resident_number", "주민등록번호", "주민등록번호", Action.BLOCK, _BLOCKED),
    Kind("foreigner_number", "외국인등록번호", "외국인등록번호", Action.BLOCK, _BLOCKED),
    Kind("passport", "여권번호", "여권번호", Action.BLOCK, _BLOCKED),
    Kind("driver_licence", "운전면허번호", "면허번호", Action.BLOCK, _BLOCKED),
    Kind(
        "card",
        "카드번호",
        "카드번호",
        Action.BLOCK,
        "카드번호가 밖으로 나가면 결제에 쓰일 수 있어 보낼 수 없습니다. 지우거나 [가리기]를 눌러 주세요.",
    ),
    Kind(
        "health_insurance",
        "건강보험증 번호",
        "보험증번호",
        Action.BLOCK,
        "건강보험증 번호는 진료 정보와 이어지므로 보낼 수 없습니다. 지우거나 [가리기]를 눌러 주세요.",
    ),
    Kind(
        "mobile",
        "휴대전화번호",
        "전화번호",
        Action.MASK,
        "한 사람에게 바로 닿는 번호라서 가린 뒤에 보냅니다. 답변에는 원래 번호로 되돌려 보여 드립니다.",
    ),
    Kind(
        "phone",
        "전화번호",
        "전화번호",
        Action.MASK,
        "집이나 사무실 전화번호로 보여 가린 뒤에 보냅니다. 공개된 부서 번호라면 그대로 두어도 됩니다.",
        may_be_public=True,
    ),
    Kind(
        "email",
        "이메일 주소",
        "이메일",
        Action.MASK,
        "개인 연락처일 수 있어 가린 뒤에 보냅니다. 공개된 업무용 주소라면 그대로 두어도 됩니다.",
        may_be_public=True,
    ),
    Kind(
        "account",
        "계좌번호",
        "계좌번호",
        Action.MASK,
        "금융 정보라서 가린 뒤에 보냅니다. 답변에는 원래 번호로 되돌려 보여 드립니다.",
    ),
    Kind(
        "vehicle_plate",
        "차량번호",
        "차량번호",
        Action.MASK,
        "차량번호로 소유자를 알아낼 수 있어 가린 뒤에 보냅니다.",
    ),
    Kind(
        "business_number",
        "사업자등록번호",
        "사업자번호",
        Action.MASK,
        "개인사업자를 알아낼 수 있어 가린 뒤에 보냅니다. 공개된 업체 번호라면 그대로 두어도 됩니다.",
        may_be_public=True,
    ),
    Kind(
        "credential",
        "비밀번호",
        "비밀번호",
        Action.MASK,
        "비밀번호나 인증키로 보여 가린 뒤에 보냅니다. 실제로 쓰는 값이라면 지워 주세요.",
    ),
    Kind(
        "name",
        "사람 이름",
        "이름",
        Action.WARN,
        "실제 사람의 이름이라면 [가리기]를 눌러 주세요. 규칙만으로는 이름을 모두 찾지 못합니다.",
    ),
    Kind(
        "address",
        "주소",
        "주소",
        Action.WARN,
        "개인의 집 주소라면 [가리기]를 눌러 주세요. 공공시설의 주소라면 그대로 두어도 됩니다.",
    ),
    Kind(
        "birth_date",
        "생년월일",
        "생년월일",
        Action.WARN,
        "이름과 함께 있으면 누구인지 알 수 있습니다. 필요하지 않으면 [가리기]를 눌러 주세요.",
    ),
    Kind(
        "sensitive",
        "민감정보로 보이는 말",
        "민감정보",
        Action.WARN,
        "건강·범죄·정당·노조에 관한 말이 사람 가까이에 있습니다. 누구의 이야기인지 알 수 없게 지워 주세요.",
    ),
    Kind(
        "network_address",
        "네트워크 주소",
        "네트워크주소",
        Action.WARN,
        "전산망 구성이 드러날 수 있습니다. 업무망의 주소라면 [가리기]를 눌러 주세요.",
    ),
    Kind(
        "secrecy_mark",
        "비공개 표시",
        "비공개표시",
        Action.WARN,
        "비공개·대외비 문서로 보입니다. 공개할 수 없는 문서라면 넣지 말아 주세요.",
    ),
)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.id: kind for kind in _TABLE})
PLACEHOLDER_WORDS: tuple[str, ...] = tuple(dict.fromkeys(kind.placeholder for kind in _TABLE))
