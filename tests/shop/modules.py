"""modules - the module manager, as a merchant uses it: upload a module, configure it, uninstall it."""
import json
import os
import re

MANAGER = "/improve/modules/manage"


def upload(office, package):
    """What "Upload a module" does with the file: the shop's answer, which must be that it is installed."""
    page = office.get(MANAGER)
    found = re.search(r"'moduleImport': '([^']+)'", page.text)
    assert found, f"the module manager has no upload: {page}"
    with open(package, "rb") as f:
        files = {"file_uploaded": (os.path.basename(package), f.read())}
    answer = office.browser.upload(json.loads(f'"{found.group(1)}"'), [], files)
    assert answer.status == 200 and answer.json.get("status") is True, answer
    return answer.json


def configure(office, module):
    """The page that "Configure" leads to."""
    return office.get(f"{MANAGER}/action/configure/{module}")


def uninstall(office, module):
    """With the tick that deletes its files too."""
    answer = office.act(f"{MANAGER}/action/uninstall/{module}", **{"actionParams[deletion]": "true"})
    assert answer.status == 200 and answer.json.get(module, {}).get("status") is True, answer
