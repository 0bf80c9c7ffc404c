# Installs $WHAT into the cache's folder out/$KEY. What stands in $COMPILED is compiled now: nothing that another image's packages
# built is taken, and what this very image built is only if the index has nothing newer, and not with $FRESH. With $ASIDE what is
# built is thrown away. Says `built`, or what the log ends with after `| `.
cd /tmp
# One at a time compiles a distribution: others that bring it wait, else one would take what the other throws away.
fd=3
for name in $COMPILED; do
  eval "exec $fd>/cache/compiling-$name"
  flock "$fd"
  fd=$((fd + 1))
done
printf '%s\n' "$CONSTRAINTS" >/tmp/constraints
install() {
  timeout --kill-after 5 "$PATIENCE" env UV_HTTP_TIMEOUT=120 uv pip install --system --link-mode hardlink --build-constraints /tmp/constraints $OPTIONS --target "/cache/out/$KEY" "$@" $WHAT >/tmp/log 2>&1
}
stamp="$BUILDER $OPTIONS $CONSTRAINTS $WHAT"
failed=
if [ -z "$FRESH" ] && [ "$(cat "/cache/out/$KEY/.stamp" 2>/dev/null)" = "$stamp" ] && install --dry-run --upgrade && grep --quiet 'no changes' /tmp/log
then echo built
else
  for name in $COMPILED; do
    for at in "$UV_CACHE_DIR"/sdists-v*/pypi/"$name"; do
      if [ -n "$ASIDE" ] && [ -e "$at" ]; then rm -rf "$at.kept"; mv "$at" "$at.kept"; else rm -rf "$at"; fi
    done
  done
  rm -rf "/cache/out/$KEY"
  if install --quiet
  then echo built; printf %s "$stamp" >"/cache/out/$KEY/.stamp"
  else [ $? != 124 ] || echo too-long; failed=1; tail -n 300 /tmp/log | cut -c -300 | sed 's/^/| /'
  fi
  if [ -n "$ASIDE" ]; then
    rm -rf "/cache/out/$KEY"
    for kept in "$UV_CACHE_DIR"/sdists-v*/pypi/*.kept; do
      for name in $COMPILED; do
        [ "${kept##*/}" != "$name.kept" ] || { rm -rf "${kept%.kept}"; mv "$kept" "${kept%.kept}"; }
      done
    done
  fi
fi
