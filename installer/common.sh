# shellcheck shell=bash
# What the scripts of this directory share. Sourced, not run.
#
# Exit codes of all of them: 0 done; 1 it failed; 2 it was called wrongly; 3 a tool or a package of the package source is missing.
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
umask 022

installer=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$installer")
me=$(basename "$0")

say() { echo "$me: $*" >&2; }
fail() { say "$*"; exit 1; }
misused() { say "$*"; say "See $me --help."; exit 2; }

# The comment at the top of the script that was started.
help() { sed -n '2,/^[^#]/{/^#/!d;s/^# \{0,1\}//;p}' "$0"; }

# need PROGRAM DEBIAN-PACKAGE
need() {
  command -v "$1" >/dev/null && return
  say "$1 is missing. On Debian: apt-get install $2"
  exit 3
}

# The version has one place.
project_version() { sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/src/Directory.Build.props"; }

# What all that build take: --out DIR, --work DIR, --version V, --package-version V, --quick. Sets out, work, version, package_version,
# quick (or nothing), SOURCE_DATE_EPOCH; leaves the other arguments in `others`.
build_options() {
  out=$installer/out work='' version=$(project_version) package_version='' quick='' others=()
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h) help; exit 0 ;;
      --quick) quick=yes ;;
      --out | --work | --version | --package-version)
        [ $# -ge 2 ] || misused "$1 wants a value."
        case $1 in --out) out=$2 ;; --work) work=$2 ;; --version) version=$2 ;; --package-version) package_version=$2 ;; esac
        shift ;;
      -*) misused "'$1' is not understood." ;;
      *) others+=("$1") ;;
    esac
    shift
  done
  [ -n "$package_version" ] || package_version=$version
  [[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || misused "'$version' is not a version such as 1.2.3 or 1.2.3-rc.1."
  [[ "$package_version" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || misused "'$package_version' is not a version such as 1.2.3 or 1.2.3-rc.1."
  need dotnet "dotnet-sdk-10.0 (from Microsoft's package source)"
  mkdir -p "$out"
  out=$(realpath "$out")
  if [ -z "$work" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
  fi
  mkdir -p "$work"
  work=$(realpath "$work")
  # What is made carries the commit's time, not the clock's: built twice, it is the same.
  if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
    need git "git, or set SOURCE_DATE_EPOCH to the time to put into the packages (seconds since 1970)"
    # A checkout that belongs to somebody else is refused, too; git says which it is.
    if ! SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct); then
      say "The commit's time is not known, so set SOURCE_DATE_EPOCH to the time to put into the packages (seconds since 1970)."
      exit 3
    fi
  fi
  export SOURCE_DATE_EPOCH
}

# All that the programs are made of, and how.
source_digest() {
  (cd "$root" && find src installer/common.sh installer/publish.targets -type f -not -path '*/bin/*' -not -path '*/obj/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}

# publish_project NAME RID DIRECTORY [OPTION...]: one executable with all that it needs. Without an OPTION in the form that is shipped.
# Analyzers change nothing of what comes out and take a third of the time; the gate's build has them all.
publish_project() {
  local name=$1 rid=$2 target=$3 log=$work/publish-$1-$2.log
  shift 3
  # Sources, obj and bin of the checkout stay as they are.
  if ! dotnet publish "$root/src/$name/$name.csproj" -c Release -r "$rid" -o "$target" --artifacts-path "$work/artifacts" -v quiet \
      --disable-build-servers -p:UseSharedCompilation=false -p:RunAnalyzers=false -p:Version="$version" -p:DebugType=none -p:DebugSymbols=false \
      -p:PublishDocumentationFiles=false -p:IsTransformWebConfigDisabled=true -p:StaticWebAssetsEnabled=false -p:CustomAfterMicrosoftCommonTargets="$installer/publish.targets" -p:CheckoutRoot="$root" "$@" >"$log" 2>&1; then
    cat "$log" >&2
    if grep -qE 'NU1101|NU1102|NU1301' "$log"; then
      say "A package for $rid can't be restored."
      exit 3
    fi
    fail "dotnet publish of $name for $rid failed."
  fi
}

# publish RID: both programs in one directory with one runtime; sets `published`. What is there already from the same sources is taken.
publish() {
  local rid=$1 stamp file
  published=$work/published-$rid
  stamp="$(source_digest) $version ${quick:-full} $SOURCE_DATE_EPOCH"
  [ "$(cat "$published.stamp" 2>/dev/null)" = "$stamp" ] && return
  say "building $version for $rid"
  rm -rf "$published" "$published.stamp" "$work/tray-$rid"
  local form=(--self-contained -p:PublishReadyToRun="$([ -n "$quick" ] && echo false || echo true)")
  publish_project FolderSync.Host "$rid" "$published" "${form[@]}"
  publish_project FolderSync.Tray "$rid" "$work/tray-$rid" "${form[@]}"
  (cd "$work/tray-$rid" && find . -type f -print0 | sort -z) | while IFS= read -r -d '' file; do
    if [ ! -e "$published/$file" ]; then
      cp -p "$work/tray-$rid/$file" "$published/$file"
    elif ! cmp -s "$work/tray-$rid/$file" "$published/$file"; then
      fail "The two programs want different files of one name: $file. They can't share a directory."
    fi
  done
  rm -rf "$work/tray-$rid"
  chmod -R u=rwX,go=rX "$published"
  find "$published" -type f -exec chmod 644 {} +
  for file in foldersync foldersync-tray; do
    [ ! -e "$published/$file" ] || chmod 755 "$published/$file"
  done
  echo "$stamp" >"$published.stamp"
}

# The drawings as the tray's build left them.
icons() { echo "$work/artifacts/obj/FolderSync.Tray/icons"; }

# The RID of this computer.
native_rid() { case $(uname -m) in x86_64) echo linux-x64 ;; aarch64) echo linux-arm64 ;; *) fail "FolderSync is not built on $(uname -m)." ;; esac; }

# same_times DIRECTORY: modes as umask 022 makes them, the commit's time.
same_times() { find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; }

# bill RID FILE: what is shipped, as a CycloneDX bill of materials; and NOTICES.txt beside the programs' directory for those who get it.
bill() {
  # The SDK builds it in one place for all runs: two at once would read what the other is writing.
  flock "$installer" dotnet run "$installer/sbom.cs" -- "$published" "$1" "$package_version" "$2" "$work/NOTICES-$1.txt" || fail "The bill of materials could not be made."
}

# notices_are_whole NOTICES DEPS-JSON...: every package with a file in the programs is named with its licence, and every licence's text is there.
notices_are_whole() {
  local notices=$1 package licence missing=''
  shift
  [ $# -gt 0 ] && [ -s "$1" ] || { echo "There are no programs whose packages could be read."; return 1; }
  grep -q '^Copyright (c) The FolderSync authors' "$notices" || missing+=$'\n'"FolderSync's own licence"
  while IFS= read -r package; do
    grep -qF "$package (" "$notices" || missing+=$'\n'"$package"
  done < <(awk -F'"' '/^      "[^"]+\/[^"]+": \{/ { name = $2 }
    /^        "(runtime|native|resources)": \{$/ && name != "" { print name; name = "" }' "$@" | grep -viE '^foldersync[.-]|^foldersync/' | sed 's/^runtimepack\.//; s:/: :' | sort -u)
  while IFS= read -r licence; do
    grep -qx "$licence" "$notices" || missing+=$'\n'"the text of $licence"
  done < <(sed -nE '/^={20}/q; s/^[^ ]+ [^ ]+ \(([^)]*)\)$/\1/p' "$notices" | tr ' ' '\n' | grep -vxE 'AND|OR|WITH' | sort -u)
  [ -z "$missing" ] || { echo "Not in $notices:$missing"; return 1; }
}

# sums: SHA256SUMS over all that lies in the output.
sums() { (cd "$out" && find . -maxdepth 1 -type f -iname 'foldersync*' -printf '%P\0' | sort -z | xargs -0 -r sha256sum >SHA256SUMS); }

# debian_version VERSION: a pre-release sorts before its release.
debian_version() { echo "${1/-/\~}"; }

setup_name() { echo "FolderSync-$1-windows-x64-setup.exe"; }
portable_name() { echo "FolderSync-$1-windows-x64-portable.zip"; }
deb_name() { echo "foldersync_$(debian_version "$1")_$2.deb"; }
tar_name() { echo "foldersync-$1-$2.tar.gz"; }
bill_name() { echo "foldersync-$1-$2.cdx.json"; }

# linux_arch RID: Debian's name of the architecture.
linux_arch() { case $1 in linux-x64) echo amd64 ;; linux-arm64) echo arm64 ;; *) misused "'$1' is not linux-x64 or linux-arm64." ;; esac; }

# linux_tree RID DIRECTORY: bin, lib, share, as they lie below /usr or /usr/local or ~/.local.
linux_tree() {
  local rid=$1 tree=$2 program size
  publish "$(native_rid)"
  local runs=$published/foldersync
  publish "$rid"
  rm -rf "$tree"
  mkdir -p "$tree"/{bin,lib,share/man/man1,share/bash-completion/completions,share/zsh/vendor-completions,share/fish/vendor_completions.d} \
    "$tree"/share/{applications,icons/hicolor/scalable/apps,doc/foldersync}
  cp -r "$published" "$tree/lib/foldersync"
  for program in foldersync foldersync-tray; do
    ln -s "../lib/foldersync/$program" "$tree/bin/$program"
  done
  "$runs" man "$tree/share/man/man1"
  cp "$installer/debian/foldersync-tray.1" "$tree/share/man/man1/"
  gzip -9n "$tree"/share/man/man1/*
  "$runs" completion bash >"$tree/share/bash-completion/completions/foldersync"
  "$runs" completion zsh >"$tree/share/zsh/vendor-completions/_foldersync"
  "$runs" completion fish >"$tree/share/fish/vendor_completions.d/foldersync.fish"
  cp "$installer/debian/foldersync.desktop" "$tree/share/applications/"
  for size in 16 24 32 48 64 128 256; do
    mkdir -p "$tree/share/icons/hicolor/${size}x$size/apps"
    cp "$(icons)/foldersync-$size.png" "$tree/share/icons/hicolor/${size}x$size/apps/foldersync.png"
  done
  cp "$root/src/FolderSync.Tray/Icons/foldersync.svg" "$tree/share/icons/hicolor/scalable/apps/"
  bill "$rid" "$out/$(bill_name "$package_version" "$rid")"
  cp "$work/NOTICES-$rid.txt" "$tree/share/doc/foldersync/NOTICES.txt"
  cp "$root/LICENSE" "$root/CHANGELOG.md" "$tree/share/doc/foldersync/"
  cp -r "$root/config-samples" "$tree/share/doc/foldersync/examples"
  find "$tree" -type d -exec chmod 755 {} +
  find "$tree" -path "$tree/lib" -prune -o -type f -exec chmod 644 {} +
}
