#!/usr/bin/env python3
"""A small product: takes a seat, keeps it alive over one stream, and gives it back.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python -m grpc_tools.protoc -I ../../proto --python_out=. --grpc_python_out=. licensing/v1/licensing.proto
    venv/bin/python product.py ACME_CAD --queue 600

It holds the seat until its input ends. A token, where the server demands one, is read from LICENSING_PRODUCT_TOKEN.
"""

import argparse
import base64
import datetime
import getpass
import itertools
import os
import queue
import secrets
import socket
import sys
import threading
import time

import grpc

from licensing.v1 import licensing_pb2 as wire
from licensing.v1 import licensing_pb2_grpc as stubs

# Answers of the server that leave everything as it was: the same question may be asked again.
PASSING = ("ServerStopping", "CitrixLicensingVendorOrServiceDown")


class Denied(Exception):
    """The server refused the seat."""


class NotGenuine(Exception):
    """The issuer of the product's licenses did not sign what the server gave out."""


class Lost(Exception):
    """The stream ended before the answer came."""


class Session:
    """One stream to a vendor daemon. Every question has an id, and answers come in any order."""

    def __init__(self, channel, metadata):
        self._channel = channel
        self._questions = queue.SimpleQueue()
        self._waiting = {}
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._lost = False
        self._replies = stubs.VendorDaemonStub(channel).Session(iter(self._questions.get, None), metadata=metadata)
        threading.Thread(target=self._read, daemon=True).start()

    def ask(self, **body):
        """Sends a question; its answers come out of the queue that this returns, None when the stream has ended."""
        answers = queue.SimpleQueue()
        with self._lock:
            if self._lost:
                raise Lost
            number = next(self._ids)
            self._waiting[number] = answers
            self._questions.put(wire.SessionRequest(id=number, **body))
        return answers

    def close(self):
        self._questions.put(None)
        self._channel.close()

    def _read(self):
        try:
            for reply in self._replies:
                with self._lock:
                    answers = self._waiting.get(reply.id)
                    if answers and not is_queued(reply):
                        del self._waiting[reply.id]
                if answers:
                    answers.put(reply)
        except grpc.RpcError:
            pass  # Whoever waits asks again over the next stream.
        with self._lock:
            self._lost = True
            waiting, self._waiting = self._waiting, {}
        for answers in waiting.values():
            answers.put(None)


class Product:
    """Leases of one vendor, kept alive in the background."""

    def __init__(self, manager, vendor="", ca_file=None, token=None, issuer_key=None):
        self._issuer_key, self._lines = issuer_key, {}
        self._manager, self._vendor, self._ca_file = manager, vendor, ca_file
        self._metadata = [("authorization", f"Bearer {token}")] if token else []
        self._lock = threading.Lock()
        self._session = None
        self._leases = {}
        self._ended = threading.Event()
        threading.Thread(target=self._beat, daemon=True).start()

    def checkout(self, feature, user, wait=0, waiting=lambda place: None):
        """Takes a seat, waiting in the queue for `wait` seconds at most."""
        key = secrets.token_bytes(16)  # Repeated whenever the question is: it never costs a second seat.
        holder = wire.Holder(
            user=user, host=socket.gethostname(), product="product.py 1.0", process_id=os.getpid()
        )
        request = wire.CheckoutRequest(
            request_key=key, feature=feature, count=1, holder=holder, queue=wait > 0,
            wants_lines=self._issuer_key is not None, known_lines=list(self._lines)
        )
        end = time.monotonic() + max(wait, 15)
        for reply in self._answers(end, checkout=request):
            outcome = reply.checkout.WhichOneof("outcome")
            if outcome == "lease":
                lease = reply.checkout.lease
                if self._issuer_key is not None:
                    self._check(lease, feature)
                with self._lock:
                    self._leases[lease.lease_id] = lease.heartbeat_seconds
                return lease
            if outcome == "denial":
                denial = reply.checkout.denial
                raise Denied(f"{feature}: {denial.text} ({denial.number}) {denial.action}")
            waiting(reply.checkout.queued.position)
        # By its key the request is given up, wherever it stands by now.
        self._answer(checkin=wire.CheckinRequest(request_key=key))
        raise Denied(f"{feature}: no seat came free within {wait} s")

    def _check(self, lease, feature):
        """Holds a lease against the lines that came with it. What they do not grant is given back."""
        self._lines.update((line.id, (line.text, line.signature)) for line in lease.lines if line.text)
        lines = [self._lines[line.id] for line in lease.lines if line.id in self._lines]
        granted = [granted_by(*line, self._issuer_key, feature, lease.version) for line in lines]
        if sum(granted) < lease.count:
            self._answer(checkin=wire.CheckinRequest(lease_id=lease.lease_id))
            raise NotGenuine(f"{feature}: the lines of the product's issuer grant {sum(granted)} of {lease.count} seats")

    def checkin(self, lease):
        """Gives the seat back; whether it was held until now."""
        with self._lock:
            self._leases.pop(lease.lease_id, None)
        return self._answer(checkin=wire.CheckinRequest(lease_id=lease.lease_id)).checkin.was_held

    def close(self):
        self._ended.set()
        with self._lock:
            if self._session:
                self._session.close()

    def heartbeat(self):
        """Keeps all leases alive with one message; those that had ended."""
        with self._lock:
            leases = list(self._leases)
        if not leases:
            return []
        reply = self._answer(heartbeat=wire.HeartbeatRequest(lease_ids=leases)).heartbeat
        ended = [leases[position] for position in reply.ended]
        with self._lock:
            for lease in ended:
                self._leases.pop(lease, None)
        return ended

    def _beat(self):
        pause = 0.2
        while not self._ended.wait(pause):
            with self._lock:
                shortest = min(self._leases.values(), default=None)
            if shortest is None:
                pause = 0.2
                continue
            try:
                ended = self.heartbeat()
                print(f"heartbeat: {len(ended)} lease(s) ended", flush=True)
                pause = shortest * 3 / 4
            except (Lost, grpc.RpcError) as error:
                print(f"heartbeat: {error!r}", file=sys.stderr, flush=True)
                pause = 1

    def _answer(self, **body):
        """The one answer to a question."""
        for reply in self._answers(time.monotonic() + 15, **body):
            return reply
        raise Lost

    def _answers(self, end, **body):
        """All answers until the time is over. When the stream is lost, the question goes over the next one."""
        while time.monotonic() < end:
            try:
                answers = self._connected().ask(**body)
                while True:
                    reply = answers.get(timeout=max(0, end - time.monotonic()))
                    if reply is None:
                        raise Lost
                    if reply.WhichOneof("body") != "failure":
                        yield reply
                    elif reply.failure.code in PASSING:
                        raise Lost
                    else:
                        raise RuntimeError(f"{reply.failure.code}: {reply.failure.detail}")
            except queue.Empty:
                return
            except (Lost, grpc.RpcError):
                with self._lock:
                    self._session = None
                time.sleep(0.2)

    def _connected(self):
        """The open stream, or one to where the manager says that the daemon is now."""
        with self._lock:
            if self._session is None:
                with self._channel(self._manager) as channel:
                    request = wire.DiscoverRequest(vendor=self._vendor)
                    found = stubs.LicenseManagerStub(channel).Discover(request, timeout=5)
                serving = [vendor for vendor in found.vendors if vendor.serving]
                if not serving:
                    raise Lost
                host = self._manager.rpartition(":")[0]
                self._session = Session(self._channel(f"{host}:{serving[0].port}"), self._metadata)
            return self._session

    def _channel(self, address):
        """In plain text on this machine, over TLS to any other."""
        if self._ca_file is None:
            return grpc.insecure_channel(address)
        with open(self._ca_file, "rb") as file:
            return grpc.secure_channel(address, grpc.ssl_channel_credentials(file.read()))


