# scripts/bench http: what clients see, through a gateway that carries requests alone and through two that carry all. Sourced,
# never run.
# shellcheck shell=bash

# client ─ router ─ switch ─ gateway, b1, b2, b3: scripts/lab's one-armed. All of it shares this machine's processors.
HTTP_LAB=trigon-bench-$$
HTTP_RUN=/run/trigon-lab/$HTTP_LAB
HTTP_GATEWAY=10.2.0.2
HTTP_SERVERS=(10.2.0.11 10.2.0.12 10.2.0.13)
HTTP_WAYS=(direct vipd-af_xdp vipd-pcap haproxy nginx)
HTTP_KINDS=(small connection-each 1MB)

http_lab() {
    TRIGON_LAB=$HTTP_LAB "$TRIGON_HOME/scripts/lab" "$@"
}

bench_http() {
    local way kind host
    http_lab up one-armed >/dev/null
    truncate -s 1M "$HTTP_RUN/www/1M.bin"
    for host in client gateway; do
        # a connection a request uses ports up faster than they are free again
        http_lab exec "$host" sysctl -qw net.ipv4.ip_local_port_range="1024 65000" net.ipv4.tcp_tw_reuse=1
    done
    start_agents
    for ((ROUND = 1; ROUND <= ROUNDS; ROUND++)); do
        for way in "${HTTP_WAYS[@]}"; do
            [[ -z ${SKIPPED[$way]:-} ]] || continue
            if start_way "$way"; then
                [[ $way != vipd-* ]] || get_warm
                for kind in "${HTTP_KINDS[@]}"; do
                    http_turn "$way" "$kind" | tee -a "$OUT/turns.jsonl" | say_http
                done
            else
                SKIPPED[$way]=1
                echo "$way is left out: $WHY" >&2
            fi
            end_way
        done
    done
    http_down
}

http_down() {
    [[ ! -e $HTTP_RUN ]] || http_lab down >/dev/null
}

# The servers hold the VIP, as behind any gateway with direct server return.
start_agents() {
    local server
    for server in b1 b2 b3; do
        http_lab exec "$server" "$TRIGON_HOME/scripts/vip-agent" run --vip "$VIP" \
            --state "$HTTP_RUN/$server/agent" >"$HTTP_RUN/$server.agent" 2>&1 &
    done
    for server in b1 b2 b3; do
        wait_for 20 holds_vip "$server" || die "vip-agent" "$(tail -n 1 "$HTTP_RUN/$server.agent")" "see above"
    done
}

holds_vip() {
    ip -n "$HTTP_LAB-$1" address show dev lo | grep -q "$VIP"
}

start_way() {
    WHY=
    case $1 in
        direct) HTTP_TARGET=${HTTP_SERVERS[0]}:80 ;;
        vipd-*) HTTP_TARGET=$VIP:80 && start_http_vipd "${1#vipd-}" ;;
        haproxy) HTTP_TARGET=$HTTP_GATEWAY:8081 && start_haproxy ;;
        nginx) HTTP_TARGET=$HTTP_GATEWAY:8081 && start_stream ;;
    esac || return 1
    wait_for 10 answers || { WHY="nothing answers at $HTTP_TARGET: $(tail -n 1 "$RUN/contestant.log")" && return 1; }
}

# On processors that all share, a JVM that compiles takes its time from the requests.
get_warm() {
    http_lab exec client wrk -t1 -c32 -d"$WARM_JVM" -H 'Connection: close' "http://$HTTP_TARGET/" >/dev/null
}

answers() {
    http_lab exec client bash -c "exec 3<>/dev/tcp/${HTTP_TARGET/://}" 2>/dev/null
}

start_http_vipd() {
    cat >"$HTTP_RUN/vipd.yaml" <<YAML
interfaces: [eth0]
engine: $1
control: {socket: $RUN/vipd.sock}
state: $HTTP_RUN/state
YAML
    cat >"$HTTP_RUN/services.yaml" <<YAML
services:
  - name: web
    vip: $VIP
    protocol: tcp
    ports: [80]
    forward: l2dsr
    scheduler: maglev
    backends:
$(printf '      - {name: %s, address: %s}\n' b1 "${HTTP_SERVERS[0]}" b2 "${HTTP_SERVERS[1]}" b3 "${HTTP_SERVERS[2]}")
YAML
    rm -rf "$RUN/vipd.sock" "$HTTP_RUN/state"
    http_lab exec gateway "$TRIGON_HOME/scripts/vipd" --config "$HTTP_RUN/vipd.yaml" >"$RUN/contestant.log" 2>&1 &
    wait_for 30 vipd_up_or_gone $! || true
    [[ -S $RUN/vipd.sock ]] || { WHY=$(tail -n 1 "$RUN/contestant.log") && return 1; }
    vipctl apply -f "$HTTP_RUN/services.yaml" >/dev/null
}

