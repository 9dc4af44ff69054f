"""Asks a server over plain HTTP with the GSSAPI library of MIT Kerberos, which signs in and seals each message.

Prints what it understood as JSON. Usage: gssapi.py PORT (with KRB5_CONFIG and KRB5CCNAME; it needs nothing but the
library libgssapi_krb5.so.2)
"""

import base64
import ctypes
import http.client
import json
import re
import sys

from clients import ALL, IDENTIFY, SOME, WRONG, envelope, rows, version

GSS = ctypes.CDLL("libgssapi_krb5.so.2")
PROTOCOL = "application/HTTP-SPNEGO-session-encrypted"
BOUNDARY = "Encrypted Boundary"
SOAP = "application/soap+xml;charset=UTF-8"
HEADER, DATA, PADDING, ALLOCATE = 2, 1, 9, 0x10000
MUTUAL, REPLAY, SEQUENCE, CONFIDENTIAL, INTEGRITY = 2, 4, 8, 16, 32
CONTINUE_NEEDED = 1


class Buffer(ctypes.Structure):
    _fields_ = [("length", ctypes.c_size_t), ("value", ctypes.c_void_p)]

    def bytes(self):
        return ctypes.string_at(self.value, self.length) if self.length else b""


class Part(ctypes.Structure):
    _fields_ = [("type", ctypes.c_uint32), ("buffer", Buffer)]


class Oid(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint32), ("elements", ctypes.c_void_p)]


def buffer(data):
    kept = ctypes.create_string_buffer(data, len(data))
    made = Buffer(len(data), ctypes.cast(kept, ctypes.c_void_p))
    made.kept = kept
    return made


def oid(data):
    kept = ctypes.create_string_buffer(data, len(data))
    made = Oid(len(data), ctypes.cast(kept, ctypes.c_void_p))
    made.kept = kept
    return made


SPNEGO = oid(bytes.fromhex("2b0601050502"))
HOST_BASED = oid(bytes.fromhex("2a864886f712010201 04".replace(" ", "")))


class Context:
    def __init__(self, service):
        self.minor, self.handle, self.name = ctypes.c_uint32(), ctypes.c_void_p(), ctypes.c_void_p()
        text = buffer(service.encode())
        GSS.gss_import_name(
            ctypes.byref(self.minor), ctypes.byref(text), ctypes.byref(HOST_BASED), ctypes.byref(self.name)
        )

    def step(self, token):
        """One token further. Gives what is to be sent, and whether more has to come back."""
        out, given = Buffer(), buffer(token) if token else None
        major = GSS.gss_init_sec_context(
            ctypes.byref(self.minor),
            None,
            ctypes.byref(self.handle),
            self.name,
            ctypes.byref(SPNEGO),
            MUTUAL | REPLAY | SEQUENCE | CONFIDENTIAL | INTEGRITY,
            0,
            None,
            ctypes.byref(given) if given else None,
            None,
            ctypes.byref(out),
            None,
            None,
        )
        if major not in (0, CONTINUE_NEEDED):
            raise SystemExit("GSSAPI refuses: %#x %d" % (major & 0xFFFFFFFF, self.minor.value))
        return out.bytes(), major == CONTINUE_NEEDED

    def seal(self, message):
        parts = (Part * 3)(Part(HEADER | ALLOCATE), Part(DATA, buffer(message)), Part(PADDING | ALLOCATE))
        kept = ctypes.create_string_buffer(message, len(message))
        parts[1].buffer = Buffer(len(message), ctypes.cast(kept, ctypes.c_void_p))
        major = GSS.gss_wrap_iov(ctypes.byref(self.minor), self.handle, 1, 0, None, parts, 3)
        assert major == 0, (hex(major), self.minor.value)
        return parts[0].buffer.bytes(), parts[1].buffer.bytes() + parts[2].buffer.bytes()

    def unseal(self, header, data):
        first, second = (ctypes.create_string_buffer(part, len(part)) for part in (header, data))
        parts = (Part * 2)(
            Part(HEADER, Buffer(len(header), ctypes.cast(first, ctypes.c_void_p))),
            Part(DATA, Buffer(len(data), ctypes.cast(second, ctypes.c_void_p))),
        )
        sealed = ctypes.c_int()
        major = GSS.gss_unwrap_iov(ctypes.byref(self.minor), self.handle, ctypes.byref(sealed), None, parts, 2)
        assert major == 0 and sealed.value, (hex(major & 0xFFFFFFFF), self.minor.value)
        return parts[1].buffer.bytes()


def negotiate(connection, token):
    authorization = "Negotiate " + base64.b64encode(token).decode()
    connection.request("POST", "/wsman", b"", {"Authorization": authorization})
    answer = connection.getresponse()
    answer.read()
    back = re.search(r"Negotiate (\S+)", answer.getheader("WWW-Authenticate") or "")
    return answer.status, base64.b64decode(back.group(1)) if back else b""


def sign_in(connection):
    context, token = Context("HTTP@localhost"), b""
    while True:
        first, goes_on = context.step(token)
        if first:
            sent = first
            status, token = negotiate(connection, first)
            if status != 200:
                return context, sent, status
        if not goes_on:
            return context, sent, 200


def ask(connection, context, message):
    header, data = context.seal(message.encode())
    body = (
        "--%s\r\n\tContent-Type: %s\r\n\tOriginalContent: type=%s;Length=%d\r\n--%s\r\n"
        "\tContent-Type: application/octet-stream\r\n"
        % (BOUNDARY, PROTOCOL, SOAP, len(message.encode()), BOUNDARY)
    ).encode()
    body += len(header).to_bytes(4, "little") + header + data + ("--%s--\r\n" % BOUNDARY).encode()
    kind = 'multipart/encrypted;protocol="%s";boundary="%s"' % (PROTOCOL, BOUNDARY)
    connection.request("POST", "/wsman", body, {"Content-Type": kind})
    answer = connection.getresponse()
    content = answer.read()
    if not content.startswith(b"--"):
        return answer.status, content.decode()
    sealed = content.split(b"application/octet-stream\r\n", 1)[1].removesuffix(b"--\r\n")
    sealed = sealed[: sealed.rindex(b"--")]
    length = int.from_bytes(sealed[:4], "little")
    return answer.status, context.unseal(sealed[4 : 4 + length], sealed[4 + length :]).decode()


def main():
    port = int(sys.argv[1])
    connection = http.client.HTTPConnection("127.0.0.1", port)
    context, token, status = sign_in(connection)
    if status != 200:
        print(json.dumps({"signed_in": status}))
        return
    answers = {"signed_in": status}
    answers["identify"] = version(ask(connection, context, IDENTIFY)[1])
    answers["query"] = rows(ask(connection, context, envelope(ALL))[1])
    answers["filtered"] = rows(ask(connection, context, envelope(SOME))[1])
    answers["wrong_class"] = ask(connection, context, envelope(WRONG))
    connection.request("POST", "/wsman", envelope(ALL), {"Content-Type": SOAP})
    answer = connection.getresponse()
    answers["unsealed"] = [answer.status, answer.read().decode()]
    # Somebody who has recorded the token cannot use it.
    answers["replayed"] = negotiate(http.client.HTTPConnection("127.0.0.1", port), token)[0]
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
