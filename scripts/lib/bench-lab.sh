# The lab of scripts/bench: who sends and who forwards, a wire or two between them. Sourced, never run.
# shellcheck shell=bash disable=SC2034 # for those beside it

#   one-armed                            two-armed
#
#   generator eth0 ──── in gateway       generator eth0 ──── in gateway
#                                                  back ─── out
#
# The servers' addresses are on the generator's side, and what arrives there is counted and dropped.

NS=trigon-bench-$$
RUN=/run/trigon-bench/$NS
VIP=203.0.113.10
PROBE_VIP=203.0.113.11
SERVERS=(10.2.0.11 10.2.0.12)
PROBE_SERVER=10.2.0.13
PORT=9000
GENERATOR_CPU=0
MEASURED_CPU=1
NICE=-10
CONNTRACK_MAX=4194304
CONNTRACK_BUCKETS=1048576

in_ns() {
    ip netns exec "$NS-$1" "${@:2}"
}

mac_of() {
    in_ns "$1" cat "/sys/class/net/$2/address"
}

# lay_out one-armed|two-armed: sets ARRIVES, where what was forwarded is counted, and LEAVES, by where it leaves the gateway
lay_out() {
    local host address
    for host in generator gateway; do
        ip netns add "$NS-$host"
        # nothing but the load is to be on the wire
        in_ns "$host" sysctl -qw net.ipv4.ip_forward=0 net.ipv4.conf.{all,default}.rp_filter=0
        [[ ! -e /proc/sys/net/ipv6 ]] || in_ns "$host" sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=1
        in_ns "$host" ip link set lo up
    done
    wire eth0 in
    ip -n "$NS-generator" addr add 198.51.100.1/24 dev eth0
    ip -n "$NS-gateway" addr add 198.51.100.2/24 dev in
    ARRIVES=eth0 LEAVES=in
    if [[ $1 == two-armed ]]; then
        wire back out
        ARRIVES=back LEAVES=out
    fi
    ip -n "$NS-gateway" addr add 10.2.0.2/24 dev "$LEAVES"
    SERVERS_MAC=$(mac_of generator "$ARRIVES")
    for address in "${SERVERS[@]}" "$PROBE_SERVER"; do
        ip -n "$NS-gateway" neigh replace "$address" lladdr "$SERVERS_MAC" dev "$LEAVES" nud permanent
    done
    # what arrives is counted by the device, and is then of no more use
    in_ns generator nft -f - <<NFT
table netdev bench {
    chain arrived {
        type filter hook ingress device $ARRIVES priority 0
        ip daddr { $PROBE_VIP, $PROBE_SERVER } accept
        drop
    }
}
NFT
    mkdir -p "$RUN"
}

# wire GENERATORS-END GATEWAYS-END
wire() {
    ip -n "$NS-generator" link add "$1" type veth peer name "$2" netns "$NS-gateway"
    ip -n "$NS-generator" link set "$1" up
    ip -n "$NS-gateway" link set "$2" up
}

take_down() {
    local host pid
    for host in generator gateway; do
        for pid in $(ip netns pids "$NS-$host" 2>/dev/null); do
            kill -9 "$pid" 2>/dev/null || true
        done
        ip netns del "$NS-$host" 2>/dev/null || true
    done
}

gateway_empty() {
    [[ -z $(ip netns pids "$NS-gateway") ]]
}

# Asks all that runs in the gateway to end, and makes it.
end_gateway() {
    local pid
    for pid in $(ip netns pids "$NS-gateway"); do kill "$pid" 2>/dev/null || true; done
    wait_for 20 gateway_empty || true
}

bench_java() {
    # shellcheck disable=SC2086 # flags are words
    "${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:+UseSerialGC -Xmx512m $BENCH_FLAGS -cp "$BENCH_CLASSPATH" "$@"
}

# on HOST CPU COMMAND…: a function of ours or a program
on() {
    local host=$1 cpu=$2
    shift 2
    if [[ $1 == bench_java ]]; then
        in_ns "$host" taskset -c "$cpu" bash -c "$(declare -f bench_java); BENCH_FLAGS='$BENCH_FLAGS' \
            BENCH_CLASSPATH='$BENCH_CLASSPATH'; bench_java \"\$@\"" bench_java "${@:2}"
    else
        in_ns "$host" taskset -c "$cpu" "$@"
    fi
}

bench_build() {
    "$TRIGON_HOME/scripts/build"
    BENCH_CLASSPATH=$TRIGON_HOME/system-tests/target/test-classes:$(<"$TRIGON_HOME/system-tests/target/test.classpath")
    # what the pom gives every test's JVM, in one line
    BENCH_FLAGS=$(sed -n '/<trigon\.jvm\.flags>/,/<\/trigon\.jvm\.flags>/ { s/<[^>]*>//g; p }' "$TRIGON_HOME/pom.xml" | xargs)
}

# What of the machine is changed for the time of the benchmark; put_back undoes it.
prepare_machine() {
    mkdir -p "$RUN"
    # Other programs' work is to be seen as little as may be. Where sessions share the processors fairly, nice(1) counts only
    # within one.
    renice -n "$NICE" $$ >/dev/null
    AUTOGROUP=$(sed -n 's/.* nice //p' /proc/self/autogroup 2>/dev/null || true)
    [[ -z $AUTOGROUP ]] || echo "$NICE" >"/proc/$$/autogroup"
    modprobe -q nf_conntrack 2>/dev/null || true
    CONNTRACK_WAS=()
    local name
    for name in nf_conntrack_max nf_conntrack_buckets; do
        CONNTRACK_WAS+=("$name=$(sysctl -n "net.netfilter.$name" 2>/dev/null || true)")
    done
    sysctl -qw net.netfilter.nf_conntrack_buckets=$CONNTRACK_BUCKETS net.netfilter.nf_conntrack_max=$CONNTRACK_MAX 2>/dev/null ||
        echo "nf_conntrack_max stays as it is: nftables with state will not remember all flows" >&2
}

put_back() {
    local setting
    take_down
    for setting in "${CONNTRACK_WAS[@]}"; do
        [[ $setting == *= ]] || sysctl -qw "net.netfilter.$setting"
    done
    [[ -z $AUTOGROUP ]] || echo "$AUTOGROUP" >"/proc/$$/autogroup"
    rm -rf "$RUN"
    give_back
}
