"""Looks at an image from inside: turns what is installed into JSON, one object a line on standard output.

`python - user`    as the image's own user: who that is, what is installed, and whether it imports
`python - system`  as root: the distribution, its packages, ELF files, leftovers

Needs nothing but the standard library of Python 3.8, no shell and no network.
"""

import ast
import importlib.machinery
import importlib.metadata
import json
import os
import re
import signal
import stat
import struct
import subprocess
import sys
import sysconfig
import threading
from concurrent.futures import ThreadPoolExecutor

# An import that takes longer hangs: torch on a loaded machine takes some 20 s.
PATIENCE = int(os.environ.get("DOCKWRIGHT_PATIENCE", "120"))

# Folders that hold no files of the image.
NOT_THE_IMAGES = {"/proc", "/sys", "/dev", "/run", "/tmp"}

# Top-level names that distributions install beside what they are for, often by mistake.
BESIDE = {"test", "tests", "testing", "doc", "docs", "example", "examples", "benchmark", "benchmarks", "scripts", "tools", "bin", "setup", "conftest"}

COMPILERS = ["gcc", "cc", "g++", "c++", "cpp", "clang", "ld", "as", "make", "cmake", "ninja", "rustc", "cargo", "gfortran", "go", "pkg-config"]

INSTALLERS = ["pip", "uv", "poetry", "pdm", "pipenv", "virtualenv", "conda"]

lock = threading.Lock()


def say(kind, **fields):
    """One line; several threads speak."""
    with lock:
        sys.stdout.write(json.dumps({"kind": kind, **fields}) + "\n")
        sys.stdout.flush()


# --- what is installed ---


def normalised(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def distributions():
    """Each distribution of the import path, the first of a name."""
    seen = {}
    for found in importlib.metadata.distributions():
        try:
            name = found.metadata["Name"]
        except Exception:
            continue
        if name:
            seen.setdefault(normalised(name), found)
    return sorted(seen.items())


SUFFIXES = [".py"] + sorted(importlib.machinery.EXTENSION_SUFFIXES, key=len, reverse=True)


def module_of(file):
    """The module's name of a file, without its folder; None where it is none."""
    for suffix in SUFFIXES:
        if file.endswith(suffix):
            name = file[: -len(suffix)]
            return name if name.isidentifier() else None
    return None


def import_names(found):
    """What is imported to use a distribution: its top-level modules and packages; of a namespace, what is in it."""
    tree = {}
    for parts in module_files(found):
        node = tree
        for part in parts[:-1]:
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                break
        else:
            node[parts[-1]] = None
    names = sorted(inside(tree, ()))
    if not names:
        text = found.read_text("top_level.txt") or ""
        names = sorted(line.strip().replace("/", ".") for line in text.splitlines() if line.strip())
    public = [name for name in names if not name.startswith("_")]
    names = public or [name for name in names if not name.startswith("__editable__")]
    meant = [name for name in names if name.split(".")[0] not in BESIDE]
    return meant or names


def module_files(found):
    """The files of a distribution that may be modules, as parts of a path."""
    for file in found.files or []:
        parts = tuple(file.parts)
        if ".." not in parts and "__pycache__" not in parts and not parts[0].endswith((".dist-info", ".egg-info", ".data")):
            yield parts


def all_modules(found):
    """Every module of a distribution, whether or not its top-level package imports it."""
    for parts in module_files(found):
        module = module_of(parts[-1])
        if module:
            yield ".".join(parts[:-1] + ((module,) if module != "__init__" else ()))


def asked_for(top, owners):
    """Modules of distributions that the application's own files import without a condition, each with the first place that does."""
    found = {}
    paths = [] if top == "/" else sorted(path for path, status in walk(top) if path.endswith(".py") and stat.S_ISREG(status.st_mode) and status.st_size < 1 << 20)
    for path in paths[:2000]:
        if "/site-packages/" in path:
            continue
        try:
            with open(path, "rb") as file:
                body = ast.parse(file.read()).body
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in body:
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module] + [node.module + "." + alias.name for alias in node.names]
            for name in names:
                if name in owners:
                    found.setdefault(name, "%s:%d" % (path, node.lineno))
    return found


