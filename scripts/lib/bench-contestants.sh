# Who is compared by scripts/bench, and how each is started in the gateway. Sourced, never run.
# shellcheck shell=bash disable=SC2034 # for those beside it

# What a frame that arrives costs the kernel is spent, on a veth, by who sent it: on the generator's processor. So the kernel's
# own contestants are there twice: as they are, beside the generator, and with all their work moved to the measured processor
# (RPS). The better of the two is what vipd is compared with.
ALL_CONTESTANTS=(bounce-c bounce-af_xdp bounce-pcap kernel kernel-rps nft-dnat nft-dnat-rps nft-fwd nft-fwd-rps pcap4j
    vipd-af_xdp-l2dsr vipd-af_xdp-l3dsr vipd-af_xdp-two-armed vipd-pcap-l2dsr)
# Those that remember flows.
TRACKING='^(nft-dnat|vipd-.*-l2dsr)'
BY_JVM='^(bounce-(af_xdp|pcap)|pcap4j|vipd-)'
# Those whose processor time is taken at one load, to be compared.
SAME_LOAD='^(bounce-(af_xdp|pcap)|vipd-)'

describe() {
    cat <<'TEXT'
  bounce-c               AF_XDP in C, no balancing: MACs swapped, sent back. The limit of that engine
  bounce-af_xdp, -pcap   the same by vipd's own engines in Java
  kernel                 the kernel routes; no balancing
  nft-dnat               nftables, two servers by jhash, stateful destination NAT
  nft-fwd                nftables, two servers by jhash, no state: MACs set at ingress, fwd
  …-rps                  the same with the work moved to the measured processor
  pcap4j                 getNextRawPacket, changed MACs, sendPacket: pcap4j as its documentation has it; no balancing
  vipd-ENGINE-MODE       vipd, one service, maglev, two servers
  vipd-af_xdp-two-armed  l2dsr, in by one interface and out by another
TEXT
}

layout_of() {
    [[ $1 == *-two-armed ]] && echo two-armed || echo one-armed
}

# start CONTESTANT [VIPD-FLOWS-MAX]: false, with WHY, where this machine or this build has no such thing
start() {
    WHY=
    # the one before has said that it is ready
    rm -f "$RUN/contestant.log"
    case $1 in
        bounce-c) start_c_bounce ;;
        bounce-*) start_bounce "${1#bounce-}" ;;
        kernel*) start_kernel ;;
        nft-dnat*) start_kernel && start_dnat ;;
        nft-fwd*) start_fwd ;;
        pcap4j) start_pcap4j ;;
        vipd-*-two-armed) start_vipd "$(cut -d- -f2 <<<"$1")" l2dsr "${2:-1048576}" ;;
        vipd-*) start_vipd "$(cut -d- -f2 <<<"$1")" "${1##*-}" "${2:-1048576}" ;;
    esac || return 1
    [[ $1 != *-rps ]] || move_to_measured
}

move_to_measured() {
    in_ns gateway bash -c "printf %x $((1 << MEASURED_CPU)) >/sys/class/net/in/queues/rx-0/rps_cpus"
}

start_c_bounce() {
    local source=$TRIGON_HOME/system-tests/src/test/c/xdp_bounce.c program=$TRIGON_HOME/system-tests/target/xdp_bounce
    command -v cc >/dev/null || { WHY="no C compiler here" && return 1; }
    [[ $program -nt $source ]] || cc -O2 -Wall -Wextra -o "$program" "$source" || { WHY="cc refused it" && return 1; }
    on gateway $MEASURED_CPU "$program" in >"$RUN/contestant.log" 2>&1 &
    is_ready $!
}

start_bounce() {
    # the kernel keeps its hands off, as it does beside vipd
    ip -n "$NS-gateway" route add blackhole $VIP
    ip -n "$NS-gateway" route add blackhole $PROBE_VIP
    on gateway $MEASURED_CPU bench_java dev.trigon.bench.EngineBounce engine="$1" interface=in to=$VIP,$PROBE_VIP \
        >"$RUN/contestant.log" 2>&1 &
    is_ready $!
}

start_pcap4j() {
    ip -n "$NS-gateway" route add blackhole $VIP
    ip -n "$NS-gateway" route add blackhole $PROBE_VIP
    on gateway $MEASURED_CPU bench_java dev.trigon.bench.PlainPcap4jLoop in "$LEAVES" "$SERVERS_MAC" \
        "ip dst $VIP or ip dst $PROBE_VIP" >"$RUN/contestant.log" 2>&1 &
    is_ready $!
}

