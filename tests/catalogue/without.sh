# Takes the package $WITHOUT out of an image, with what only it brought: what is left is what the other packages of the list bring.
# Where they bring it, too, says `kept` and takes out it alone, with what it is only another name of (pkg-config is one of pkgconf).
# Says each file that went; the script behind this one tries without.
# (`apt-get autoremove` knows as much; it takes ten seconds to say it.)
cd /tmp
files() { find /usr /opt /etc/alternatives ! -type d ! -path '/usr/share/doc/*' | sort; }
python - "$WITHOUT" >gone <<'END' || exit 1
import re, sys


def paragraphs(path):
    with open(path) as file:
        for text in file.read().split("\n\n"):
            yield dict(re.findall(r"^([\w-]+): (.*)$", text, re.M))


def names(field):
    return re.findall(r"(?:^|[,|])\s*([\w.+-]+)", field)


automatic = {one["Package"] for one in paragraphs("/var/lib/apt/extended_states") if one.get("Auto-Installed") == "1"}
needs, brings, wanted = {}, {}, set()
for one in paragraphs("/var/lib/dpkg/status"):
    if one.get("Status") == "install ok installed":
        name = one["Package"]
        needs[name] = names(one.get("Pre-Depends", "")) + names(one.get("Depends", ""))
        for other in [name, *names(one.get("Provides", ""))]:
            brings.setdefault(other, []).append(name)
        if name not in automatic or one.get("Essential") == "yes":
            wanted.add(name)


def needed(first):
    seen, left = set(), list(first)
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            left += [other for need in needs[name] for other in brings.get(need, [])]
    return seen


for name in sorted(needed(wanted) - needed(wanted - {sys.argv[1]})):
    print(name)
END
bears() { xargs dpkg --listfiles <gone 2>/dev/null | grep --invert-match --extended-regexp '^(|/\.|/usr(/share(/(doc|lintian)(/.*)?)?)?)$' >/dev/null; }
grep --quiet --line-regexp "$WITHOUT" gone || { echo kept; echo "$WITHOUT" >gone; }
for _ in 1 2; do
  bears && break
  echo kept
  tail -n 1 gone | xargs dpkg-query --show --showformat '${Depends}\n' | sed 's/[ ,(:|].*//' >>gone
done
files >before
xargs dpkg --purge --force-all <gone >log 2>&1 || { cat log; exit 1; }
files | comm -23 before - | sed 's/^/gone:/'
