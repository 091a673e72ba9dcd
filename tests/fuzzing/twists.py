"""What a client may send that no schema describes. Each twist changes one call and says what it was."""

import json
from copy import deepcopy

import schemathesis
from schemathesis.core import NOT_SET

CSRF = "c" * 32

STRANGE = [
    *(None, True, False, 0, -1, 2**31, 2**63, -(2**63) - 1, 10**400, 1e308, -0.0, 1.5),
    *(
        "",
        " ",
        "\0",
        "a\0b",
        "\u202e\u200b",
        "ي" * 600,
        "x" * 25_000,
        "𝕏" * 5001,
        "null",
        "%00",
        "../..",
        "{{7*7}}",
    ),
    *("<script>", "'; DROP TABLE x; --", "2026-02-30", "2026-11-23T12:00:00Z", "0001-01-01", "9999-12-31"),
    *("9999-12-31T23:59:59-14:00", "https://example.org/" + "a" * 480, "http://[::1", "javascript://x/%0a"),
    *([], {}, [[]], [None], {"": None}, ["x"] * 101, [{}], {"EAN-13": "1" * 13}, {"a": {"b": {"c": []}}}),
]
KEY_HEADERS = [
    *("", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer a b", "Bearer \xff\xfe", "Bearer rc_unknown"),
    *(
        "Token rc_unknown",
        "Bearer " + "x" * 9000,
        "bearer\trc_unknown",
        "Bearer ключ".encode().decode("latin-1"),
    ),
]
IDEMPOTENCY_KEYS = ["", "k", "k" * 255, "k" * 256, "\xe9", "0", "k" * 9000]
CONTENT_TYPES = [
    *("text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", ""),
    *(
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
    ),
    *(
        "application/json; charset=nonsense",
        "application/json; charset=\xff",
        "nonsense",
        "application/x-ndjson",
    ),
    "application/problem+json",
]
ACCEPTS = [
    "text/xml",
    "application/json",
    "*/*",
    "",
    "nonsense",
    "application/problem+json",
    "text/html;q=0.1",
]


@schemathesis.serializer("application/x-ndjson")
def as_a_line(context, value):
    """Schemathesis knows no lines of JSON; without this it would send none of the statements it made."""
    return {"data": value if isinstance(value, bytes) else json.dumps(value, default=str).encode()}


class Call:
    """One call on its way: a case of Schemathesis, and what goes with it or instead of its parts."""

    def __init__(self, case, key):
        self.case, self.headers, self.cookies = case, {"Authorization": f"Bearer {key}"}, {}
        self.data = None  # bytes that replace the body
        self.times = 1

    @property
    def has_body(self):
        return self.case.body is not NOT_SET

    def body_bytes(self):
        body = self.case.body
        if isinstance(body, bytes | str):
            return body.encode(errors="surrogatepass") if isinstance(body, str) else body
        return json.dumps(body, default=str).encode()


def as_it_is(call, world, chance):
    """The case as Schemathesis made it."""


def with_another_key(call, world, chance):
    names = sorted(world.keys)
    pick = chance.randrange(len(names) + len(KEY_HEADERS) + 1)
    if pick < len(names):
        call.headers["Authorization"] = f"Bearer {world.keys[names[pick]]}"
    elif pick < len(names) + len(KEY_HEADERS):
        call.headers["Authorization"] = KEY_HEADERS[pick - len(names)]
    else:
        del call.headers["Authorization"]


def as_signed_in_person(call, world, chance):
    """With a session instead of a key; now and then without the token that proves the page."""
    del call.headers["Authorization"]
    call.cookies = world.session | {"csrftoken": CSRF}
    if chance.random() < 0.9:
        call.headers |= {"X-CSRFToken": CSRF, "Sec-Fetch-Site": "same-origin"}


def with_strange_member(call, world, chance):
    """One member, however deep, is something else, missing, or one too many."""
    if not isinstance(call.case.body, dict | list):
        return with_broken_body(call, world, chance)
    body = deepcopy(call.case.body)
    holder, place = chance.choice(list(_places(body)) or [(body, None)])
    match chance.randrange(4):
        case _ if place is None:
            body = chance.choice(STRANGE)
        case 0:
            del holder[place]
        case 1 if isinstance(holder, dict):
            holder[f"{place}\0"] = chance.choice(STRANGE)
        case _:
            holder[place] = chance.choice(STRANGE)
    call.data = json.dumps(body, default=str).encode()
    return None


def _places(value, depth=0):
    """Every member of a body, as what holds it and its name there."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in list(pairs):
        yield value, name
        if isinstance(inner, dict | list) and depth < 4:
            yield from _places(inner, depth + 1)


def grafted_on_a_whole_one(call, world, chance):
    """Some members as they were made, all others right: such calls come past the first refusals."""
    whole = world.whole_body(call.case.operation.path)
    made = call.case.body
    if whole is None or not isinstance(made, dict) or not made:
        return with_strange_member(call, world, chance)
    graft = chance.sample(sorted(made), min(len(made), chance.randint(0, 2)))
    if "statements" in whole:
        inner = made.get("statements")
        made = inner[0] if isinstance(inner, list) and inner and isinstance(inner[0], dict) else {}
        graft = chance.sample(sorted(made), min(len(made), 2))
        whole["statements"][0] |= {name: made[name] for name in graft if name != "puid"}
    else:
        whole |= {name: made[name] for name in graft if name != "puid"}
    call.data = json.dumps(whole, default=str).encode()
    return None


def with_broken_body(call, world, chance):
    """Bytes that are no JSON, or JSON that few parsers survive."""
    right = call.body_bytes() if call.has_body else b"{}"
    at = chance.randrange(len(right) + 1)
    call.data = chance.choice(
        [
            right[:at],
            right[:at] + b"\xff\xc0\x80" + right[at:],
            right[:at] + b"\0" + right[at:],
            b"\xef\xbb\xbf" + right,
            right.decode(errors="replace").encode("utf-16"),
            b'{"a": "\\ud800"}',
            b'{"text": "\\u0000", "puid": "\\udfff"}',
            b"[" * 100_000,
            b'{"a":' * 50_000,
            b'{"turn": ' + b"9" * 5000 + b"}",
            b'{"turn": NaN, "text": Infinity, "puid": -1e999}',
            b'{"text": "a", "text": "b"}',
            b"null",
            b'"' + b"x" * 70_000 + b'"',
            b"",
            b"\n\n\r\n" + right + b"\r\n\n",
            right + b"\n" + right,
        ]
    )


def with_another_content_type(call, world, chance):
    call.headers["Content-Type"] = chance.choice(CONTENT_TYPES)
    call.data = call.body_bytes() if call.has_body else b"{}"


def with_other_headers(call, world, chance):
    call.headers |= {
        "Accept": chance.choice(ACCEPTS),
        "Accept-Language": chance.choice(["fa", "ru;q=0.1", "x" * 5000, "*", "\xff"]),
        "Content-Encoding": chance.choice(["gzip", "identity", ""]),
        "X-HTTP-Method-Override": "DELETE",
        "Range": chance.choice(["bytes=0-1", "bytes=9-1", "lines=\xff"]),
    }


def twice_with_one_idempotency_key(call, world, chance):
    call.headers["Idempotency-Key"] = chance.choice([*IDEMPOTENCY_KEYS, f"key-{chance.random()}"])
    call.times = 2


TWISTS = [
    with_another_key,
    as_signed_in_person,
    with_strange_member,
    grafted_on_a_whole_one,
    with_broken_body,
    with_another_content_type,
    with_other_headers,
    twice_with_one_idempotency_key,
]
