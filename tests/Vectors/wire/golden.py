"""Writes golden.json and peers.json: the frozen forms of WIRE.md, from the document alone (no code of this repository)."""
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
taproot = head(b"") + field_bytes(11, field_bytes(1, fill(0x6B)) + field_bytes(2, varint(86)) + field_int(3, 1) + field_bytes(4, fill(0x44))
    + field_int(5, 1))
taproot_root = head(b"") + field_bytes(11, field_bytes(1, fill(0x6B)) + field_int(3, 1) + field_bytes(4, fill(0x44))
    + field_int(5, 1) + field_bytes(6, fill(0x4D)))
raw = head(b"") + field_bytes(11, field_bytes(1, fill(0x6B)) + field_int(3, 1) + field_bytes(4, b"hello"))


def ordered(key, generation, record):
    return field_bytes(1, fill(key)) + field_int(2, generation) + field_bytes(3, fill(record))


def maintained(attempt, last):
    """What refresh, reshare and recovery share, then their own fields."""
    return (field_int(1, 1) + field_int(2, attempt) + field_bytes(3, ordered(0x6B, 0, 0x4B)) + field_bytes(3, ordered(0x6C, 300, 0x4C)) + field_int(4, 2)
            + b"".join(field_bytes(5, field_int(1, pid) + field_bytes(2, fill(nid))) for pid, nid in [(1, 0xA1), (2, 0xA2), (300, 0xCC)]) + last)


new_parties = b"".join(field_bytes(8, field_int(1, pid) + field_bytes(2, fill(nid))) for pid, nid in [(1, 0xA1), (4, 0xA4), (5, 0xA5), (6, 0xA6)])
refresh = head(b"") + field_bytes(12, maintained(1, b""))
refresh_scheduled = head(b"") + field_bytes(12, maintained(3, field_bytes(6, field_bytes(1, fill(0x61)) + field_bytes(2, b"monthly") + field_int(3, 7))))
reshare = head(b"three of four") + field_bytes(13, maintained(2, field_bytes(6, varint(2) + varint(300)) + field_int(7, 3) + new_parties))
reshare_lower = head(b"") + field_bytes(13, maintained(1, field_bytes(6, varint(1) + varint(2)) + field_int(7, 2) + new_parties + field_int(9, 1)))
recover = head(b"") + field_bytes(14, maintained(1, field_bytes(6, varint(1) + varint(300)) + field_int(7, 2)))
destroy = head(b"") + field_bytes(15, field_bytes(1, fill(0x6B)) + field_bytes(1, fill(0x6C)) + field_int(2, 1790086400000))
cancel_destruction = head(b"") + field_bytes(16, field_bytes(1, fill(0x0D)))
end_attempt = head(b"") + field_bytes(17, field_bytes(1, fill(0x0D)) + field_int(2, 2))
cancel_job = head(b"") + field_bytes(18, field_bytes(1, fill(0x0B)))
signed = field_bytes(1, raw) + field_bytes(2, fill(0xCC)) + field_bytes(3, fill(0x51, 64))



def lp(value):
    return struct.pack(">I", len(value)) + value


def h(tag, *fields):
    return hashlib.sha256(lp(b"TSS1/" + tag) + b"".join(lp(f) for f in fields)).digest()


def u16(n):
    return struct.pack(">H", n)


def u32(n):
    return struct.pack(">I", n)


def u64(n):
    return struct.pack(">Q", n)


cluster, client, nid, instance = fill(0xC1), fill(0xCC), fill(0xA1), fill(0x1D, 16)
session = u64(7) + u64(42) + fill(0x5E, 16)
order = h(b"order", b"\x02", hashlib.sha256(create).digest(), client)


def administrators_order(kind, body, *signers):
    """With several signers, their ids, ascending, stand in a hash of their own (specification, section 9)."""
    signer = signers[0] if len(signers) == 1 else h(b"order-signers", u16(len(signers)), *signers)
    return h(b"order", kind, hashlib.sha256(body).digest(), signer)


key_id = h(b"key-id", order, u16(1))
header = bytes([1, 11, 0, 3]) + session + u16(300) + u16(2) + u32(5)
join = bytes([1, 7, 3]) + cluster + session + nid + fill(0x6F) + fill(0xA2) + instance + u64(9) + fill(0xE2)
parties = [(1, fill(0xA1), fill(0x11)), (2, fill(0xA2), fill(0x12)), (300, fill(0xCC), fill(0x13))]
record = (key_id + u32(1) + bytes([2, 3]) + b"".join(u16(p) + n + x for p, n, x in parties) + fill(0x21) + fill(0x31))
kh = h(b"key-record", b"frost-ed25519", b"edwards25519", key_id, u32(1), bytes([2]), bytes([3]), u16(3),
       *[u16(p) + n + x for p, n, x in parties], fill(0x21), fill(0x31))
