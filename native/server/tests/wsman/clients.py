"""Asks a server with clients that other people have written. Prints what each of them understood, as JSON.

Usage: clients.py CLIENT HTTPS_PORT HTTP_PORT ACCOUNT PASSWORD
"""

import json
import sys
import uuid
import warnings
import xml.etree.ElementTree as ET

warnings.simplefilter("ignore")

HOST = "127.0.0.1"
NAMESPACE = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/citrixlicensing/"
ANY = NAMESPACE + "*"
WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
ALL = "SELECT PLD,Count,InUseCount FROM Citrix_GT_License_Pool"
SOME = "SELECT * FROM Citrix_GT_License_Pool WHERE PLD LIKE 'XDT%' AND Count > 1"
WRONG = "SELECT * FROM Citrix_GT_Nothing"

IDENTIFY = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
    "<s:Header/><s:Body><i:Identify/></s:Body></s:Envelope>"
)


def enumerate_body(query):
    body = ET.Element("{%s}Enumerate" % ENUMERATION)
    ET.SubElement(body, "{%s}OptimizeEnumeration" % WSMAN)
    ET.SubElement(body, "{%s}MaxElements" % WSMAN).text = "100"
    ET.SubElement(body, "{%s}Filter" % WSMAN, {"Dialect": WQL}).text = query
    return body


def envelope(query):
    """An envelope for clients that send what they are given."""
    return (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="%s"><s:Header>'
        '<a:To>http://x/wsman</a:To><w:ResourceURI s:mustUnderstand="true">%s</w:ResourceURI>'
        "<a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>"
        "<a:Action>%s/Enumerate</a:Action><a:MessageID>uuid:%s</a:MessageID></s:Header><s:Body>%s</s:Body></s:Envelope>"
        % (WSMAN, ANY, ENUMERATION, str(uuid.uuid4()).upper(), ET.tostring(enumerate_body(query)).decode())
    )


def local(tag):
    return tag.rsplit("}", 1)[-1]


def rows(root):
    if isinstance(root, (bytes, str)):
        root = ET.fromstring(root)
    for element in root.iter():
        if local(element.tag) == "Items":
            return [{local(child.tag): child.text for child in item} for item in element]
    return []


def version(root):
    if isinstance(root, (bytes, str)):
        root = ET.fromstring(root)
    return [element.text for element in root.iter() if local(element.tag) == "ProductVersion"][0]


def failure(call):
    try:
        return "no failure: %r" % (call(),)
    except Exception as error:
        code = getattr(error, "code", None)
        if getattr(error, "fault_data", None):
            code = error.fault_data.get("wsmanfault_code", code)
        status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
        return "%s %s %s %s" % (type(error).__name__, code or "", status or "", error)


def pypsrp(auth, ssl):
    from pypsrp.wsman import WSMan

    def connect(password):
        return WSMan(
            HOST,
            port=PORTS[ssl],
            username=ACCOUNT,
            password=password,
            ssl=ssl,
            auth=auth,
            cert_validation=False,
            negotiate_send_cbt=True,
        )

    client = connect(PASSWORD)
    ask = lambda client, query: rows(client.enumerate(ANY, enumerate_body(query)))
    return {
        "identify": version(client.transport.send(IDENTIFY.encode())),
        "query": ask(client, ALL),
        "filtered": ask(client, SOME),
        "wrong_class": failure(lambda: ask(client, WRONG)),
        "wrong_password": failure(lambda: ask(connect("wrong"), ALL)),
    }


def pywinrm(auth, ssl):
    from winrm.protocol import Protocol

    def connect(password):
        return Protocol(
            endpoint="%s://%s:%d/wsman" % ("https" if ssl else "http", HOST, PORTS[ssl]),
            transport=auth,
            username=ACCOUNT,
            password=password,
            server_cert_validation="ignore",
            message_encryption="auto",
        )

    client = connect(PASSWORD)
    ask = lambda client, query: rows(client.send_message(envelope(query)))
    return {
        "identify": version(client.send_message(IDENTIFY)),
        "query": ask(client, ALL),
        "filtered": ask(client, SOME),
        "wrong_class": failure(lambda: ask(client, WRONG)),
        "wrong_password": failure(lambda: ask(connect("wrong"), ALL)),
    }


def iterated(module, optimization):
    def connect(password):
        return module.Client(HOST, ACCOUNT, password, port=PORTS[True])

    client = connect(PASSWORD)
    ask = lambda client, query: rows(
        ET.fromstring(
            __import__("lxml.etree").etree.tostring(
                client.enumerate(
                    ANY, optimization=optimization, max_elems=1, filter_query=query, filter_dialect="wql"
                )
            )
        )
    )
    import requests

    identify = requests.post(
        client.endpoint, data=IDENTIFY, headers={"WSMANIDENTIFY": "unauthenticated"}, verify=False
    )
    return {
        "identify": version(identify.content),
        "query": ask(client, ALL),
        "filtered": ask(client, SOME),
        "wrong_class": failure(lambda: ask(client, WRONG)),
        "wrong_password": failure(lambda: ask(connect("wrong"), ALL)),
    }


def dracclient():
    from dracclient import wsman

    return iterated(wsman, True)


def wsmanclient():
    from wsmanclient import client

    # It loses the first items of an answer that has some already.
    return iterated(client, False)


CLIENTS = {
    "pypsrp-basic": lambda: pypsrp("basic", True),
    "pypsrp-ntlm": lambda: pypsrp("ntlm", True),
    "pypsrp-ntlm-sealed": lambda: pypsrp("ntlm", False),
    "pypsrp-negotiate-sealed": lambda: pypsrp("negotiate", False),
    "pywinrm-basic": lambda: pywinrm("basic", True),
    "pywinrm-ntlm": lambda: pywinrm("ntlm", True),
    "pywinrm-ntlm-sealed": lambda: pywinrm("ntlm", False),
    "python-dracclient": dracclient,
    "python-wsmanclient": wsmanclient,
}

if __name__ == "__main__":
    _, NAME, HTTPS_PORT, HTTP_PORT, ACCOUNT, PASSWORD = sys.argv
    PORTS = {True: int(HTTPS_PORT), False: int(HTTP_PORT)}
    print(json.dumps(CLIENTS[NAME]()))
