# Sourced by scripts/demo and scripts/test: finds out which Debian packages are missing, says which and why, installs them.
# Knows Debian 12 (bookworm) and 13 (trixie); elsewhere it checks that the tools are there and leaves the rest to Meson.
# Does nothing, silently, when all is there.

# PACKAGE<space>WHY, one a line.
build_packages() {
  cat <<'LIST'
g++ the C++20 compiler
meson the build system
ninja-build runs the build
pkgconf finds the libraries
libre2-dev RE2: regular expressions in linear time
libsimdjson-dev simdjson: reads JSON events
libyaml-cpp-dev yaml-cpp: reads rules
libtbb-dev oneTBB: uses all cores
libfmt-dev fmt: formats messages
libcli11-dev CLI11: the command line
zlib1g-dev zlib: events in .gz files
libzstd-dev zstd: events in .zst files
libxxhash-dev xxHash: alert identifiers, hash tables
LIST
  # Debian has it for some processors, and Hyperscan, which it would push out, serves as well.
  case "$(dpkg --print-architecture)" in
    amd64 | arm64 | ppc64el)
      dpkg-query -W -f '${db:Status-Status}\n' libhyperscan-dev 2>/dev/null | grep -qx installed ||
        echo "libvectorscan-dev vectorscan: searches for literals, tested against the own search"
      ;;
  esac
}
test_packages() {
  cat <<'LIST'
doctest-dev doctest: the unit tests
libicu-dev ICU: the reference evaluator's case folding
libbenchmark-dev Google Benchmark: times single stages
valgrind valgrind: counts the instructions that an event takes
abigail-tools abidiff: compares the binary interface of libsigrun with the recorded one
LIST
  # The default clang of each release: a second compiler, sanitizers and libFuzzer.
  case "$(debian_release)" in
    12)
      echo "clang-14 clang: the second compiler, sanitizers and fuzzers"
      echo "libclang-rt-14-dev the run time of clang's sanitizers and fuzzers"
      ;;
    13)
      echo "clang clang: the second compiler, sanitizers and fuzzers"
      echo "libclang-rt-19-dev the run time of clang's sanitizers and fuzzers"
      ;;
  esac
}

# For scripts/build-packages.
package_packages() {
  cat <<'LIST'
debhelper debhelper: builds Debian packages
dpkg-dev dpkg-shlibdeps: which packages the libraries are in
LIST
}

# Collectors that tests run for real: DAEMON PACKAGES. They are unpacked and never installed: Debian's log daemons push each other out, and a
# test must not replace the one that a system has.
collectors() {
  cat <<'LIST'
syslog-ng syslog-ng-core syslog-ng-dev libjson-c-dev
rsyslog rsyslog
LIST
}

# unpack_collectors FOLDER   each into FOLDER/DAEMON, with the libraries that are not installed; once. A daemon that cannot be had has no folder.
unpack_collectors() {
  local folder=$1 daemon packages package missing work
  command -v apt-get >/dev/null || return 0
  while read -r daemon packages; do
    [ ! -e "$folder/$daemon" ] || continue
    # Shell words on purpose: several packages.
    # shellcheck disable=SC2086
    missing=$(apt-get install -s --no-install-recommends $packages 2>/dev/null | awk '/^Inst /{print $2}')
    work=$(mktemp -d)
    # shellcheck disable=SC2086
    if [ -n "$missing" ] && (cd "$work" && apt-get -q -o Acquire::Retries=3 download $missing >log 2>&1); then
      say "Unpacked for tests, below $folder: $packages"
      mkdir -p "$work/root"
      for package in "$work"/*.deb; do dpkg-deb -x "$package" "$work/root"; done
      mkdir -p "$folder"
      mv "$work/root" "$folder/$daemon"
    fi
    rm -rf "$work"
  done <<<"$(collectors)"
}

debian_release() { ( . /etc/os-release 2>/dev/null && [ "${ID:-}" = debian ] && echo "${VERSION_ID:-}" ) || true; }

say() { printf '%s\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# install_missing KIND...   where KIND_packages is a function above
install_missing() {
  local kind package why missing=() list=""
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    local tool
    for tool in meson ninja pkg-config c++; do
      if ! command -v "$tool" >/dev/null; then
        say "This system has no apt-get, so please install by hand what docs/dependencies.md lists; missing: $tool"
        return 3
      fi
    done
    return 0
  fi
  for kind in "$@"; do
    while read -r package why; do
      if ! dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed; then
        missing+=("$package")
        list+=$(printf '  %-20s %s' "$package" "$why")$'\n'
      fi
    done <<<"$("${kind}_packages")"
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  say "Installing ${#missing[@]} packages with apt-get (from Debian, nothing else):"
  printf '%s' "$list" >&2
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    say "This needs root and there is no sudo. As root, run:"
    say "  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    return 3
  fi
  local attempt log status=1
  log=$(mktemp)
  for attempt in 1 2 3; do
    if as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 update >"$log" 2>&1 &&
       as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
         install --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
      status=0
      break
    fi
    say "apt-get did not succeed (try $attempt of 3):"
    tail -n 5 "$log" >&2
    [ "$attempt" = 3 ] || sleep $((attempt * 5))
  done
  rm -f "$log"
  [ "$status" = 0 ] || { say "apt-get failed; the packages above are needed."; return 3; }
  say "Installed."
}

# What demo and test both build with, to the letter: another option would compile everything again. Not --buildtype, which
# sets other options, and in `meson configure` overrides those beside it.
release_options=(-Doptimization=2 -Ddebug=false -Db_ndebug=true)

# configure FOLDER OPTION...   a Meson build folder, made once and kept up to date
configure() {
  local folder=$1 log status=0
  shift
  log=$(mktemp)
  # A build folder remembers absolute paths: one that came along with a moved project starts afresh.
  if [ -f "$folder/build.ninja" ] && [ "$(cat "$folder/made-in" 2>/dev/null)" = "$PWD" ] &&
     meson configure "$folder" "$@" >"$log" 2>&1 && ninja -C "$folder" build.ninja >>"$log" 2>&1; then
    rm -f "$log"
    return 0
  fi
  rm -rf "$folder"
  meson setup "$folder" "$@" >"$log" 2>&1 || status=$?
  if [ "$status" = 0 ]; then
    printf '%s\n' "$PWD" >"$folder/made-in"
  else
    cat "$log" >&2
    say "The build could not be configured."
  fi
  rm -f "$log"
  return "$status"
}

# compile FOLDER [TARGET...]   quiet when it succeeds
compile() {
  local folder=$1
  shift
  ninja --quiet -k 0 -C "$folder" -j "$(nproc)" "$@" >&2  # -k 0: every error at once
}