def inside(tree, above):
    for name, below in tree.items():
        if below is None:
            module = module_of(name)
            if module and module != "__init__":
                yield ".".join(above + (module,))
        elif not name.isidentifier() or (above and name in BESIDE):
            continue
        elif any(module_of(file) == "__init__" for file, node in below.items() if node is None):
            yield ".".join(above + (name,))
        elif len(above) < 4:
            yield from inside(below, above + (name,))


def demands(found):
    """Normalised names that a distribution asks for whatever the extras and the platform."""
    names = []
    for requirement in found.requires or []:
        if ";" not in requirement:
            names.append(normalised(re.split(r"[\s\[(<>=!~@;]", requirement, maxsplit=1)[0]))
    return sorted(set(names))


def size_of(found):
    total = 0
    for file in found.files or []:
        try:
            total += os.lstat(found.locate_file(file)).st_size
        except OSError:
            pass
    return total


# --- importing ---

CHILD = r"""
import json, os, sys
result = os.dup(1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
sys.path[:] = [path for path in sys.path if path]
asked, opened, ran, looking = [], [], [], []
try:
    import ctypes, ctypes.util, shutil
    find_library, which = ctypes.util.find_library, shutil.which
    def find(name):
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
    ctypes.util.find_library, shutil.which = find, look
except Exception:
    ctypes = None
def hook(event, details):
    if looking:
        return
    if event == "ctypes.dlopen" and details[0]:
        opened.append(details[0])
    elif event == "subprocess.Popen" and details[0]:
        ran.append(details[0])
sys.addaudithook(hook)
said = {"state": "fine"}
try:
    __import__(sys.argv[1])
except BaseException as error:
    chain, seen, at = [], set(), error
    while at is not None and id(at) not in seen and len(chain) < 8:
        seen.add(id(at))
        chain.append({"type": type(at).__name__, "text": str(at)[:4000]})
        if isinstance(at, FileNotFoundError) and isinstance(at.filename, str):
            ran.append(at.filename)
        if isinstance(at, ModuleNotFoundError) and at.name:
            chain[-1]["module"] = at.name
        at = at.__cause__ or at.__context__
    libraries = list(asked)
    # Opened again, which the hook must not hear.
    for name in list(dict.fromkeys(opened)):
        looking.append(name)
        try:
            ctypes.CDLL(os.fsdecode(name))
        except Exception:
            libraries.append(os.fsdecode(name))
        looking.pop()
    programs = []
    for name in ran:
        name = os.fsdecode(name) if isinstance(name, (str, bytes)) else ""
        if name and "/" not in name and which(name) is None:
            programs.append(name)
    said = {"state": "failed", "errors": chain, "libraries": list(dict.fromkeys(libraries)), "programs": list(dict.fromkeys(programs))}
said["loaded"] = [name for name in sys.argv[2:] if name in sys.modules]
os.write(result, json.dumps(said).encode())
os._exit(0)
"""