# is_ready PID: once it says so; false, with its last word, if it ends instead
is_ready() {
    wait_for 20 ready_or_gone "$1" || true
    grep -qsx ready "$RUN/contestant.log" || { WHY="it did not start: "$(grep -v '^\s*at ' "$RUN/contestant.log" | tail -n 1) && return 1; }
}

ready_or_gone() {
    grep -qsx ready "$RUN/contestant.log" || ! kill -0 "$1" 2>/dev/null
}

start_kernel() {
    in_ns gateway sysctl -qw net.ipv4.ip_forward=1
    # ip_forward=1 has switched these on
    in_ns gateway sysctl -qw net.ipv4.conf.{all,in}.send_redirects=0
    ip -n "$NS-gateway" route add $VIP via "${SERVERS[0]}"
    ip -n "$NS-gateway" route add $PROBE_VIP via $PROBE_SERVER
}

start_dnat() {
    in_ns gateway nft -f - <<NFT
table ip bench {
    chain to_servers {
        type nat hook prerouting priority dstnat
        ip daddr $VIP udp dport $PORT dnat to jhash ip saddr . udp sport mod 2 map { 0 : ${SERVERS[0]}, 1 : ${SERVERS[1]} }
        ip daddr $PROBE_VIP udp dport $PORT dnat to $PROBE_SERVER
    }
}
NFT
}

start_fwd() {
    in_ns gateway nft -f - <<NFT
table netdev bench {
    chain to_servers {
        type filter hook ingress device in priority 0
        ip daddr { $VIP, $PROBE_VIP } udp dport $PORT ether saddr set $(mac_of gateway "$LEAVES") ether daddr set jhash ip saddr . udp sport mod 2 map { 0 : $SERVERS_MAC, 1 : $SERVERS_MAC } fwd to "$LEAVES"
    }
}
NFT
}

# start_vipd ENGINE MODE MOST-FLOWS
start_vipd() {
    cat >"$RUN/vipd.yaml" <<YAML
interfaces: [in]
engine: $1
control: {socket: $RUN/vipd.sock}
state: $RUN/state
flows: {max: $3, newPerSecond: 10000000}
YAML
    cat >"$RUN/services.yaml" <<YAML
services:
  - name: bench
    vip: $VIP
    protocol: udp
    ports: [$PORT]
    forward: $2
    scheduler: maglev
    backends: [{name: b1, address: ${SERVERS[0]}}, {name: b2, address: ${SERVERS[1]}}]
  - name: probe
    vip: $PROBE_VIP
    protocol: udp
    ports: [$PORT]
    forward: $2
    scheduler: maglev
    backends: [{name: b3, address: $PROBE_SERVER}]
YAML
    rm -rf "$RUN/vipd.sock" "$RUN/state" "$RUN/gc.log"
    VIPD_JAVA_OPTS="-Xlog:gc*:file=$RUN/gc.log ${VIPD_JAVA_OPTS:-}" on gateway $MEASURED_CPU "$TRIGON_HOME/scripts/vipd" \
        --config "$RUN/vipd.yaml" >"$RUN/contestant.log" 2>&1 &
    wait_for 30 vipd_up_or_gone $! || true
    [[ -S $RUN/vipd.sock ]] || { WHY=$(tail -n 1 "$RUN/contestant.log") && return 1; }
    vipctl apply -f "$RUN/services.yaml" >/dev/null
}

vipd_up_or_gone() {
    [[ -S $RUN/vipd.sock ]] || ! kill -0 "$1" 2>/dev/null
}

vipctl() {
    "$TRIGON_HOME/scripts/vipctl" --socket "$RUN/vipd.sock" "$@"
}

# What vipd says of itself at the end of a turn, and what its JVM's log says of pauses.
vipd_evidence() {
    local pauses
    pauses=$(sed -nE 's/.*Pause .* ([0-9.]+)ms$/\1/p' "$RUN/gc.log" | jq -s '{pauses: length, longestMs: (max // 0)}')
    vipctl status -o json | jq -c --argjson gc "$pauses" --argjson counters "$(vipctl counters -o json)" \
        '{allocatedBytes, activeFlows, gc: $gc, dropped: ($counters.dropped | with_entries(select(.value > 0))), other: $counters.other}'
}
