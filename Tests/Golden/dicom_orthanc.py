"""Sends DICOM files to an Orthanc of its own, fetches them, and prints as JSON whether they came back: dicom_orthanc.py FILE...

same: for each file, whether all elements, with the pixel data, are equal as pydicom reads them. Orthanc listens on loopback, without its
DICOM server, stores into a temporary folder, and ends with the script, within a minute.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from io import BytesIO

import pydicom

LIMIT = 50
# No proxy for loopback.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def request(url, data=None):
    with opener.open(urllib.request.Request(url, data=data, method="GET" if data is None else "POST"), timeout=20) as answer:
        return answer.read()


def wait(url, server):
    while True:
        try:
            return request(url + "/system")
        except OSError:
            if server.poll() is not None:
                raise SystemExit("dicom_orthanc: Orthanc ended") from None
            time.sleep(0.1)


def stop(*_):
    raise SystemExit("dicom_orthanc: stopped, or too slow")


def came_back(url, path):
    with open(path, "rb") as file:
        sent = file.read()
    number = json.loads(request(url + "/instances", sent))["ID"]
    got = request(f"{url}/instances/{number}/file")
    a, b = (pydicom.dcmread(BytesIO(data)) for data in (sent, got))
    return a == b and a.file_meta == b.file_meta


def main(paths):
    program = shutil.which("Orthanc", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if not program:
        raise SystemExit("dicom_orthanc: no Orthanc")
    # So that Orthanc ends too.
    for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    signal.alarm(LIMIT)
    with tempfile.TemporaryDirectory() as folder:
        port, store = free_port(), os.path.join(folder, "store")
        settings = os.path.join(folder, "orthanc.json")
        with open(settings, "w") as file:
            json.dump({
                "Name": "tests", "StorageDirectory": store, "IndexDirectory": store, "HttpPort": port, "DicomPort": free_port(),
                "DicomServerEnabled": False, "RemoteAccessAllowed": False, "AuthenticationEnabled": False, "OverwriteInstances": True,
            }, file)
        server = subprocess.Popen([program, settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        try:
            url = f"http://127.0.0.1:{port}"
            wait(url, server)
            return [came_back(url, path) for path in paths]
        except urllib.error.HTTPError as error:
            raise SystemExit(f"dicom_orthanc: {error.code} {error.reason}") from None
        finally:
            server.terminate()
            try:
                server.wait(5)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


if __name__ == "__main__":
    print(json.dumps({"same": main(sys.argv[1:])}))
