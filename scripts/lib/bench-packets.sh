# scripts/bench: packets a second, new flows and latency of every contestant. Sourced, never run.
# shellcheck shell=bash disable=SC2034 # for those beside it

declare -A SKIPPED=()

# with_contestant CONTESTANT MEASURE VIPD-FLOWS-MAX FUNCTION …: a fresh lab, the contestant in it, the function, and all gone again
with_contestant() {
    local contestant=$1 measure=$2 most=$3
    shift 3
    [[ -z ${SKIPPED[$contestant]:-} ]] || return 0
    lay_out "$(layout_of "$contestant")"
    if start "$contestant" "$most"; then
        "$@" "$contestant" | jq -c --arg contestant "$contestant" --arg measure "$measure" --argjson round "$ROUND" \
            '. + {measure: $measure, contestant: $contestant, round: $round}' | tee -a "$OUT/turns.jsonl" | say_turn
        end_gateway
    else
        SKIPPED[$contestant]=1
        echo "$contestant is left out: $WHY" >&2
    fi
    take_down
}

say_turn() {
    jq -r '"\(.measure), round \(.round), \(.contestant), \(if .flows == 0 then "each packet a new flow" else "\(.flows) flows" end)" +
        if .percent then ": at \(.percent) % of \(.lossFreePerSecond)/s: p50 \(.p50Us) p99 \(.p99Us) p99.9 \(.p999Us) max \(.maxUs) µs"
        else " (\(.rate)): \(.arrivedPerSecond)/s of \(.sentPerSecond)/s" end' >&2
}

gateway_pids() {
    ip netns pids "$NS-gateway" | paste -sd,
}

# throughput_turn FLOWS-LIST RATES-LIST CONTESTANT
throughput_turn() {
    local rates=$2
    [[ $3 =~ $SAME_LOAD ]] || rates=most
    on generator $GENERATOR_CPU bench_java dev.trigon.bench.ThroughputTurn interface=eth0 arrives="$ARRIVES" \
        mac="$(mac_of gateway in)" to=$VIP port=$PORT flows="$1" rates="$rates" first="$(first_of "$3")" warm="$WARM" seconds="$SECONDS_EACH" \
        pids="$(gateway_pids)" processor=$MEASURED_CPU >"$RUN/turn" 2>"$RUN/generator.log" ||
        die "the generator" "$(tail -n 1 "$RUN/generator.log")" "see above"
    if [[ $3 == vipd-* ]]; then
        jq -c --argjson vipd "$(vipd_evidence)" '. + {vipd: $vipd}' "$RUN/turn"
    elif [[ $3 == nft-dnat* ]]; then
        jq -c --argjson tracked "$(in_ns gateway sysctl -n net.netfilter.nf_conntrack_count)" '. + {tracked: $tracked}' "$RUN/turn"
    else
        cat "$RUN/turn"
    fi
}

# first_of CONTESTANT: how long it gets warm before all. On one processor a JVM that compiles takes its time from the packets.
first_of() {
    [[ $1 =~ $BY_JVM ]] && echo "$WARM_JVM" || echo 0
}

# latency_turn SHARES-LIST SECONDS CONTESTANT
latency_turn() {
    on generator $GENERATOR_CPU bench_java dev.trigon.bench.LatencyTurn interface=eth0 arrives="$ARRIVES" \
        mac="$(mac_of gateway in)" to=$VIP probe=$PROBE_VIP port=$PORT flows="$LATENCY_FLOWS" first="$(first_of "$3")" warm="$WARM" step=0.5 \
        shares="$1" seconds="$2" 2>"$RUN/generator.log" ||
        die "the generator" "$(tail -n 1 "$RUN/generator.log")" "see above"
}

bench_packets() {
    local contestant
    for ((ROUND = 1; ROUND <= ROUNDS; ROUND++)); do
        generator_alone
        for contestant in "${CONTESTANTS[@]}"; do
            with_contestant "$contestant" packets "" throughput_turn "$FLOWS" "most,$LOAD"
        done
    done
}

# What the generator can send to a gateway that drops all as early as it can: whoever is near it was not measured at the limit.
generator_alone() {
    lay_out one-armed
    in_ns gateway nft -f - <<'NFT'
table netdev bench {
    chain nothing {
        type filter hook ingress device in priority 0
        drop
    }
}
NFT
    throughput_turn "$FLOWS" most generator |
        jq -c --argjson round "$ROUND" '. + {measure: "generator", contestant: "generator", round: $round}' | tee -a "$OUT/turns.jsonl" | say_turn
    take_down
}

# Each packet a new flow. The tables have room for all of them.
bench_new_flows() {
    local contestant
    for ((ROUND = 1; ROUND <= ROUNDS; ROUND++)); do
        for contestant in "${CONTESTANTS[@]}"; do
            [[ ! $contestant =~ $TRACKING ]] || with_contestant "$contestant" newFlows $CONNTRACK_MAX throughput_turn 0 most
        done
    done
}

bench_latency() {
    local contestant
    ROUND=1
    for contestant in "${CONTESTANTS[@]}"; do
        with_contestant "$contestant" latency "" latency_turn 10,50,90 "$LATENCY_SECONDS"
    done
}

# The latest packet of a long time, at half of the loss-free rate.
bench_long_latency() {
    local contestant
    ROUND=1
    for contestant in "${CONTESTANTS[@]}"; do
        with_contestant "$contestant" longLatency "" latency_turn 50 $((LATENCY_MINUTES * 60))
    done
}
