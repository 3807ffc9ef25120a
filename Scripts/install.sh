#!/usr/bin/env bash
# install.sh DESTDIR PREFIX SYSCONFDIR: puts the program, its files and its unit in place.
# An existing configuration is never overwritten.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/common.sh

destination=$1 prefix=$2 sysconf=$3
program=.build/release/weir
[ -x $program ] || fail "$program is not there" "Run: make build"

step "Installing to $destination$prefix"
install -D -m 755 $program "$destination$prefix/sbin/weir"
for file in README.md CHANGELOG.md LICENSE docs/*.md; do
  install -D -m 644 "$file" "$destination$prefix/share/doc/weir/$(basename "$file")"
done
for file in config/*; do
  [ ! -f "$file" ] || install -D -m 644 "$file" "$destination$prefix/share/doc/weir/examples/$(basename "$file")"
done
if compgen -G 'logformats/*' >/dev/null; then
  for file in logformats/*; do
    [ ! -f "$file" ] || install -D -m 644 "$file" "$destination$prefix/share/weir/logformats/$(basename "$file")"
  done
fi
find logformats/readers -type f -printf '%P\n' | while read -r file; do
  install -D -m 644 "logformats/readers/$file" "$destination$prefix/share/weir/logformats/readers/$file"
done
for page in docs/man/*.[1-9]; do
  [ ! -f "$page" ] || install -D -m 644 "$page" "$destination$prefix/share/man/man${page##*.}/$(basename "$page")"
done
if [ -f config/weir.service ]; then
  mkdir -p "$destination$prefix/lib/systemd/system"
  sed "s|/usr/sbin/weir|$prefix/sbin/weir|g; s|/etc/weir|$sysconf/weir|g" config/weir.service >"$destination$prefix/lib/systemd/system/weir.service"
fi
if [ -e "$destination$sysconf/weir/weir.cfg" ]; then
  say "kept: $destination$sysconf/weir/weir.cfg"
else
  install -D -m 644 config/quickstart.cfg "$destination$sysconf/weir/weir.cfg"
fi
say "program: $prefix/sbin/weir    configuration: $sysconf/weir/weir.cfg"
say "examples, rsyslog and logrotate snippets: $prefix/share/doc/weir/examples"
