"""A client of the Protectimus API that behaves like the published libraries for Python. It uses only the standard library.

Reads requests from standard input, one line of JSON each, and writes the library's result as a line of JSON:
{"response": ...}, or {"code": ..., "message": ...} if the library would raise.
"""

import base64
import hashlib
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree

LISTS = {"resources", "tokens", "users"}


class ProtectimusError(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
        self.message = message


def hourly_password(key, now, upper):
    hour = time.strftime("%Y%m%d:%H", time.gmtime(now))
    digest = hashlib.sha256(f"{key}:{hour}".encode("utf-8")).hexdigest()
    return digest.upper() if upper else digest


def written(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def encoded(parameters):
    """Encode every parameter as a field, empty for an absent value; a list as a repeated field."""
    fields = []
    for name, value in parameters.items():
        values = value if isinstance(value, list) else [value]
        fields.extend((name, written(one)) for one in values)
    return urllib.parse.urlencode(fields)


def content(element):
    if element.tag in LISTS:
        return [content(inner) for inner in element]
    if len(element) == 0 and element.tag != "response":
        return element.text or ""
    return {inner.tag: content(inner) for inner in element}


def holder_of(text, is_xml):
    if not is_xml:
        return json.loads(text)["responseHolder"]
    root = ElementTree.fromstring(text)
    if root.tag != "responseHolder":
        raise ValueError("no responseHolder")
    return content(root)


def ask(request):
    suffix = "." + request["format"] if request["format"] else ""
    version = "" if request["version"] is None else "/" + request["version"]
    url = f"{request['base']}/api{version}/{request['path']}{suffix}"
    data = encoded(request["parameters"])
    has_body = request["method"] in ("POST", "PUT")
    if data and not has_body:
        url += "?" + data
    password = hourly_password(request["key"], request["now"], request["upper"])
    credentials = base64.b64encode(f"{request['login']}:{password}".encode("utf-8")).decode("ascii")
    headers = {"Authorization": f"Basic {credentials}"}
    if has_body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    body = data.encode("ascii") if has_body else None
    sent = urllib.request.Request(url, data=body, headers=headers, method=request["method"])
    try:
        with urllib.request.urlopen(sent, timeout=30) as answer:
            status, text = answer.status, answer.read().decode("utf-8")
            is_xml = "xml" in answer.headers.get_content_type()
    except urllib.error.HTTPError as error:
        raise ProtectimusError(9001, f"HTTP {error.code}") from error
    if status != 200:
        raise ProtectimusError(9001, f"HTTP {status}")
    holder = holder_of(text, is_xml)
    if holder["status"] == "OK":
        return holder["response"]
    error = holder["error"]
    raise ProtectimusError(int(error["code"]), error["message"])


for line in sys.stdin:
    try:
        said = {"response": ask(json.loads(line))}
    except ProtectimusError as error:
        said = {"code": error.code, "message": error.message}
    print(json.dumps(said), flush=True)
