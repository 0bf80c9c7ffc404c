# Takes the package $WITHOUT out of an image, with what only it brought: what is left is what the other packages of the list bring.
# Where they bring it, too, says `kept` and takes out it alone. Says each file that went; the script behind this one tries without.
cd /tmp
files() { find /usr /opt /etc/alternatives ! -type d ! -path '/usr/share/doc/*' | sort; }
unwanted() {
  apt-get --simulate -o APT::AutoRemove::RecommendsImportant=false -o APT::AutoRemove::SuggestsImportant=false autoremove |
    sed -n 's/^Remv \([^ :]*\).*/\1/p' | sort
}
unwanted >before
apt-mark auto "$WITHOUT" >/dev/null || exit 1
unwanted | comm -13 before - >gone
if ! grep --quiet --line-regexp "$WITHOUT" gone
then echo kept; echo "$WITHOUT" >gone
fi
files >before
xargs dpkg --purge --force-all <gone >log 2>&1 || { cat log; exit 1; }
files | comm -23 before - | sed 's/^/gone:/'
