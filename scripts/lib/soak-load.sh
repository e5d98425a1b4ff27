# scripts/soak load: one vipd under a steady load for a long time. Sourced, never run.
# shellcheck shell=bash

LOAD_MINUTES=30
LOAD_PERCENT=70
LOAD_FLOWS=100000
LOAD_ENGINE=af_xdp
SAMPLE_SECONDS=30
# After so much of the time, whatever grows is no part of the start any more.
SETTLED_AFTER=0.2
# The kernel and the JVM give and take pages all the time.
RESIDENT_SLACK_PERCENT=2
ALLOCATED_SLACK=65536

load_usage() {
    cat <<TEXT
usage: sudo scripts/soak load [--minutes N] [--percent P] [--flows N] [--engine af_xdp|pcap]

Finds the most that vipd forwards without loss between two network namespaces, and sends P percent of it (default $LOAD_PERCENT) for
N minutes (default $LOAD_MINUTES), of so many flows (default $LOAD_FLOWS), with frames among them that are timed. Ends well only if vipd dropped
nothing, its memory stayed as it was and its workers allocated nothing. Samples are in target/soak-load.jsonl.
TEXT
}

soak_load() {
    while (($# > 0)); do
        [[ $1 != -h && $1 != --help ]] || { load_usage && exit 0; }
        case $1:${2:-} in
            --minutes:[1-9]*) LOAD_MINUTES=$2 ;;
            --percent:[1-9]*) LOAD_PERCENT=$2 ;;
            --flows:[1-9]*) LOAD_FLOWS=$2 ;;
            --engine:af_xdp | --engine:pcap) LOAD_ENGINE=$2 ;;
            *) load_usage >&2 && exit 2 ;;
        esac
        shift 2
    done
    need_root "the soak"
    prerequisites build run lab bench
    bench_build
    trap put_back EXIT
    prepare_machine
    # who looks on is not to take the processor from the one that is looked at
    taskset -pc $GENERATOR_CPU $$ >/dev/null
    mkdir -p "$TRIGON_HOME/target"
    SAMPLES=$TRIGON_HOME/target/soak-load.jsonl
    : >"$SAMPLES"
    lay_out one-armed
    start "vipd-$LOAD_ENGINE-l2dsr" || die "vipd" "$WHY" "see above"
    run_load
    judge_load
}

run_load() {
    local turn
    LATENCY_FLOWS=$LOAD_FLOWS WARM=3 WARM_JVM=10
    latency_turn "$LOAD_PERCENT" $((LOAD_MINUTES * 60)) "vipd-$LOAD_ENGINE-l2dsr" >"$RUN/turn" &
    turn=$!
    while kill -0 "$turn" 2>/dev/null; do
        sleep "$SAMPLE_SECONDS" &
        wait -n "$turn" $! || true
        sample_vipd >>"$SAMPLES"
    done
    wait "$turn" || die "the generator" "it failed, as above" "see target/soak-load.jsonl for what vipd had seen by then"
}

ask_vipd() {
    curl -s --unix-socket "$RUN/vipd.sock" "http://vipd/v1/$1"
}

sample_vipd() {
    local pid
    pid=$(pgrep -f -- "-jar .*--config $RUN/vipd.yaml")
    jq -nc --argjson status "$(ask_vipd status)" --argjson counters "$(ask_vipd counters)" \
        --argjson residentKib "$(awk '/^VmRSS/ {print $2}' "/proc/$pid/status")" \
        '{uptimeSeconds: $status.uptimeSeconds, residentKib: $residentKib, allocatedBytes: $status.allocatedBytes,
          forwarded: $counters.forwarded, dropped: ([$counters.dropped[]] | add // 0), captureDrops: ($counters.other["capture-drops"] // 0)}'
}

judge_load() {
    local late
    # what was collected before the first sample belongs to the start
    late=$(sed -nE 's/^\[([0-9.]+)s\].*Pause .* ([0-9.]+)ms$/\1 \2/p' "$RUN/gc.log" | jq -R 'split(" ") | map(tonumber)' |
        jq -sc --argjson from "$(jq -s '.[0].uptimeSeconds' "$SAMPLES")" 'map(select(.[0] > $from) | .[1]) | {pauses: length, longestMs: (max // 0)}')
    jq -s --slurpfile turn "$RUN/turn" --argjson gc "$late" --argjson after "$SETTLED_AFTER" '
        . as $all | ($all | length * $after | floor) as $first | $all[$first:] as $settled | $turn[0] as $t
        | {flows: $t.flows, lossFreePerSecond: $t.lossFreePerSecond, percent: $t.percent, sentPerSecond: $t.sentPerSecond,
           lostOnTheWay: $t.lost, probes: $t.probes, probesLost: $t.probesLost, p50Us: $t.p50Us, p99Us: $t.p99Us, p999Us: $t.p999Us, maxUs: $t.maxUs,
           samples: ($all | length), dropped: ($all[-1].dropped - $settled[0].dropped),
           captureDrops: ($all[-1].captureDrops - $settled[0].captureDrops),
           residentKib: {first: $settled[0].residentKib, last: $all[-1].residentKib, most: ([$settled[].residentKib] | max)},
           allocatedBytes: {first: $settled[0].allocatedBytes, last: $all[-1].allocatedBytes}, gc: $gc}' "$SAMPLES" |
        tee "$TRIGON_HOME/target/soak-load.json"
    jq -e --argjson slack "$RESIDENT_SLACK_PERCENT" --argjson allocated "$ALLOCATED_SLACK" '
        .dropped == 0 and .captureDrops == 0 and .residentKib.most <= .residentKib.first * (1 + $slack / 100)
        and .allocatedBytes.last - .allocatedBytes.first <= $allocated' "$TRIGON_HOME/target/soak-load.json" >/dev/null ||
        die "the soak" "something was dropped, or grew" "target/soak-load.jsonl has each sample"
}