def imported(name, wanted=()):
    """How the import of one name ends, in a process of its own, and which of those wanted it brought along."""
    child = subprocess.Popen(
        [sys.executable, "-X", "faulthandler", "-c", CHILD, name, *wanted],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, err = child.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        return {"state": "late", "seconds": PATIENCE}
    try:
        return json.loads(out)
    except ValueError:
        code = child.returncode
        return {"state": "crashed", "signal": -code if code < 0 else 0, "code": code, "said": err.decode("utf-8", "replace")[-2000:]}


def user():
    """Who the image's user is, and what works for it."""
    home = os.path.expanduser("~")
    say(
        "user",
        uid=os.getuid(),
        gid=os.getgid(),
        home=home,
        home_exists=os.path.isdir(home),
        home_writable=os.access(home, os.W_OK),
        temporary=next((folder for folder in ("/tmp", "/var/tmp") if os.access(folder, os.W_OK)), None),
        writable=writable([os.getcwd(), sys.prefix]),
    )
    say("python", version=".".join(map(str, sys.version_info[:3])), prefix=sys.prefix, executable=sys.executable)
    everything = [(name, found, import_names(found)) for name, found in distributions()]
    for name, found, names in everything:
        say("distribution", name=name, version=found.version, size=size_of(found), imports=names, demands=demands(found))
    owners = {module: name for name, found, _ in everything for module in all_modules(found)}
    asked = asked_for(os.getcwd(), owners)
    # Nothing of the application's folder may stand in for a distribution.
    os.chdir("/")
    sys.path[:] = [path for path in sys.path if path]
    jobs = [(name, module) for name, _, names in everything for module in names]
    say("jobs", count=len(jobs))
    proved = {module for _, module in jobs}

    def job(pair):
        name, module = pair
        end = imported(module, [wanted for wanted in asked if owners[wanted] == name])
        proved.update(end.pop("loaded", ()))
        say("import", distribution=name, module=module, by=asked.get(module), **end)

    def run(jobs):
        with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 2)) as pool:
            list(pool.map(job, jobs))

    run(jobs)
    # What a package leaves to its user to import: pyzbar opens its library in pyzbar.pyzbar.
    rest = [(owners[module], module) for module in sorted(asked) if module not in proved]
    if rest:
        say("jobs", count=len(rest))
        run(rest)


def writable(folders):
    """Code that its own process could change; uv leaves an empty `.lock` that anyone may take."""
    found = []
    for top in dict.fromkeys(folders):
        if top == "/":
            continue
        for folder, _, files in os.walk(top):
            for path in [folder] + [os.path.join(folder, file) for file in files if file.endswith((".py", ".so", ".pth"))]:
                if os.access(path, os.W_OK) and not os.path.islink(path):
                    found.append(path)
            if len(found) > 20:
                return found
    return found


# --- ELF ---


class Elf:
    """The header and the dynamic section of an ELF file."""

    def __init__(self, file):
        head = file.read(64)
        self.wide, order = head[4] == 2, "<" if head[5] == 1 else ">"
        self.machine = struct.unpack_from(order + "H", head, 18)[0]
        self.needed, self.soname, self.paths, self.dynamic = [], None, [], False
        layout = "QQ" if self.wide else "II"
        at = struct.unpack_from(order + ("Q" if self.wide else "I"), head, 32 if self.wide else 28)[0]
        size, count = struct.unpack_from(order + "HH", head, 54 if self.wide else 42)
        file.seek(at)
        table, loads, dynamic = file.read(size * count), [], None
        for index in range(count):
            entry = table[index * size : (index + 1) * size]
            if self.wide:
                kind, _, offset, address, _, length = struct.unpack_from(order + "IIQQQQ", entry)
            else:
                kind, offset, address, _, length = struct.unpack_from(order + "IIIII", entry)
            if kind == 1:
                loads.append((address, offset, length))
            elif kind == 2:
                dynamic = (offset, length)
        if not dynamic or dynamic[1] > 1 << 20:
            return
        self.dynamic = True
        file.seek(dynamic[0])
        data = file.read(dynamic[1])
        step = struct.calcsize(order + layout)
        tags = [struct.unpack_from(order + layout, data, at) for at in range(0, len(data) - step + 1, step)]
        values = dict(tags)
        start = next((value - address + offset for value in [values.get(5, 0)] for address, offset, length in loads if address <= value < address + length), None)
        if start is None:
            return
        file.seek(start)
        strings = file.read(min(values.get(10, 0), 64 << 20))

        def text(at):
            return strings[at : strings.index(b"\0", at)].decode("utf-8", "replace")

        for tag, value in tags:
            if tag == 0:
                break
            if tag == 1:
                self.needed.append(text(value))
            elif tag == 14:
                self.soname = text(value)
        # DT_RPATH counts only where there is no DT_RUNPATH (ld.so(8)).
        for tag in (29, 15):
            if tag in values and not self.paths:
                self.paths = [path for path in text(values[tag]).split(":") if path]