t2, khr = fill(0x72), fill(0x73)
ack = h(b"ack", b"\x01", b"frost-ed25519", bytes(32), order, t2, khr)
ack_list = u16(3) + b"".join(u16(p) + fill(0x80 + p % 7, 64) for p, _, _ in parties)
certificate = ack_list + bytes(32) + order + t2 + u16(1) + u16(2) + bytes([1]) + fill(0x41)
anchors = (u16(1) + client + fill(0x51, 64) + lp(create) + ack_list + t2 + u16(2)
           + b"".join(u16(0) + u16(k) + bytes([1]) + fill(0x41) + lp(record) for k in (1, 0)))
announcement = h(b"announce", b"\x01", cluster, nid, instance, u64(9), fill(0x71), u16(1), u16(1), u64(1790000000123), fill(0x61), fill(0x62))
scope = h(b"booking-scope", b"\x01", client, b"order-2026-001")
booking = h(b"booking", b"\x01", cluster, b"\x01", scope, hashlib.sha256(raw).digest(), nid)
nonce_start = key_id + b"\x01" + u16(16) + b"\x02" + session + fill(0x5F)
ed25519_base = bytes([0x58]) + fill(0x66, 31)  # RFC 8032: y = 4/5
nonce_reply = u32(3600) + u16(1) + ed25519_base + ed25519_base
question = lp(b"request") + bytes([2]) + nid + fill(0x81, 64) + fill(0xA2) + fill(0x82, 64)
presign_inputs = (bytes([1, 1, 1]) + fill(0x4B) + bytes([2]) + u16(1) + nid + instance + u16(300) + fill(0xCC) + fill(0x1E, 16)
                  + nid + instance + session + bytes([4]))
presign_start = key_id + b"\x00" + b"\x01" + session + presign_inputs


def signed_order(body, *administrators):
    return bytes([len(administrators)]) + b"".join(fill(a) + fill(a ^ 0xFF, 64) for a in administrators) + lp(body)


order_refresh = administrators_order(b"\x03", refresh, fill(0xAD), fill(0xAE))
acks = [(1, 0x81), (2, 0x82), (300, 0x86)]
order_certificate = order_refresh + t2 + khr + u16(3) + b"".join(u16(p) + fill(s, 64) for p, s in acks)
ready = u16(2) + fill(0x0D) + b"\x00" + fill(0x9A, 64) + fill(0x0E) + b"\x01" + fill(0x9B, 64)
maintenance_start = lp(fill(0x1F, 5)) + signed_order(reshare, 0xAD, 0xAE) + anchors

# Messages between nodes, as protobuf has them: what peer.proto says, without its code.
wire_certificate = (field_bytes(1, order_refresh) + field_bytes(2, t2) + field_bytes(3, khr)
                    + b"".join(field_bytes(4, field_int(1, p) + field_bytes(2, fill(s, 64))) for p, s in acks))
maintained_keys = (field_bytes(1, signed_order(refresh, 0xAD, 0xAE)) + field_int(2, 3) + field_bytes(3, record) + field_bytes(3, record)
                   + field_bytes(4, anchors))
certified_key = (field_int(1, 3) + field_bytes(2, record) + field_int(3, 2) + field_bytes(4, certificate)
                 + field_bytes(5, field_int(1, 1) + field_bytes(2, fill(0xA1))) + field_bytes(5, field_int(1, 2) + field_bytes(2, fill(0xA2)))
                 + field_bytes(6, signed_order(refresh, 0xAD, 0xAE)))
peers = {
    "ask-maintenance": field_bytes(1, order_refresh) + field_bytes(2, signed_order(refresh, 0xAD, 0xAE)),
    "answer/in-progress": field_bytes(1, b""),
    "answer/acknowledged": field_bytes(2, field_bytes(1, t2) + field_bytes(2, khr) + field_bytes(3, fill(0x83, 64))),
    "answer/certified": field_bytes(3, field_bytes(1, wire_certificate) + field_bytes(2, fill(0x84, 64))),
    "answer/certified-without-share": field_bytes(3, field_bytes(1, wire_certificate)),
    "answer/aborted": field_bytes(4, field_int(1, 1) + field_bytes(2, fill(0x85, 64))),
    "answer/never-acknowledged": field_bytes(4, field_bytes(2, fill(0x85, 64))),
    "answer/recovered": field_bytes(5, field_bytes(1, khr) + field_bytes(2, fill(0x84, 64))),
    "push-maintained": field_bytes(1, wire_certificate) + field_bytes(2, fill(0x84, 64)),
    "push-maintained-with-keys": field_bytes(1, wire_certificate) + field_bytes(3, maintained_keys),
    "ask-keys": field_bytes(1, key_id) + field_bytes(1, fill(0x6B)),
    "keys": field_bytes(1, certified_key) + field_bytes(1, b""),
}



