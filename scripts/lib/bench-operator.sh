# scripts/bench operator: what an operator notices: idleness, the first packet after it, how soon a change is in force. Sourced, never run.
# shellcheck shell=bash

OPERATOR_BACKENDS=1000
OPERATOR_CHANGES=51
# the JVM compiles for some time what the changes made it run
OPERATOR_SETTLING=30
OPERATOR_IDLE_SECONDS=20
OPERATOR_PINGS=10
OPERATOR_SILENCE=3

bench_operator() {
    lay_out one-armed
    operator_backends
    start_vipd af_xdp l2dsr 1048576 || die "vipd" "it did not start: $WHY" "see above"
    vipctl export -o json | jq --argjson many "$(operator_service)" '.services += [$many]' >"$RUN/many.json"
    vipctl apply -f "$RUN/many.json" >/dev/null
    operator_changes
    operator_idle
    operator_first_packet
    end_gateway
}

# As many servers as neighbours that the kernel knows: nobody is to be asked for them.
operator_backends() {
    local mac number
    mac=$(mac_of generator "$ARRIVES")
    ip -n "$NS-gateway" addr add 10.3.255.254/16 dev "$LEAVES"
    for ((number = 0; number < OPERATOR_BACKENDS; number++)); do
        echo "neigh replace 10.3.$((number / 250)).$((number % 250 + 1)) lladdr $mac dev $LEAVES nud permanent"
    done | ip -n "$NS-gateway" -batch -
}

operator_service() {
    jq -nc --arg vip 203.0.113.12 --argjson port $PORT --argjson n $OPERATOR_BACKENDS '
        {name: "many", vip: $vip, protocol: "udp", ports: [$port], scheduler: "maglev",
         backends: [range($n) | {name: "b\(.)", address: "10.3.\(. / 250 | floor).\(. % 250 + 1)"}]}'
}

# vipd answers a change when it is saved and every worker has it.
operator_changes() {
    local number
    for ((number = 1; number <= OPERATOR_CHANGES; number++)); do
        curl -sS --unix-socket "$RUN/vipd.sock" -o /dev/null -w '%{time_total}\n' -X PATCH -d "{\"weight\": $number}" \
            http://vipd/v1/services/many/backends/b500
    done | sort -n | awk -v n=$OPERATOR_BACKENDS '{ ms[NR] = $1 * 1000 }
        $1 <= 0.05 { soon++ }
        END { printf "a weight among %d backends: in force after %.1f ms, median of %d; %d of them within 50 ms, %.1f at most\n",
              n, ms[int((NR + 1) / 2)], NR, soon, ms[NR] }'
}

operator_idle() {
    local pid ticks
    pid=$(pgrep -f -- "-jar .*--config $RUN/vipd.yaml")
    sleep $OPERATOR_SETTLING
    ticks=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
    sleep $OPERATOR_IDLE_SECONDS
    awk -v before="$ticks" -v seconds=$OPERATOR_IDLE_SECONDS -v hz="$(getconf CLK_TCK)" \
        '{ printf "idle: %.2f %% of a processor\n", ($14 + $15 - before) * 100 / hz / seconds }' "/proc/$pid/stat"
}

operator_first_packet() {
    # what drops all that arrives would drop the answers too
    in_ns generator nft delete table netdev bench
    in_ns generator ip route replace $VIP via 198.51.100.2
    in_ns generator ping -q -c $OPERATOR_PINGS -i $OPERATOR_SILENCE $VIP |
        sed -nE 's|^rtt min/avg/max/mdev = ([^/]*)/([^/]*)/([^/]*)/.*|the first packet after '$OPERATOR_SILENCE' s of silence is answered after \1 to \3 ms, '$OPERATOR_PINGS' times|p'
}
