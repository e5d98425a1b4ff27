# The lab's hosts, wires and addresses. Sourced by scripts/lab, which sets LAB.
# shellcheck shell=bash

#   one-armed, vlan, qinq            two-armed                          routed
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
readonly CLIENTS=198.51.100 CLIENTS6=2001:db8:c
readonly VIPS=203.0.113.0/24 VIPS6=2001:db8:f::/64
readonly FULL_MTU=${TRIGON_LAB_MTU:-1500}

lay_out() {
    local host
    for host in "${HOSTS[@]}"; do
        add_host "$host"
    done
    add_segment lan
    ip -n "$LAB-client" link add eth0 mtu "$FULL_MTU" type veth peer name wan mtu "$FULL_MTU" netns "$LAB-router"
    enable client eth0 "$CLIENTS.10" "$CLIENTS6::10"
    enable router wan "$CLIENTS.1" "$CLIENTS6::1"
    default_route client "$CLIENTS.1" "$CLIENTS6::1"
    "lay_out_${1//-/_}"
    # As on a real gateway and a real router. Last, as it changes other settings of every interface there is.
    local forwarding=(net.ipv4.ip_forward=1)
    ! has_ipv6 || forwarding+=(net.ipv6.conf.all.forwarding=1)
    setting router "${forwarding[@]}"
    setting gateway "${forwarding[@]}"
    # On link: the router asks by ARP, or solicits, who holds a VIP, and the gateway is to answer.
    route router "$VIPS" dev lan
    ! has_ipv6 || route router "$VIPS6" dev lan
}

lay_out_one_armed() {
    plug router lan 10.2.0.1 2001:db8:2::1 lan
    plug gateway eth0 10.2.0.2 2001:db8:2::2 lan
    default_route gateway 10.2.0.1 2001:db8:2::1
    plug_servers 10.2.0 2001:db8:2 lan
}

lay_out_two_armed() {
    add_segment far
    plug router lan 10.1.0.1 2001:db8:1::1 lan
    plug router far 10.2.0.1 2001:db8:2::1 far
    plug gateway eth0 10.1.0.2 2001:db8:1::2 lan
    plug gateway eth1 10.2.0.2 2001:db8:2::2 far
    default_route gateway 10.1.0.1 2001:db8:1::1
    plug_servers 10.2.0 2001:db8:2 far
}

lay_out_routed() {
    add_segment far
    plug router lan 10.2.0.1 2001:db8:2::1 lan
    plug router far 10.3.0.1 2001:db8:3::1 far
    plug gateway eth0 10.2.0.2 2001:db8:2::2 lan
    default_route gateway 10.2.0.1 2001:db8:2::1
    plug_servers 10.3.0 2001:db8:3 far
}

# As one-armed, but the gateway is at the end of a trunk. Not every kernel has 802.1Q, so a program has to be the switch's port
# there: what it takes from the interface untagged goes out of the interface tagged, with a tag, and the other way round.
lay_out_vlan() {
    trunk "$FULL_MTU"
}

# With two tags: these make a frame longer than Ethernet's longest, so the trunk is to carry more.
lay_out_qinq() {
    trunk $((FULL_MTU + 8))
}

# trunk MTU
trunk() {
    plug router lan 10.2.0.1 2001:db8:2::1 lan
    ip -n "$LAB-lan" link add access mtu "$FULL_MTU" type veth peer name untagged mtu "$FULL_MTU"
    # who puts tags on frames wants them as a wire has them: cut up, with checksums
    ip netns exec "$LAB-lan" ethtool -K access tx off tso off gso off >/dev/null
    ip -n "$LAB-lan" link set access master switch up
    ip -n "$LAB-lan" link set untagged up
    ip -n "$LAB-gateway" link add eth0 mtu "$1" type veth peer name tagged mtu "$1" netns "$LAB-lan"
    ip -n "$LAB-lan" link set tagged up
    enable gateway eth0 10.2.0.2 2001:db8:2::2
    default_route gateway 10.2.0.1 2001:db8:2::1
    plug_servers 10.2.0 2001:db8:2 lan
    # The gateway's kernel knows no VLAN, and would ask in vain.
    local n mac
    for n in 1 2 3; do
        mac=$(ip netns exec "$LAB-b$n" cat /sys/class/net/eth0/address)
        ip -n "$LAB-gateway" neigh replace "10.2.0.1$n" lladdr "$mac" dev eth0 nud permanent
        ! has_ipv6 || ip -n "$LAB-gateway" neigh replace "2001:db8:2::1$n" lladdr "$mac" dev eth0 nud permanent
    done
}

