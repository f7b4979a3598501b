#!/bin/bash
# Installs what is missing on Debian 12 or later: install-dependencies.sh SET,
# where SET is build, check, demo, bench or profile. Needs no root when nothing
# is missing.
set -euo pipefail

missing=()

# need "PACKAGE..." PROBE...: the packages are missing if the probe fails.
need() {
  local packages
  read -ra packages <<<"$1"
  shift
  "$@" >/dev/null 2>&1 || missing+=("${packages[@]}")
}

# Some programs lie where only root looks.
has() { PATH=$PATH:/usr/sbin:/sbin command -v "$1"; }

# The sanitizers' and the fuzzer's runtime come apart from clang.
has_clang_runtime() {
  has clang &&
    ls "$(clang -print-resource-dir)"/lib/linux/libclang_rt.fuzzer-*.a \
      "$(clang -print-resource-dir)"/lib/linux/libclang_rt.asan-*.a
}

# Debian's postgresql lies where no PATH leads.
has_postgresql() { has psql && ls /usr/lib/postgresql/*/bin/initdb; }

has_chromium() {
  has chromium-headless-shell || has chromium-shell || has chromium
}

has_node() { has node && has npm; }

# Before pkg-config itself is there, everything that it would find is missing.
has_library() { pkg-config --exists "$1"; }

clang_runtime_package() {
  local version=14
  if has clang >/dev/null; then
    version=$(clang -dumpversion | cut -d . -f 1)
  fi
  echo "libclang-rt-$version-dev"
}

need_build() {
  need "gcc libc6-dev" has gcc
  need make has make
  need cmake has cmake
  need ninja-build has ninja
  need pkg-config has pkg-config
  need libuv1-dev has_library libuv
  need libssl-dev has_library openssl
  need libcurl4-openssl-dev has_library libcurl
  need libyaml-dev has_library yaml-0.1
}

need_demo() {
  need_build
  need "curl ca-certificates" has curl
  need openssl has openssl
}

need_check() {
  need_demo
  need clang has clang
  need clang-format has clang-format
  need clang-tidy has clang-tidy
  need "$(clang_runtime_package)" has_clang_runtime
  need libcmocka-dev has_library cmocka
  need groff-base has groff
  need python3 has python3
  need "nodejs npm" has_node
  need iproute2 has ip
  need microsocks has microsocks
  need tinyproxy-bin has tinyproxy
  need chromium-headless-shell has_chromium
  need libnss3-tools has certutil
  # Servers behind hyco listen --forward; the tests start their own on free
  # ports. Where systemd runs, Debian's packages also start theirs (port 22, and
  # 5432 of the loopback) and enable them: systemctl disable --now ssh
  # postgresql.
  need openssh-client has ssh
  need openssh-server has sshd
  need postgresql has_postgresql
  need socat has socat
}

need_bench() {
  need_build
  need haproxy has haproxy
  need iproute2 has ip
  need procps has sysctl
  need python3 has python3
  need "nodejs npm" has_node
  need socat has socat
  need util-linux has unshare
}

need_profile() {
  need_build
  has perf >/dev/null || need valgrind has valgrind
}

case ${1:-} in
build | demo | check | bench | profile) "need_$1" ;;
*)
  echo "usage: install-dependencies.sh build|check|demo|bench|profile" >&2
  exit 2
  ;;
esac

if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  as_root=(sudo)
fi
echo "installing: ${missing[*]}" >&2
apt_get=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120)
"${as_root[@]}" "${apt_get[@]}" update >&2
"${as_root[@]}" "${apt_get[@]}" install -y --no-install-recommends \
  "${missing[@]}" >&2
