# Installs $WHAT into the cache's folder out/$KEY. What stands in $COMPILED is compiled now: nothing that an earlier run built is
# taken. Says `built`, or what the log ends with after `| `.
cd /tmp
# One at a time compiles a distribution: others that bring it wait, else one would take what the other throws away.
fd=3
for name in $COMPILED; do
  eval "exec $fd>/cache/compiling-$name"
  flock "$fd"
  fd=$((fd + 1))
  rm -rf "$UV_CACHE_DIR"/sdists-v*/pypi/"$name"
done
rm -rf "/cache/out/$KEY"
printf '%s\n' "$CONSTRAINTS" >/tmp/constraints
failed=
if timeout --kill-after 5 "$PATIENCE" env UV_HTTP_TIMEOUT=120 uv pip install --quiet --system --link-mode hardlink --build-constraints /tmp/constraints $OPTIONS --target "/cache/out/$KEY" $WHAT >/tmp/log 2>&1
then echo built
else [ $? != 124 ] || echo too-long; failed=1; tail -n 300 /tmp/log | cut -c -300 | sed 's/^/| /'
fi