start_haproxy() {
    cat >"$HTTP_RUN/haproxy.cfg" <<CONF
global
    nbthread 1
    maxconn 4000
defaults
    mode tcp
    timeout connect 5s
    timeout client 1m
    timeout server 1m
listen web
    bind $HTTP_TARGET
    balance roundrobin
$(printf '    server b%s %s:80\n' 1 "${HTTP_SERVERS[0]}" 2 "${HTTP_SERVERS[1]}" 3 "${HTTP_SERVERS[2]}")
CONF
    http_lab exec gateway haproxy -db -f "$HTTP_RUN/haproxy.cfg" >"$RUN/contestant.log" 2>&1 &
}

start_stream() {
    cat >"$HTTP_RUN/stream.conf" <<CONF
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
user nobody nogroup;
daemon off;
worker_processes 1;
pid $HTTP_RUN/stream.pid;
error_log $HTTP_RUN/stream.log;
events { worker_connections 8192; }
stream {
    upstream servers { $(printf 'server %s:80; ' "${HTTP_SERVERS[@]}") }
    server { listen $HTTP_TARGET backlog=4096; proxy_pass servers; }
}
CONF
    http_lab exec gateway nginx -p "$HTTP_RUN" -c "$HTTP_RUN/stream.conf" -e "$HTTP_RUN/stream.log" >"$RUN/contestant.log" 2>&1 &
}

end_way() {
    local pid
    for pid in $(ip netns pids "$HTTP_LAB-gateway"); do kill "$pid" 2>/dev/null || true; done
    wait_for 20 http_gateway_empty || die "the gateway" "a program there does not end" "see ip netns pids $HTTP_LAB-gateway"
}

http_gateway_empty() {
    [[ -z $(ip netns pids "$HTTP_LAB-gateway") ]]
}

# http_turn WAY KIND
http_turn() {
    local path=/ headers=() before after wrk
    case $2 in
        1MB) path=/1M.bin ;;
        connection-each) headers=(-H 'Connection: close') ;;
    esac
    http_lab exec client wrk -t1 -c32 -d1 "${headers[@]}" "http://$HTTP_TARGET$path" >/dev/null
    before=$(times_so_far)
    wrk=$(http_lab exec client wrk -t1 -c32 -d"$HTTP_SECONDS" "${headers[@]}" "http://$HTTP_TARGET$path")
    after=$(times_so_far)
    jq -nc --arg way "$1" --arg kind "$2" --argjson round "$ROUND" --argjson before "$before" --argjson after "$after" \
        --argjson requests "$(sed -nE 's/^ *([0-9]+) requests in .*/\1/p' <<<"$wrk")" \
        --argjson rate "$(sed -nE 's/^Requests\/sec: *([0-9.]+)/\1/p' <<<"$wrk")" \
        --arg errors "$(sed -nE 's/^ *((Socket errors|Non-2xx).*)/\1/p' <<<"$wrk" | paste -sd' ')" \
        '{measure: "http", contestant: $way, kind: $kind, round: $round, requestsPerSecond: $rate,
          machineUsPerRequest: (($after[0] - $before[0]) / $requests / 1000),
          gatewayUsPerRequest: (($after[1] - $before[1]) / $requests / 1000), errors: $errors}'
}

# Nanoseconds of processor that the whole machine has used, and that the programs on the gateway have.
times_so_far() {
    local pid ns=0 ticks thread
    for pid in $(ip netns pids "$HTTP_LAB-gateway"); do
        for thread in "/proc/$pid/task/"*/schedstat; do
            ns=$((ns + $(cut -d' ' -f1 "$thread" 2>/dev/null || echo 0)))
        done
    done
    ticks=$(awk '/^cpu / {print $2 + $3 + $4 + $7 + $8 + $9; exit}' /proc/stat)
    echo "[$((ticks * 1000000000 / $(getconf CLK_TCK))), $ns]"
}

say_http() {
    jq -r '"http, round \(.round), \(.contestant), \(.kind): \(.requestsPerSecond)/s, \(.machineUsPerRequest | round) µs a request, of these the gateway'"'"'s programs \(.gatewayUsPerRequest | round) \(.errors)"' >&2
}
