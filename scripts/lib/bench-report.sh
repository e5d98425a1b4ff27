# What scripts/bench has found, as JSON, tables and a chart. Sourced, never run.
# shellcheck shell=bash

describe_machine() {
    local virtual
    virtual=$(lscpu | sed -n 's/^Hypervisor vendor: *//p')
    jq -n --arg date "$(date -u +%Y-%m-%d)" --arg kernel "$(uname -r)" \
        --arg cpu "$(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo)" --argjson processors "$(nproc)" \
        --arg virtual "${virtual:+ of a virtual machine ($virtual)}" \
        --argjson memory "$(awk '/^MemTotal/ {print int($2 / 1048576 + 0.5)}' /proc/meminfo)" \
        --arg java "$(java -version 2>&1 | sed -n 's/ version//; s/"//g; 1p')" \
        --arg cc "$(cc --version 2>/dev/null | head -n 1)" --arg load "$1" --argjson rounds "$ROUNDS" --arg seconds "$SECONDS_EACH" \
        --argjson max "$(sysctl -n net.netfilter.nf_conntrack_max 2>/dev/null || echo 0)" \
        --argjson buckets "$(sysctl -n net.netfilter.nf_conntrack_buckets 2>/dev/null || echo 0)" \
        '{date: $date, kernel: $kernel, cpu: $cpu, processors: $processors, virtual: $virtual, memoryGib: $memory, java: $java, cc: $cc,
          load: $load, rounds: $rounds, seconds: $seconds, conntrackMax: $max, conntrackBuckets: $buckets}'
}

report() {
    jq -s --argjson machine "$(describe_machine "$1")" --argjson load "$LOAD" -f "$TRIGON_HOME/scripts/lib/bench-report.jq" \
        "$OUT/turns.jsonl" | jq --arg load "$LOAD" '. + {load: "\($load)/s"}' >"$OUT/bench.json"
    jq -r -f "$TRIGON_HOME/scripts/lib/bench-table.jq" "$OUT/bench.json" >"$OUT/table.md"
    if jq -e '.packets | length > 0' "$OUT/bench.json" >/dev/null; then
        draw >"$OUT/packets.svg"
    fi
    echo
    cat "$OUT/table.md"
    echo
    echo "turns.jsonl, bench.json, table.md and packets.svg are in $OUT" >&2
    ! $PUBLISH || publish
}

# A bar for each contestant and number of flows, with its least and its most.
draw() {
    local flows column=2 plots=()
    jq -r '.packets as $p | ([$p[].flows] | unique) as $flows
        | [$p | group_by(.contestant)[]] | sort_by(-(.[0].packetsPerSecond.median))[]
        | .[0].contestant + " " + (. as $rows | $flows | map(. as $f | $rows[] | select(.flows == $f)
            | "\(.packetsPerSecond.median / 1e6) \(.packetsPerSecond.min / 1e6) \(.packetsPerSecond.max / 1e6)") | join(" "))' \
        "$OUT/bench.json" >"$RUN/chart.data"
    for flows in $(jq '[.packets[].flows] | unique[]' "$OUT/bench.json"); do
        plots+=("'$RUN/chart.data' using $column:$((column + 1)):$((column + 2)):xtic(1) title \"$(printf "%'d" "$flows") flows\"")
        column=$((column + 3))
    done
    gnuplot <<GNUPLOT
set terminal svg size 960,460 font 'sans-serif,12' background '#ffffff'
set style data histograms
set style histogram errorbars gap 1 linewidth 1
set style fill solid 0.85 noborder
set linetype 1 linecolor rgb '#1f6f8b'
set linetype 2 linecolor rgb '#6fb3c8'
set linetype 3 linecolor rgb '#d9a441'
set xtics rotate by -35 scale 0
set yrange [0:*]
set grid ytics linecolor rgb '#dddddd'
set border 3
set ylabel 'million packets/s'
set key top right
plot $(IFS=,; echo "${plots[*]}")
GNUPLOT
}

# Puts the tables between the marks in docs/performance.md, and the chart beside it.
publish() {
    local page=$TRIGON_HOME/docs/performance.md
    awk -v table="$OUT/table.md" '
        /^<!-- end of what scripts\/bench --publish writes -->$/ { inside = 0 }
        !inside { print }
        /^<!-- scripts\/bench --publish writes this -->$/ {
            inside = 1
            while ((getline line < table) > 0) print line
        }' "$page" >"$RUN/page"
    cat "$RUN/page" >"$page"
    [[ ! -e $OUT/packets.svg ]] || cp "$OUT/packets.svg" "$TRIGON_HOME/docs/performance.svg"
}
