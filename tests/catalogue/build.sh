# Installs $NAME into /out/site; where $SOURCE is 1 it is compiled: first without the packages $BUILD, which must fail.
cd /tmp
install="uv pip install --quiet --system --link-mode copy"
if [ "$SOURCE" = 1 ]; then
  source="--no-binary $NAME"
  if [ -n "$BUILD" ]; then
    timeout 200 $install --no-deps --no-cache $source --target /tmp/bare "$NAME" >/dev/null 2>&1 && echo built-without
    apt-get install --yes -qq --no-install-recommends $BUILD >/tmp/log 2>&1 || { echo no-packages; tail -n 3 /tmp/log >&2; }
  fi
fi
if timeout "$PATIENCE" $install $source --target /out/site "$NAME" >/tmp/log 2>&1
then echo built-with
else [ $? != 124 ] || echo too-long; tail -n 4 /tmp/log >&2
fi
