# The lab's hosts, wires and addresses. Sourced by scripts/lab, which sets LAB.
# shellcheck shell=bash

#   one-armed                        two-armed                          routed
#
#   client                           client                             client
#     │                                │                                  │
#   router                           router ───────┐                    router ───────┐
#     │ lan                            │ lan       │ far                  │ lan       │ far
#   ══╪═══════╤══ lan                ══╪══ lan   ══╪═══════╤══ far      ══╪══ lan   ══╪═══════╤══ far
#   gateway   b1 b2 b3               gateway ──────┘       b1 b2 b3     gateway               b1 b2 b3

# shellcheck disable=SC2034 # for those who source this
readonly HOSTS=(client router gateway b1 b2 b3)
readonly SERVERS=(b1 b2 b3)
readonly SEGMENTS=(lan far)
readonly VIPS=203.0.113.0/24

lay_out() {
    local host
    for host in "${HOSTS[@]}"; do
        add_host "$host"
    done
    add_segment lan
    wire client eth0 198.51.100.10/24 router wan 198.51.100.1/24
    route client default via 198.51.100.1
    "lay_out_${1//-/_}"
    # As on a real gateway and a real router. Last, as it changes other settings of every interface there is.
    setting router net.ipv4.ip_forward=1
    setting gateway net.ipv4.ip_forward=1
    # On link: the router asks by ARP who holds a VIP, and the gateway is to answer.
    route router "$VIPS" dev lan
}

lay_out_one_armed() {
    plug router lan 10.2.0.1/24 lan
    plug gateway eth0 10.2.0.2/24 lan
    route gateway default via 10.2.0.1
    plug_servers 10.2.0 lan
}

lay_out_two_armed() {
    add_segment far
    plug router lan 10.1.0.1/24 lan
    plug router far 10.2.0.1/24 far
    plug gateway eth0 10.1.0.2/24 lan
    plug gateway eth1 10.2.0.2/24 far
    route gateway default via 10.1.0.1
    plug_servers 10.2.0 far
}

lay_out_routed() {
    add_segment far
    plug router lan 10.2.0.1/24 lan
    plug router far 10.3.0.1/24 far
    plug gateway eth0 10.2.0.2/24 lan
    route gateway default via 10.2.0.1
    plug_servers 10.3.0 far
}

# plug_servers FIRST-THREE-BYTES SEGMENT
plug_servers() {
    local n
    for n in 1 2 3; do
        plug "b$n" eth0 "$1.1$n/24" "$2"
        route "b$n" default via "$1.1"
    done
}

# A new namespace takes some IPv4 settings over from the machine's own; here all are said, so that a lab is the same on
# every machine. rp_filter 2 (loose) is what current Debian and Ubuntu set; the rest is the kernel's own default.
add_host() {
    ip netns add "$LAB-$1"
    local scope settings=(net.ipv4.ip_forward=0)
    for scope in all default; do
        settings+=("net.ipv4.conf.$scope.rp_filter=$([[ $scope == all ]] && echo 0 || echo 2)"
            "net.ipv4.conf.$scope.arp_ignore=0" "net.ipv4.conf.$scope.arp_announce=0"
            "net.ipv4.conf.$scope.send_redirects=1" "net.ipv4.conf.$scope.accept_redirects=1"
            "net.ipv4.conf.$scope.accept_local=0" "net.ipv4.conf.$scope.proxy_arp=0")
    done
    setting "$1" "${settings[@]}"
    # Less chatter on the wires, and addresses that are usable at once.
    [[ ! -e /proc/sys/net/ipv6 ]] || setting "$1" net.ipv6.conf.default.accept_dad=0 \
        net.ipv6.conf.default.router_solicitations=0
    ip -n "$LAB-$1" link set lo up
}

# A switch, in a namespace of its own. With br_netfilter loaded (Docker does), a Linux bridge throws away what is no
# well-formed IP packet; a switch does not look.
add_segment() {
    ip netns add "$LAB-$1"
    [[ ! -e /proc/sys/net/bridge ]] || setting "$1" net.bridge.bridge-nf-call-iptables=0 \
        net.bridge.bridge-nf-call-ip6tables=0 net.bridge.bridge-nf-call-arptables=0
    [[ ! -e /proc/sys/net/ipv6 ]] || setting "$1" net.ipv6.conf.default.disable_ipv6=1
    ip -n "$LAB-$1" link add switch type bridge stp_state 0 mcast_snooping 0
    ip -n "$LAB-$1" link set switch up
}

# plug HOST DEV ADDRESS SEGMENT
plug() {
    ip -n "$LAB-$1" link add "$2" type veth peer name "$1" netns "$LAB-$4"
    ip -n "$LAB-$4" link set "$1" master switch up
    enable "$1" "$2" "$3"
}

# wire HOST DEV ADDRESS HOST DEV ADDRESS
wire() {
    ip -n "$LAB-$1" link add "$2" type veth peer name "$5" netns "$LAB-$4"
    enable "$1" "$2" "$3"
    enable "$4" "$5" "$6"
}

# Real wires carry no super-packets: each is cut before it leaves its host. Checksums stay as veth leaves them, to be
# finished by hardware that is not there.
enable() {
    ip -n "$LAB-$1" link set "$2" gso_max_segs 1
    ip -n "$LAB-$1" link set "$2" up
    ip -n "$LAB-$1" address add "$3" dev "$2"
}

route() {
    ip -n "$LAB-$1" route add "${@:2}"
}

setting() {
    ip netns exec "$LAB-$1" sysctl -qw "${@:2}"
}
