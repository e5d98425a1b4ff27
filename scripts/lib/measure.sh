# Counts packets where they pass, in the kernel, on each host of the lab. Sourced by scripts/demo.
# shellcheck shell=bash

readonly COUNTING=demo_counting
# Who has an address is asked, and answered, from it too; that is no request and no reply.
readonly NOT_NEIGHBOURS='icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept'

# Requests are counted as the router sends them to the gateway, which alone says that it has the VIPs: on the gateway itself AF_XDP takes
# them before anything else sees them. What AF_XDP does not take passes ingress of each of the gateway's interfaces: a reply that crosses
# the gateway cannot avoid it. Replies that the gateway's own kernel would make up (a reset, say) leave through output.
# On a server, output is where its own packets start.
count_from_here() {
    local server device
    {
        for device in $(lab exec gateway ls /sys/class/net | grep -v '^lo$'); do
            cat <<NFT
table netdev $COUNTING {
    chain $device {
        type filter hook ingress device "$device" priority 0; policy accept;
        $NOT_NEIGHBOURS
        ip saddr $VIP4 counter comment "from-vip"
        ip6 saddr $VIP6 counter comment "from-vip"
    }
}
NFT
        done
        count_output
    } | lab exec gateway nft -f -
    lab exec router nft -f - <<NFT
table inet $COUNTING {
    chain forward {
        type filter hook forward priority 0; policy accept;
        ip daddr $VIP4 counter comment "to-vip"
        ip6 daddr $VIP6 counter comment "to-vip"
    }
}
NFT
    for server in "${SERVERS[@]}"; do
        count_output | lab exec "$server" nft -f -
    done
}

count_output() {
    cat <<NFT
table inet $COUNTING {
    chain output {
        type filter hook output priority 0; policy accept;
        $NOT_NEIGHBOURS
        ip saddr $VIP4 counter comment "from-vip"
        ip6 saddr $VIP6 counter comment "from-vip"
    }
}
NFT
}

# counted packets|bytes to-vip|from-vip HOST…: the sum over these hosts
counted() {
    local host
    for host in "${@:3}"; do
        lab exec "$host" nft -j list ruleset
    done | jq -s --arg unit "$1" --arg what "$2" \
        '[.[].nftables[].rule | select(.comment? == $what) | .expr[].counter? // empty | .[$unit]] | add // 0'
}
