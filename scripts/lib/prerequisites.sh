# Installs what is missing, and nothing else: Debian's and Ubuntu's packages by apt-get. Sourced, never run.
# shellcheck shell=bash

# Without this file's word "no", Debian starts a service as soon as its package is there. We want the programs of nginx,
# iperf3, HAProxy and sshd, never a server on this machine. Known by its second line, so that one left behind by a kill is taken away
# next time.
readonly SERVICE_POLICY=/usr/sbin/policy-rc.d
readonly SERVICE_POLICY_MARK='# by Trigon: no service starts while its prerequisites are installed'

# prerequisites build|run|lab|clients|test|bench …: each group's programs are there when this returns
prerequisites() {
    local group missing=()
    for group in "$@"; do
        case $group in
            build)
                find_jdk || missing+=("$(jdk_package)")
                want mvn maven
                ;;
            run)
                find_jdk || command -v java >/dev/null || missing+=("$(jdk_package)")
                library libpcap.so.0.8 libpcap0.8
                want ip iproute2
                want nft nftables
                ;;
            lab)
                want ip iproute2
                want flock util-linux
                want nginx nginx
                want dnsmasq dnsmasq-base
                want sysctl procps
                want ethtool ethtool
                ;;
            clients)
                want curl curl
                want dig bind9-dnsutils
                want jq jq
                ;;
            test)
                want arping iputils-arping
                want ping iputils-ping
                want tracepath iputils-tracepath
                want iperf3 iperf3
                want socat socat
                want hping3 hping3
                want tcpreplay tcpreplay
                want tcpdump tcpdump
                want wrk wrk
                want ssh-keyscan openssh-client
                want sshd openssh-server
                want zsh zsh
                want fish fish
                ;;
            bench)
                want jq jq
                want gnuplot gnuplot-nox
                want cc gcc
                file /usr/include/linux/if_xdp.h linux-libc-dev
                file /usr/include/stdio.h libc6-dev
                want nginx nginx
                want wrk wrk
                want haproxy haproxy
                file /usr/lib/nginx/modules/ngx_stream_module.so libnginx-mod-stream
                ;;
            *) die "prerequisites" "no group is called $group" "name build, run, lab, clients, test or bench" ;;
        esac
    done
    ((${#missing[@]} == 0)) || install "${missing[@]}"
    find_jdk || true
}

# want PROGRAM PACKAGE
want() {
    command -v "$1" >/dev/null || missing+=("$2")
}

# file PATH PACKAGE
file() {
    [[ -e $1 ]] || missing+=("$2")
}

# library SONAME PACKAGE
library() {
    [[ $(ldconfig -p) == *"$1"* ]] || missing+=("$2")
}

# The JDK that Maven and the launchers are to use: JAVA_HOME's or the path's if new enough, else the newest that is installed.
find_jdk() {
    local home
    if new_enough "${JAVA_HOME:-}"; then
        return
    elif command -v javac >/dev/null && new_enough "$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")"; then
        unset JAVA_HOME
        return
    fi
    for home in $(printf '%s\n' /usr/lib/jvm/* | sort -Vr); do
        if new_enough "$home"; then
            export JAVA_HOME=$home PATH=$home/bin:$PATH
            return
        fi
    done
    return 1
}

# The release file beside bin says which Java it is without starting one.
new_enough() {
    local version
    [[ -n $1 && -x $1/bin/javac ]] || return
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null) || true
    if [[ -z $version ]]; then
        version=$("$1/bin/javac" -version 2>&1) || return
        version=${version#javac }
    fi
    [[ ${version%%[!0-9]*} -ge 17 ]]
}

jdk_package() {
    local release
    for release in 17 21 25; do
        if apt-cache show "openjdk-$release-jdk-headless" >/dev/null 2>&1; then
            echo "openjdk-$release-jdk-headless"
            return
        fi
    done
    echo openjdk-17-jdk-headless
}

install() {
    need_root "installing $*"
    command -v apt-get >/dev/null ||
        die "installing $*" "there is no apt-get here" "install them by this system's own means"
    echo "Installing $*" >&2
    local log package service new=()
    log=$(mktemp)
    # never a service that the machine had before
    for package in "$@"; do
        case $package in
            nginx) is_installed nginx || new+=(nginx.service) ;;
            haproxy) is_installed haproxy || new+=(haproxy.service) ;;
            openssh-server) is_installed openssh-server || new+=(ssh.socket ssh.service) ;;
        esac
    done
    if ! (
        trap allow_services EXIT
        forbid_services
        export DEBIAN_FRONTEND=noninteractive
        apt-get -qq update && apt-get -qq -y --no-install-recommends install "$@"
    ) >"$log" 2>&1 </dev/null; then
        tail -n 5 "$log" >&2
        rm -f "$log"
        die "installing $*" "apt-get failed, as above" "check the network and /etc/apt, or install them yourself"
    fi
    rm -f "$log"
    # Nor is it to start with the machine from now on.
    command -v systemctl >/dev/null || return 0
    for service in "${new[@]}"; do
        systemctl --quiet disable --now "$service" >/dev/null 2>&1 || true
    done
}

is_installed() {
    [[ $(dpkg-query -W -f '${Status}' "$1" 2>/dev/null) == *' installed' ]]
}

forbid_services() {
    [[ -e $SERVICE_POLICY ]] && ! ours_is_left && return
    printf '#!/bin/sh\n%s\nexit 101\n' "$SERVICE_POLICY_MARK" >"$SERVICE_POLICY"
    chmod 755 "$SERVICE_POLICY"
}

allow_services() {
    if ours_is_left; then
        rm -f "$SERVICE_POLICY"
    fi
}

ours_is_left() {
    grep -qsxF "$SERVICE_POLICY_MARK" "$SERVICE_POLICY"
}
