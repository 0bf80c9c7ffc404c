# Runs $CODE as a user without rights over /out/site: first without $RUN, which must fail, then with them.
cd /tmp
echo "on:$(date +%F)"
export PYTHONPATH=/out/site PYTHONDONTWRITEBYTECODE=1
try() { timeout 90 setpriv --reuid 1000 --regid 1000 --clear-groups env HOME=/tmp python -W ignore -c "$CODE" >/tmp/log 2>&1; }
try && echo runs-without
if [ -n "$RUN" ]; then
  mkdir --parents /usr/share/man/man1
  apt-get install --yes -qq --no-install-recommends $RUN >/tmp/apt 2>&1 || { echo no-packages; tail -3 /tmp/apt >&2; }
  try && echo runs-with || tail -3 /tmp/log >&2
fi
# Every extension module and library of the distribution itself finds what it is linked against.
python - "$NAME" <<'END' | while read -r file; do ldd "$file" 2>/dev/null; done | sed -n 's/^\t\(.*\) => not found$/unresolved:\1/p' | sort -u
import importlib.metadata, sys
for file in importlib.metadata.distribution(sys.argv[1]).files or []:
    if ".so" in file.suffixes:
        print(file.locate())
END
