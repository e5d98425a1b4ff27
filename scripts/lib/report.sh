# What the demo says, and whether it was true. Sourced by scripts/demo.
# shellcheck shell=bash

BOLD='' GOOD='' BAD='' PLAIN=''
if [[ -t 1 ]]; then
    BOLD=$'\e[1m' GOOD=$'\e[32m' BAD=$'\e[31m' PLAIN=$'\e[0m'
fi

CHECKS=0
FAILED=()

heading() {
    printf '\n%s%s%s\n\n' "$BOLD" "$1" "$PLAIN"
}

# check WHAT-MUST-HOLD ARITHMETIC-TEST WHAT-WAS-SEEN-INSTEAD
check() {
    CHECKS=$((CHECKS + 1))
    # shellcheck disable=SC2086 # the test is words
    if [ $2 ]; then
        printf '  %sok%s    %s\n' "$GOOD" "$PLAIN" "$1"
    else
        FAILED+=("$MODE: $1 ($3)")
        printf '  %sFAIL%s  %s: %s\n' "$BAD" "$PLAIN" "$1" "$3"
    fi
}

verdict() {
    echo
    if ((${#FAILED[@]})); then
        printf '%s%d of %d checks failed:%s\n' "$BAD" "${#FAILED[@]}" "$CHECKS" "$PLAIN"
        printf '  %s\n' "${FAILED[@]}"
        return 1
    fi
    printf '%sAll %d checks held.%s\n' "$GOOD" "$CHECKS" "$PLAIN"
}

# An answer to a request is two lines: the server's name, then the status and the client's port.
report_traffic() {
    local family server requests queries size seconds from
    printf '  %-28s %10s' "" answered
    printf '%8s' "${SERVERS[@]}"
    for family in "${FAMILIES[@]}"; do
        requests=$(requests_answered "$family")
        queries=$(queries_answered "$family")
        size=0 seconds=0
        read -r size seconds _ <"$WORK/download$family" || true
        from=$(sed -n 's/^X-Server: \(b[123]\).*/\1/p' "$WORK/download.head$family")

        printf '\n  %-28s %10s' "IPv$family: $HTTP_REQUESTS HTTP requests" "$requests"
        for server in "${SERVERS[@]}"; do
            printf '%8d' "$(share_of "$family" "$server")"
        done
        printf '\n  %-28s %10s' "      $DNS_QUERIES DNS queries (UDP)" "$queries"
        for server in "${SERVERS[@]}"; do
            printf '%8d' "$(grep -cx "\"$server\"" "$WORK/queries$family" || true)"
        done
        printf '\n  %-28s %10s' "      a download of 100 MiB" "$(mega "$size")"
        for server in "${SERVERS[@]}"; do
            printf '%8s' "$([[ $server != "$from" ]] || echo "$seconds" | awk '{printf "%.1f s", $1}')"
        done
    done
    printf '\n\n'
    for family in "${FAMILIES[@]}"; do
        check_family "$family"
    done
}

requests_answered() {
    grep -c '^200 ' "$WORK/requests$1" || true
}

queries_answered() {
    grep -cE '^"b[123]"$' "$WORK/queries$1" || true
}

share_of() {
    grep -cx "$2" "$WORK/requests$1" || true
}

check_family() {
    local requests queries size=0
    requests=$(requests_answered "$1")
    queries=$(queries_answered "$1")
    read -r size _ <"$WORK/download$1" || true
    check "IPv$1: every request was answered" "$requests -eq $HTTP_REQUESTS" "$requests of $HTTP_REQUESTS"
    check "IPv$1: every query was answered" "$queries -eq $DNS_QUERIES" "$queries of $DNS_QUERIES"
    check "IPv$1: the download is complete" "$size -eq $DOWNLOAD_BYTES" "$size of $DOWNLOAD_BYTES bytes"
    check_shares "$1"
}

check_shares() {
    local server n share=$((HTTP_REQUESTS / ${#SERVERS[@]})) off=()
    for server in "${SERVERS[@]}"; do
        n=$(share_of "$1" "$server")
        ((n * 10 >= share * 9 && n * 10 <= share * 11)) || off+=("$server $n")
    done
    check "IPv$1: every server had its share of the requests, within 10 %" "${#off[@]} -eq 0" "of $share each: ${off[*]}"
}

report_paths() {
    local in out crossed
    in=$(counted packets to-vip router)
    out=$(counted packets from-vip "${SERVERS[@]}")
    crossed=$(counted packets from-vip gateway)
    printf '\n  %-36s %10s %12s\n' "" packets bytes
    printf '  %-36s %10d %12s\n' "requests, through the gateway" "$in" "$(mega "$(counted bytes to-vip router)")" \
        "replies, straight from the servers" "$out" "$(mega "$(counted bytes from-vip "${SERVERS[@]}")")" \
        "replies that crossed the gateway" "$crossed" "$(mega "$(counted bytes from-vip gateway)")"
    echo
    check "the requests passed the gateway" "$in -gt $((2 * HTTP_REQUESTS))" "$in packets"
    check "the servers answered as $VIP4 and $VIP6" "$out -gt $((2 * HTTP_REQUESTS))" "$out packets"
    check "no reply crossed the gateway" "$crossed -eq 0" "$crossed packets"
}

mega() {
    awk -v n="$1" 'BEGIN { printf n < 10000 ? "%d B" : "%.1f MB", n < 10000 ? n : n / 1e6 }'
}

report_flows() {
    local active family
    active=$(vipctl flows count -o json | jq .active)
    printf '\n  flows tracked: %d, for example\n' "$active"
    for family in "${FAMILIES[@]}"; do
        explain_last "$family"
    done
    echo
    check "every request, query and download is a tracked flow" \
        "$active -ge $((${#FAMILIES[@]} * (HTTP_REQUESTS + DNS_QUERIES + 1)))" "$active flows"
    check "vipctl explains what happened" "${#WRONG[@]} -eq 0" "${WRONG[*]}"
    WRONG=()
}

WRONG=()

# The last request's tuple: what vipd says of it must be what the client saw.
explain_last() {
    local port answered client vip backend reason
    port=$(awk '/^200 /{port = $2} END {print port + 0}' "$WORK/requests$1")
    answered=$(grep -x 'b[123]' "$WORK/requests$1" | tail -n 1)
    if [[ $1 == 4 ]]; then
        client=$CLIENT4:$port vip=$VIP4:80
    else
        client=[$CLIENT6]:$port vip=[$VIP6]:80
    fi
    read -r backend reason < <(vipctl explain tcp "$client" "$vip" -o json | jq -r '"\(.backend) \(.reason)"')
    printf '    %s to %s was answered by %s;\n      vipctl explain says backend %s, reason %s\n' \
        "$client" "$vip" "$answered" "$backend" "$reason"
    [[ $backend/$reason == "$answered/flow" ]] || WRONG+=("$client: $backend, $reason")
}

check_counters() {
    wait_for 2 counters_add_up || true
    check "every packet vipd received had one verdict" "$(counters_add_up && echo 0 || echo 1) -eq 0" \
        "$(vipctl counters -o json)"
}

counters_add_up() {
    vipctl counters -o json | jq -e '.received > 0 and
        .received == .forwarded + .answered + .passed + (.waiting // 0) + ([.dropped[]] | add // 0)' >/dev/null
}
