# scripts/bench cli: how long an operator waits for vipctl. Sourced, never run.
# shellcheck shell=bash

CLI_RUNS=20

bench_cli() {
    local run began taken=()
    need_root "the benchmark"
    prerequisites build run lab
    "$TRIGON_HOME/scripts/build"
    export TRIGON_LAB=bench-cli-$$
    CLI_DIR=$(mktemp -d "/tmp/$TRIGON_LAB.XXXXXX")
    trap cli_put_away EXIT
    "$TRIGON_HOME/scripts/lab" up one-armed >/dev/null
    cli_start_vipd
    # the first ones read the files from the disk
    cli_vipctl service list
    cli_vipctl service list >/dev/null
    for ((run = 0; run < CLI_RUNS; run++)); do
        began=$(date +%s%N)
        cli_vipctl service list >/dev/null
        taken+=($((($(date +%s%N) - began) / 1000000)))
    done
    printf '%s\n' "${taken[@]}" | sort -n | awk '
        { ms[NR] = $1 }
        END { printf "vipctl service list: median %d ms of %d runs (%d to %d)\n", ms[int((NR + 1) / 2)], NR, ms[1], ms[NR] }'
}

cli_start_vipd() {
    cat >"$CLI_DIR/vipd.yaml" <<YAML
interfaces: [eth0]
control: {socket: $CLI_DIR/vipd.sock}
state: $CLI_DIR/state
YAML
    ip netns exec "$TRIGON_LAB-gateway" "$TRIGON_HOME/scripts/vipd" --config "$CLI_DIR/vipd.yaml" >"$CLI_DIR/vipd.log" 2>&1 &
    CLI_VIPD=$!
    wait_for 30 test -S "$CLI_DIR/vipd.sock" || die "vipd" "it did not start: $(tail -n 1 "$CLI_DIR/vipd.log")" "see above"
    cli_vipctl service add web --vip 203.0.113.10 --protocol tcp --port 80,443 >/dev/null
    cli_vipctl backend add web b1 --address 10.2.0.11 >/dev/null
    cli_vipctl backend add web b2 --address 10.2.0.12 >/dev/null
}

cli_vipctl() {
    "$TRIGON_HOME/scripts/vipctl" --socket "$CLI_DIR/vipd.sock" "$@"
}

cli_put_away() {
    local status=$?
    [[ -z ${CLI_VIPD:-} ]] || { kill -TERM "$CLI_VIPD" && wait "$CLI_VIPD"; } || true
    "$TRIGON_HOME/scripts/lab" down >/dev/null || status=1
    rm -rf -- "$CLI_DIR"
    give_back
    exit "$status"
}
