# turns.jsonl, slurped, and what is known of the machine: all that scripts/bench has found.

def stats: map(select(. != null)) | sort | if length == 0 then null else {median: .[(length - 1) / 2 | floor], min: .[0], max: .[-1]} end;
def rounded: if . == null then null else map_values(. * 100 | round / 100) end;
def turns($measure): map(select(.measure == $measure));
# by name of contestant, flows and round
def index_turns: INDEX("\(.contestant) \(.flows) \(.round)");
def ns: 1e9 / .arrivedPerSecond;
def thread_ns: .threadNs / .arrived;
def positive: select(.arrived > 0);

. as $all
| (turns("packets") | map(select(.rate == "most"))) as $flood
| (turns("packets") | map(select(.rate != "most"))) as $same
| ($flood | index_turns) as $at_flood
| ($same | index_turns) as $at_load
| ($flood | group_by(.flows) | map(
    (group_by(.contestant) | map(select(.[0].contestant | startswith("nft-dnat")))
      | max_by(map(.arrivedPerSecond) | stats.median)) as $best
    | {key: "\(.[0].flows)", value: ($best // [{}])[0].contestant}) | from_entries) as $nft
| {
  machine: $machine,
  generator: (turns("generator") | group_by(.flows) | map({flows: .[0].flows, packetsPerSecond: (map(.sentPerSecond) | stats)})),
  nftComparedWith: $nft,
  packets: ($flood | group_by([.flows, .contestant]) | map({
    contestant: .[0].contestant, flows: .[0].flows,
    packetsPerSecond: (map(.arrivedPerSecond) | stats),
    toLimit: (map(. as $t | $at_flood["bounce-c \(.flows) \(.round)"] | select(. != null and .arrived > 0)
      | $t.arrivedPerSecond / .arrivedPerSecond) | stats | rounded),
    toNft: (map(. as $t | $at_flood["\($nft["\($t.flows)"]) \($t.flows) \($t.round)"] | select(. != null and .arrived > 0)
      | $t.arrivedPerSecond / .arrivedPerSecond) | stats | rounded),
    lossPercent: (map(100 * ([0, 1 - .arrivedPerSecond / .sentPerSecond] | max)) | stats | rounded),
    threadNsPerPacket: (map(positive | thread_ns) | stats | rounded),
    processorBusyPercent: (map(100 * .processorBusy) | stats | rounded),
    residentMib: (map(.residentKib / 1024) | stats | rounded),
    vipd: (map(.vipd | select(. != null)) | if length == 0 then null else {
      allocatedBytes: (map(.allocatedBytes) | stats), gcPauses: (map(.gc.pauses) | stats), longestGcMs: (map(.gc.longestMs) | stats)
    } end)})),
  ownCost: ($flood | map(select(.contestant | startswith("vipd-"))) | group_by([.flows, .contestant]) | map({
    contestant: .[0].contestant, flows: .[0].flows,
    nsByRate: (map(. as $t | $at_flood["bounce-\($t.contestant | split("-")[1]) \($t.flows) \($t.round)"]
      | select(. != null and .arrived > 0) | ($t | ns) - ns) | stats | rounded),
    threadNs: (map(. as $t | $at_flood["bounce-\($t.contestant | split("-")[1]) \($t.flows) \($t.round)"]
      | select(. != null and .arrived > 0) | ($t | thread_ns) - thread_ns) | stats | rounded),
    threadNsAtLoad: (map(. as $t | "\($t.flows) \($t.round)" as $where
      | $at_load["\($t.contestant) \($where)"] as $v | $at_load["bounce-\($t.contestant | split("-")[1]) \($where)"]
      | select(. != null and .arrived > 0 and $v != null) | ($v | thread_ns) - thread_ns) | stats | rounded)})),
  newFlows: (turns("newFlows") | group_by(.contestant) | map({
    contestant: .[0].contestant,
    flowsPerSecond: (map(.arrivedPerSecond) | stats),
    lossPercent: (map(100 * ([0, 1 - .arrivedPerSecond / .sentPerSecond] | max)) | stats | rounded),
    remembered: (map(.vipd.activeFlows // .tracked) | stats)})),
  latency: ((turns("latency") + turns("longLatency")) as $l
    | ($l | map(select(.contestant == "kernel-rps")) | INDEX(.percent | tostring)) as $kernel
    | $l | map(. as $t | $kernel["\(.percent)"] as $k | . + {
        addedUs: (if $k == null then null else {p50: (.p50Us - $k.p50Us), p99: (.p99Us - $k.p99Us), p999: (.p999Us - $k.p999Us)} end)})),
  http: (turns("http") | group_by([.kind, .contestant]) | map({
    way: .[0].contestant, kind: .[0].kind, requestsPerSecond: (map(.requestsPerSecond) | stats),
    machineUsPerRequest: (map(.machineUsPerRequest) | stats | rounded),
    gatewayUsPerRequest: (map(.gatewayUsPerRequest) | stats | rounded), errors: (map(.errors | select(. != "")) | unique)}))
}
