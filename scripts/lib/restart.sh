# scripts/bench restart: how soon a vipd that starts with many flows forwards. Sourced, never run.
# shellcheck shell=bash

RESTART_FLOWS=1000000
RESTART_ROUNDS=3

# a datagram every few milliseconds, from the namespace it runs in, until it is ended
restart_knock() {
    local nap
    exec {nap}<> <(:)
    while true; do
        echo >"/dev/udp/$1/$2" || true
        read -r -t 0.004 -u "$nap" || true
    done 2>/dev/null
}

# waits until more than so many frames came in by "back" of the namespace it runs in; prints the time
restart_arrival() {
    local seen nap
    exec {nap}<> <(:)
    until read -r seen </sys/class/net/back/statistics/rx_packets && ((seen > $1)); do
        read -r -t 0.004 -u "$nap" || true
    done
    date +%s%3N
}

restart_turn() {
    local how=$1 began came flows
    local before
    before=$(in_ns generator cat /sys/class/net/back/statistics/rx_packets)
    in_ns generator bash -c "$(declare -f restart_arrival); restart_arrival $before" >"$RUN/arrival" &
    local arrival=$!
    began=$(date +%s%3N)
    in_ns gateway "$TRIGON_HOME/scripts/vipd" --config "$RUN/vipd.yaml" >"$RUN/vipd.log" 2>&1 &
    wait_for 60 test -s "$RUN/arrival" || die "vipd" "it forwarded nothing: $(tail -1 "$RUN/vipd.log")" "see above"
    wait "$arrival"
    came=$(<"$RUN/arrival")
    wait_for 30 test -S "$RUN/vipd.sock"
    flows=$(vipctl flows count -o json | jq .active)
    printf '%-8s %6d ms to the first packet, %d flows\n' "$how" $((came - began)) "$flows"
}

restart_stop() {
    local pid
    for pid in $(ip netns pids "$NS-gateway"); do kill "-$1" "$pid" 2>/dev/null || true; done
    wait_for 30 gateway_empty || die "vipd" "it did not stop" "see $RUN/vipd.log"
}

bench_restart() {
    local round knock
    conntrack_build
    lay_out two-armed
    start_vipd pcap l2dsr 1048576 || die "vipd" "it did not start: $WHY" "see above"
    restart_stop TERM
    rm -f "$RUN"/state/flows.*
    conntrack_java dev.trigon.conntrack.RestartMeasurement fill "$RUN/state" $RESTART_FLOWS >/dev/null
    in_ns generator ip route replace $VIP via 198.51.100.2
    in_ns generator ip neigh replace 198.51.100.2 lladdr "$(mac_of gateway in)" dev eth0 nud permanent
    in_ns generator bash -c "$(declare -f restart_knock); restart_knock $VIP $PORT" &
    knock=$!
    echo "from the start of scripts/vipd to the first packet at the server:"
    for ((round = 1; round <= RESTART_ROUNDS; round++)); do
        restart_turn clean
        restart_stop TERM
    done
    restart_turn clean
    for ((round = 1; round <= RESTART_ROUNDS; round++)); do
        restart_stop KILL
        restart_turn killed
    done
    kill "$knock" 2>/dev/null || true
}
