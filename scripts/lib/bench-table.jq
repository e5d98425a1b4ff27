# bench.json as tables to read.

def n: if . == null then "" else tostring end;
def grouped: round | tostring | [while(length > 0; .[:-3])] | map(.[-3:]) | reverse | join(",");
def big: if . == null then "" else grouped end;
def span(f): if . == null then "" else "\(.median | f) (\(.min | f) to \(.max | f))" end;
def row: "| " + join(" | ") + " |";
def table($head): ($head | row), ($head | map("---") | row), .[];
def flows_text: if . == 1 then "1 flow" else "\(grouped) flows" end;

. as $all |
"Measured on \(.machine.date): \(.machine.cpu), \(.machine.processors) processors\(.machine.virtual), \(.machine.memoryGib) GiB; Linux \(.machine.kernel); \(.machine.java); \(.machine.cc). " +
"\(.machine.rounds) rounds; \(.machine.seconds) s are counted in each turn. nf_conntrack_max was raised to \(.machine.conntrackMax), its buckets to \(.machine.conntrackBuckets). Load average before: \(.machine.load).",
(.packets | group_by(.flows)[] | .[0].flows as $flows | . as $rows
  | "", "**\($flows | flows_text).**", "",
    ($rows | sort_by(-.packetsPerSecond.median) | map([
      "`\(.contestant)`", (.packetsPerSecond | span(big)), (.toLimit | span(n)), (.toNft | span(n)), (.lossPercent.median | n),
      (.threadNsPerPacket.median // 0 | if . == 0 then "" else round | n end), (.processorBusyPercent.median | round | n),
      (.residentMib.median | if . == 0 then "" else round | n end)] | row)
    | table(["", "packets/s: median (min to max)", "of `bounce-c`", "of nft-dnat", "lost %", "thread, ns/packet", "processor %", "RSS, MiB"]))),
(if (.packets | length) > 0 then "", "The generator alone, into a gateway that drops all, sent " +
  (.generator | map("\(.packetsPerSecond.median | big)/s at \(.flows | flows_text)") | join(", ")) + ". Compared with, of nftables' two: " +
  (.nftComparedWith | to_entries | map("`\(.value // "none")` at \(.key | tonumber | flows_text)") | join(", ")) + "." else empty end),
(if (.ownCost | length) > 0 then "", "**What the balancer takes more than the bare bounce on the same engine, ns a packet.**", "",
  (.ownCost | map(["`\(.contestant)`", (.flows | grouped), (.nsByRate | span(n)), (.threadNs | span(n)), (.threadNsAtLoad | span(n))] | row)
  | table(["", "flows", "by packets/s", "by its thread's time", "by its thread's time at \($all.load)"])) else empty end),
((.packets | map(select(.vipd))) as $v | if ($v | length) > 0 then "", "vipd's workers had allocated " +
  ([$v[].vipd.allocatedBytes.max] | max | big) + " octets at most by the end of a turn; its JVM paused \([$v[].vipd.gcPauses.max] | max) times at most, \([$v[].vipd.longestGcMs.max] | max) ms at the longest." else empty end),
(if (.newFlows | length) > 0 then "", "**Each packet a new flow.**", "",
  (.newFlows | map(["`\(.contestant)`", (.flowsPerSecond | span(big)), (.lossPercent.median | n), (.remembered.median | big)] | row)
  | table(["", "flows/s", "lost %", "remembered at the end"])) else empty end),
(if (.latency | length) > 0 then "", "**Round trip among \(.latency[0].flows | flows_text), µs.**", "",
  (.latency | map(["`\(.contestant)`", (.lossFreePerSecond | grouped), "\(.percent) %", (.p50Us | n), (.p99Us | n), (.p999Us | n), (.maxUs | n),
    (.addedUs | if . == null then "" else "\(.p50 * 10 | round / 10), \(.p99 * 10 | round / 10), \(.p999 * 10 | round / 10)" end), (.probes | n)] | row)
  | table(["", "loss-free packets/s", "load", "p50", "p99", "p99.9", "max", "more than `kernel-rps`: p50, p99, p99.9", "probes"])) else empty end),
(if (.http | length) > 0 then "", "**HTTP.**", "",
  (.http | map([.kind, "`\(.way)`", (.requestsPerSecond | span(big)), (.machineUsPerRequest.median | n), (.gatewayUsPerRequest.median | n), (.errors | join("; "))] | row)
  | table(["", "way", "requests/s", "processor time of all, µs/request", "of the gateway's programs", "errors"])) else empty end)
