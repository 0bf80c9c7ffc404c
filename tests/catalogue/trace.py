"""Runs $CODE; where that fails, says which libraries and programs were looked for in vain."""

import ctypes
import ctypes.util
import os
import shutil
import sys

opened, asked, ran, looking = [], [], [], []
find_library, which = ctypes.util.find_library, shutil.which


def find(name):
    # It runs compilers and reads files of its own.
    looking.append(name)
    try:
        found = find_library(name)
    finally:
        looking.pop()
    if found is None:
        asked.append(name)
    return found


def look(name, *rest, **more):
    found = which(name, *rest, **more)
    if found is None and not looking:
        ran.append(name)
    return found


def hear(event, details):
    if looking:
        return
    if event == "ctypes.dlopen" and details[0]:
        opened.append(details[0])
    elif event == "subprocess.Popen" and details[0]:
        ran.append(details[0])


def opens(name):
    try:
        ctypes.CDLL(name)
        return True
    except OSError:
        return False


ctypes.util.find_library, shutil.which = find, look
sys.addaudithook(hear)
try:
    exec(compile(os.environ["CODE"], "CODE", "exec"), {"__name__": "__main__"})
except BaseException as error:
    if isinstance(error, FileNotFoundError) and isinstance(error.filename, str):
        ran.append(error.filename)
    looking.append("")
    for name in dict.fromkeys(asked + [os.fsdecode(one) for one in opened]):
        if not opens(name):
            print(f"lacks:library {os.path.basename(name)}")
    for name in dict.fromkeys(os.fsdecode(one) for one in ran):
        if "/" not in name and which(name) is None:
            print(f"lacks:program {name}")
    sys.stdout.flush()
    raise