def elf(path):
    try:
        with open(path, "rb") as file:
            if file.read(4) != b"\x7fELF":
                return None
            file.seek(0)
            return Elf(file)
    except (OSError, ValueError, IndexError, struct.error):
        return None


def search_path():
    """Where the dynamic loader looks without being told: ld.so.conf, and the folders that are built in."""
    folders, todo, seen = [], ["/etc/ld.so.conf"], set()
    while todo:
        path = todo.pop(0)
        if path in seen:
            continue
        seen.add(path)
        try:
            with open(path) as file:
                lines = [line.split("#")[0].strip() for line in file]
        except OSError:
            continue
        for line in lines:
            if line.startswith("include "):
                import glob

                for pattern in line.split()[1:]:
                    todo.extend(sorted(glob.glob(os.path.join(os.path.dirname(path), pattern))))
            elif line:
                folders.append(line)
    triplet = sysconfig.get_config_var("MULTIARCH") or ""
    folders += ["/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib"]
    return folders + ["/lib/" + triplet, "/usr/lib/" + triplet] if triplet else folders


def unresolved(files, owners):
    """Each ELF file that needs a library which the loader does not find, with that library."""
    own = elf(os.path.realpath(sys.executable))
    machine = own.machine if own else None
    everywhere, parsed = {}, {}
    for path in files:
        name = os.path.basename(path)
        if ".so" in name:
            everywhere.setdefault(name, path)
    for path in files:
        if os.path.islink(path):
            continue
        found = elf(path)
        if found and found.dynamic and found.machine == machine:
            parsed[path] = found
            everywhere.setdefault(found.soname or "", path)
    known = {}
    defaults = [path for path in os.environ.get("LD_LIBRARY_PATH", "").split(":") if path] + search_path()

    def reachable(path, found, name):
        if "/" in name:
            return os.path.exists(name)
        origin = os.path.dirname(path)
        for folder in found.paths:
            folder = folder.replace("${ORIGIN}", origin).replace("$ORIGIN", origin)
            if os.path.exists(os.path.join(folder, name)):
                return True
        if name not in known:
            known[name] = any(os.path.exists(os.path.join(folder, name)) for folder in defaults)
        return known[name]

    # What an extension module or a program is linked with, directly or not; the rest is opened on demand, if ever.
    linked, todo = set(), [path for path in parsed if is_module(path) or is_program(path)]
    while todo:
        path = todo.pop()
        if path not in linked:
            linked.add(path)
            todo.extend(everywhere[name] for name in parsed[path].needed if everywhere.get(name) in parsed)
    for path, found in sorted(parsed.items()):
        for name in found.needed:
            if not reachable(path, found, name):
                # One that lies elsewhere in the image is loaded beforehand by the distribution that ships it.
                say("unresolved", path=path, soname=name, at=everywhere.get(name), linked=path in linked, owner=owners.get(path))
    return len(parsed)


def is_module(path):
    name = os.path.basename(path)
    return any(name.endswith(suffix) for suffix in importlib.machinery.EXTENSION_SUFFIXES if suffix != ".so")


def is_program(path):
    return ".so" not in os.path.basename(path) and os.access(path, os.X_OK)


# --- the rest of the system ---


