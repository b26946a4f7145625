"""Writes golden.json: the frozen forms of WIRE.md, from the document alone (no code of this repository)."""
import hashlib, json, pathlib, struct


def varint(n):
    out = b""
    while True:
        low, n = n & 0x7F, n >> 7
        if not n:
            return out + bytes([low])
        out += bytes([low | 0x80])


def field_bytes(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


def field_text(field, value):
    return field_bytes(field, value) if value else b""


def field_int(field, value):
    return varint(field << 3) + varint(value) if value else b""


def fill(value, count=32):
    return bytes([value]) * count


def head(note):
    return (field_bytes(1, fill(0xC1)) + field_text(2, b"order-2026-001") + field_int(3, 1790000000000)
            + field_int(4, 1790000600000) + field_text(5, note))


def party(pid, nid):
    return field_bytes(3, field_int(1, pid) + field_bytes(2, nid))


create = head(b"two of three") + field_bytes(10, field_int(1, 3) + field_int(2, 2)
    + party(1, fill(0xA1)) + party(2, fill(0xA2)) + party(300, fill(0xCC))
    + field_int(4, 2) + field_text(5, b"hot-1") + field_text(5, b"hot-2") + field_int(6, 1))
sign = head(b"") + field_bytes(11, field_bytes(1, fill(0x6B)) + field_bytes(2, varint(0) + varint(44) + varint(2**31 - 1))
    + field_int(3, 2) + field_bytes(4, bytes(range(1, 33))))
raw = head(b"") + field_bytes(11, field_bytes(1, fill(0x6B)) + field_int(3, 1) + field_bytes(4, b"hello"))
signed = field_bytes(1, raw) + field_bytes(2, fill(0xCC)) + field_bytes(3, fill(0x51, 64))

golden = {
    "request-body/create-keys": create,
    "request-body/sign": sign,
    "request-body/sign-raw": raw,
    "signed-request": signed,
}
pathlib.Path(__file__).with_name("golden.json").write_text(
    json.dumps({name: value.hex() for name, value in golden.items()}, indent=2) + "\n")