def granted_by(text, signature, issuer_key, feature, version):
    """Seats that a signed line grants today; 0 unless the issuer signed it. Lines locked to a client, upgrades and
    packages are left to the native library, which knows all rules of license files."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        _, _, value = signature.split(":")
        Ed25519PublicKey.from_public_bytes(issuer_key).verify(base64.b64decode(value), text.encode())
    except (InvalidSignature, ValueError):
        return 0
    fields = dict(line.split(" ", 1) for line in text.splitlines() if not line.startswith(("set ", "flag ", "host ")))
    terms = {line.split(" ")[1].upper(): line.split(" ", 2)[2:] for line in text.splitlines() if line.startswith("set ")}
    if fields.get("line") not in ("FEATURE", "INCREMENT") or {"HOSTID", "START"} & set(terms):
        return 0
    if fields["feature"].lower() != feature.lower() or float(fields["version"]) < float(version):
        return 0
    if fields["expires"] != "permanent":
        # The days of a license are those of its server, whose zone may be another one.
        last = datetime.datetime.strptime(fields["expires"], "%d-%b-%Y").replace(tzinfo=datetime.timezone.utc)
        if datetime.datetime.now(datetime.timezone.utc) >= last + datetime.timedelta(days=1, hours=12):
            return 0
    return sys.maxsize if fields["count"] == "uncounted" else int(fields["count"])


def is_queued(reply):
    """Whether another answer to the same question follows."""
    return reply.WhichOneof("body") == "checkout" and reply.checkout.WhichOneof("outcome") == "queued"


def main():
    arguments = argparse.ArgumentParser(description="Holds a seat until the input ends.")
    arguments.add_argument("feature")
    arguments.add_argument("--manager", default="localhost:27000", metavar="HOST:PORT")
    arguments.add_argument("--vendor", default="")
    arguments.add_argument("--user", default=None)
    arguments.add_argument("--queue", type=int, default=0, metavar="SECONDS", help="wait when all seats are out")
    arguments.add_argument("--ca-file", help="PEM file of authorities, for servers other than this machine")
    arguments.add_argument("--issuer-key", help="the issuer's public key in base64; a product has it built in")
    given = arguments.parse_args()
    token = os.environ.get("LICENSING_PRODUCT_TOKEN")
    product = Product(given.manager, given.vendor, given.ca_file, token,
                      base64.b64decode(given.issuer_key) if given.issuer_key else None)
    try:
        lease = product.checkout(
            given.feature,
            given.user or getpass.getuser(),
            given.queue,
            lambda place: print(f"waiting at place {place}", flush=True),
        )
    except (Denied, NotGenuine) as denial:
        print(denial, file=sys.stderr)
        return 1
    print(f"holding {lease.count} of {lease.feature} {lease.version}", flush=True)
    sys.stdin.read()
    print("given back" if product.checkin(lease) else "had ended before", flush=True)
    product.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