def system():
    """The distribution, its packages, ELF files and leftovers."""
    say("release", **release())
    for name, kibibytes in packages():
        say("package", name=name, size=kibibytes * 1024)
    files = []
    for path, status in walk("/"):
        mode = status.st_mode
        name = os.path.basename(path)
        if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
            say("privileged", path=path, mode=oct(mode & 0o7777)[2:])
        # A folder with the sticky bit is made to be shared, as /tmp is; an empty file holds nothing to change.
        shared = stat.S_ISREG(mode) and status.st_size or stat.S_ISDIR(mode) and not mode & stat.S_ISVTX
        if shared and mode & stat.S_IWOTH:
            say("open", path=path)
        if ".so" in name or (stat.S_ISREG(mode) and mode & 0o111):
            files.append(path)
        if name == ".git" or (re.match(r"\.env(\.|$)", name) and not re.search(r"\.(example|sample|template|dist)$", name)) or name in (".netrc", ".pypirc"):
            if "/site-packages/" not in path and "/dist-packages/" not in path:
                say("private", path=path)
    owners = {}
    for name, found in distributions():
        for file in found.files or []:
            if ".so" in file.name or file.suffix == "":
                owners[os.path.realpath(str(found.locate_file(file)))] = name
    say("elf", count=unresolved(files, owners))
    leftovers()


def release():
    fields = {}
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        try:
            with open(path) as file:
                for line in file:
                    key, _, value = line.strip().partition("=")
                    fields[key] = value.strip("\"'")
            break
        except OSError:
            continue
    return {"id": fields.get("ID"), "codename": fields.get("VERSION_CODENAME"), "name": fields.get("PRETTY_NAME")}


def packages():
    """Name and installed size, in KiB, of each package of the system."""
    texts = []
    for path in ["/var/lib/dpkg/status"] + sorted(listed("/var/lib/dpkg/status.d")):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                texts.append(file.read())
        except OSError:
            continue
    for paragraph in "\n\n".join(texts).split("\n\n"):
        fields = dict(re.findall(r"^(Package|Status|Installed-Size): *(.*)$", paragraph, re.M))
        if "Package" in fields and "deinstall" not in fields.get("Status", "") and "config-files" not in fields.get("Status", ""):
            yield fields["Package"], int(fields.get("Installed-Size", "0"))
    try:
        with open("/lib/apk/db/installed", encoding="utf-8", errors="replace") as file:
            for paragraph in file.read().split("\n\n"):
                fields = dict(re.findall(r"^(P|I):(.*)$", paragraph, re.M))
                if "P" in fields:
                    yield fields["P"], int(fields.get("I", "0")) // 1024
    except OSError:
        pass


def listed(folder):
    try:
        return [entry.path for entry in os.scandir(folder) if entry.is_file()]
    except OSError:
        return []


def walk(top):
    todo = [top]
    while todo:
        folder = todo.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue
        for entry in entries:
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            yield entry.path, status
            if stat.S_ISDIR(status.st_mode) and entry.path not in NOT_THE_IMAGES:
                todo.append(entry.path)


def weight(top):
    return sum(status.st_size for _, status in walk(top) if stat.S_ISREG(status.st_mode))


def leftovers():
    folders = [folder for folder in os.environ.get("PATH", "").split(":") if folder] + ["/usr/local/bin", "/usr/bin", "/bin", "/root/.cargo/bin"]
    places = {}
    for folder in folders:
        places.setdefault(os.path.realpath(folder), folder)
    for family, names in (("compiler", COMPILERS), ("installer", INSTALLERS)):
        for name in names:
            for folder in places.values():
                path = os.path.join(folder, name)
                if os.path.isfile(path) and os.access(path, os.X_OK):
                    say("tool", family=family, name=name, path=path)
    homes = ["/root"] + [entry.path for entry in (os.scandir("/home") if os.path.isdir("/home") else []) if entry.is_dir()]
    caches = ["/var/lib/apt/lists", "/var/cache/apt/archives", "/var/cache/apk"]
    caches += [home + "/" + name for home in homes for name in (".cache", ".cargo/registry", ".npm")]
    for path in caches:
        size = weight(path)
        # apt and dpkg keep a few small files in any image.
        if size > 64 * 1024:
            say("cache", path=path, size=size)


{"user": user, "system": system}[sys.argv[1]]()
say("end")
