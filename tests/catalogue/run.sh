# Runs $CODE as a user without rights over the cache's folder out/$KEY. Says `ran`, the version, what is unresolved.
cd /tmp
echo "on:$(date +%F)"
export PYTHONPATH="/cache/out/$KEY" PYTHONDONTWRITEBYTECODE=1
if timeout --kill-after 5 120 setpriv --reuid 1000 --regid 1000 --clear-groups env HOME=/tmp python -W ignore -c "$TRACE" >/tmp/log 2>&1
then echo ran
else [ $? != 124 ] || echo too-long; tail -n 300 /tmp/log | cut -c -300 | sed 's/^/| /'
fi
# Every extension module and library of the distribution itself finds what it is linked against: on the system, or in a file of
# that name among what is installed, which its package loads before it (as torch does for torchvision).
[ -z "$NAME" ] || python - "$NAME" "$PYTHONPATH" <<'END'
import importlib.metadata, os, subprocess, sys

found = importlib.metadata.distribution(sys.argv[1])
print(f"version:{found.version}")
here = {name for _, _, names in os.walk(sys.argv[2]) for name in names if ".so" in name}
for file in found.files or []:
    if ".so" in file.suffixes:
        said = subprocess.run(["ldd", file.locate()], capture_output=True, text=True).stdout
        for line in said.splitlines():
            soname, arrow, rest = line.strip().partition(" => ")
            if rest == "not found" and soname not in here:
                print(f"unresolved:{soname}")
END