# plug_servers IPV4-NETWORK IPV6-NETWORK SEGMENT
plug_servers() {
    local n
    for n in 1 2 3; do
        plug "b$n" eth0 "$1.1$n" "$2::1$n" "$3"
        default_route "b$n" "$1.1" "$2::1"
    done
}

# A new namespace takes some settings over from the machine's own; here all are said, so that a lab is the same on
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
    # Less chatter on the wires, and addresses that are usable at once.
    ! has_ipv6 || settings+=(net.ipv6.conf.{all,default,lo}.disable_ipv6=0 net.ipv6.conf.{all,default}.forwarding=0
        net.ipv6.conf.{all,default}.accept_redirects=1 net.ipv6.conf.{all,default}.accept_ra=0
        net.ipv6.conf.{all,default}.accept_dad=0 net.ipv6.conf.default.router_solicitations=0)
    setting "$1" "${settings[@]}"
    ip -n "$LAB-$1" link set lo up
}

has_ipv6() {
    [[ -e /proc/sys/net/ipv6 ]]
}

# A switch, in a namespace of its own. With br_netfilter loaded (Docker does), a Linux bridge throws away what is no
# well-formed IP packet; a switch does not look.
add_segment() {
    ip netns add "$LAB-$1"
    [[ ! -e /proc/sys/net/bridge ]] || setting "$1" net.bridge.bridge-nf-call-iptables=0 \
        net.bridge.bridge-nf-call-ip6tables=0 net.bridge.bridge-nf-call-arptables=0
    ! has_ipv6 || setting "$1" net.ipv6.conf.default.disable_ipv6=1
    ip -n "$LAB-$1" link add switch type bridge stp_state 0 mcast_snooping 0
    ip -n "$LAB-$1" link set switch up
}

# plug HOST DEV IPV4 IPV6 SEGMENT
plug() {
    add_wire "$1" "$2" "$5"
    enable "$1" "$2" "$3" "$4"
}

# add_wire HOST DEV SEGMENT
add_wire() {
    ip -n "$LAB-$1" link add "$2" mtu "$FULL_MTU" type veth peer name "$1" mtu "$FULL_MTU" netns "$LAB-$3"
    ip -n "$LAB-$3" link set "$1" master switch up
}

# enable HOST DEV IPV4 IPV6
#
# A veth leaves checksums to be finished and large packets to be cut by hardware that is not there; so does a virtual machine's
# card. With TRIGON_LAB_OFFLOADS=off each packet is whole before it leaves its host, as a router a wire away would see it.
enable() {
    [[ ${TRIGON_LAB_OFFLOADS:-on} == on ]] || ip netns exec "$LAB-$1" ethtool -K "$2" tx off tso off gso off 2>/dev/null
    ip -n "$LAB-$1" link set "$2" up
    ip -n "$LAB-$1" address add "$3/24" dev "$2"
    ! has_ipv6 || ip -n "$LAB-$1" address add "$4/64" dev "$2"
}

# default_route HOST IPV4 IPV6
default_route() {
    route "$1" default via "$2"
    ! has_ipv6 || route "$1" default via "$3"
}

route() {
    ip -n "$LAB-$1" route add "${@:2}"
}

# path_mtu OCTETS: the wire between router and client as one that carries no larger packets; whoever sends larger ones learns
# of it from the router alone. The client's own MTU, and so the segment size that it offers, stay as they are.
path_mtu() {
    local address host
    for address in "$CLIENTS.10" "$CLIENTS6::10"; do
        [[ $address != *:* ]] || has_ipv6 || continue
        if (($1 < FULL_MTU)); then
            ip -n "$LAB-router" route replace "$address" dev wan mtu "$1"
        else
            ip -n "$LAB-router" route delete "$address" dev wan 2>/dev/null || true
        fi
    done
    # what was learned before
    for host in "${HOSTS[@]}"; do
        ip -n "$LAB-$host" -4 route flush cache
        ! has_ipv6 || ip -n "$LAB-$host" -6 route flush cache
    done
}

setting() {
    ip netns exec "$LAB-$1" sysctl -qw "${@:2}"
}