def evidence(kind, culprit, key, protocol, subject, *statements):
    return (b"MPCE\x01" + fill(0xC1) + u32(3) + fill(0x62) + fill(0xA1) + u64(1790000000123) + u16(kind) + u16(culprit)
            + (b"\x00" + u16(0) if key is None else b"\x01" + u16(key)) + bytes([protocol]) + subject + u16(len(statements)) + b"".join(lp(s) for s in statements))


def statement(context, number, sender, to, t1, payload):
    return context + bytes([number]) + u16(sender) + u16(to) + (b"\x00" if t1 is None else b"\x01" + t1) + lp(payload) + fill(0x90 + number, 64)


made_ids = [h(b"key-id", order, u16(k)) for k in range(2)]
made_parties = [u16(p) + fill(n) for p, n in [(1, 0xA1), (2, 0xA2), (300, 0xCC)]]
made_inputs = (bytes([1, 3, 3]) + order + u16(2) + b"".join(made_ids) + bytes([2, 3]) + b"".join(made_parties) + fill(0xA1) + session)
made_context = h(b"dkg-ctx", b"\x01", b"frost-ed25519", b"edwards25519", order, u16(2), *made_ids, b"\x02", b"\x03", u16(3), *made_parties, fill(0xA1), session)
evidence_of_creation = evidence(8, 2, 1, 2, fill(0xCC) + fill(0x51, 64) + lp(create) + lp(made_inputs),
                                statement(made_context, 2, 2, 0, fill(0x71), b"an opening"), statement(made_context, 2, 2, 300, fill(0x71), b"shares"))

# N = 1: KH_old is the leaf over the record. The order's body says otherwise, and nothing in the form depends on it.
old_root = h(b"kh-leaf", kh)
refreshed = administrators_order(b"\x03", refresh, fill(0xAD), fill(0xAE))
refresh_context = h(b"rf-ctx", b"\x01", old_root, refreshed, fill(0xA1), session)
evidence_of_refresh = evidence(5, 0, None, 3, b"\x03" + signed_order(refresh, 0xAD, 0xAE) + lp(b"\x01" + old_root + refreshed + fill(0xA1) + session) + u16(1) + lp(record),
                               statement(refresh_context, 1, 1, 0, None, b"ctx and com"), statement(refresh_context, 1, 300, 0, None, b"ctx and com"))
evidence_of_signature = evidence(13, 300, None, 7, b"\x03" + lp(record) + lp(certificate) + b"\x01" + u16(4) + fill(0xA4),
                                 u16(300) + lp(b"a request without osid") + fill(0x22) + fill(0x99, 64))

golden = {
    "request-body/create-keys": create,
    "request-body/sign": sign,
    "request-body/sign-raw": raw,
    "request-body/sign-taproot": taproot,
    "request-body/sign-taproot-root": taproot_root,
    "request-body/refresh": refresh,
    "request-body/refresh-scheduled": refresh_scheduled,
    "request-body/reshare": reshare,
    "request-body/reshare-lower": reshare_lower,
    "request-body/recover": recover,
    "request-body/destroy": destroy,
    "request-body/cancel-destruction": cancel_destruction,
    "request-body/end-attempt": end_attempt,
    "request-body/cancel-job": cancel_job,
    "signed-request": signed,
    "digest/client-request": h(b"client-request", b"\x01", raw),
    "digest/order": order,
    "digest/order-refresh": administrators_order(b"\x03", refresh, fill(0xAD), fill(0xAE)),
    "digest/order-scheduled": h(b"order", b"\x03", hashlib.sha256(refresh_scheduled).digest(), fill(0x61)),
    "digest/order-destroy": administrators_order(b"\x10", destroy, fill(0xAD)),
    "id/key": key_id,
    "id/session": session,
    "envelope-header": header,
    "join": join,
    "digest/join": h(b"join", join),
    "key-record": record,
    "digest/key-record": kh,
    "digest/ack": ack,
    "commit-certificate": certificate,
    "digest/announcement": announcement,
    "digest/booking-scope": scope,
    "digest/booking": booking,
    "nonces/start": nonce_start,
    "nonces/reply": nonce_reply,
    "partial-sign/question": question,
    "presign/start": presign_start,
    "signed-order": signed_order(refresh, 0xAD, 0xAE),
    "order-certificate": order_certificate,
    "maintenance/ready": ready,
    "maintenance/start": maintenance_start,
    "evidence/context-of-creation": made_context,
    "evidence/context-of-refresh": refresh_context,
    "evidence/creation": evidence_of_creation,
    "evidence/refresh": evidence_of_refresh,
    "evidence/signature": evidence_of_signature,
}
for name, forms in ("golden.json", golden), ("peers.json", peers):
    pathlib.Path(__file__).with_name(name).write_text(json.dumps({form: value.hex() for form, value in forms.items()}, indent=2) + "\n")
