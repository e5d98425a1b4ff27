package dev.trigon.cli;

import dev.trigon.dataplane.api.AffinityEntry;
import dev.trigon.dataplane.api.ServiceEntry;
import dev.trigon.dataplane.api.TimeoutsEntry;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What of a service has a default, or can be left as it is. */
final class ServiceOptions {
    @Option(
            names = "--forward",
            paramLabel = "MODE",
            completionCandidates = Choices.Forwards.class,
            description = {
                "How packets reach a backend:",
                "  l2dsr: by its MAC address; backends share a segment with the gateway (default)",
                "  l3dsr: by its IP address and a DSCP code; backends are anywhere"
            })
    private @Nullable String forward;

    @Option(
            names = "--scheduler",
            paramLabel = "NAME",
            completionCandidates = Choices.Schedulers.class,
            description = {
                "How a new flow's backend is chosen:",
                "  maglev: by a hash that a changed backend list hardly disturbs (default)",
                "  sh: the same, by the client's address alone",
                "  rr: each in turn",
                "  wrr: each in turn, as often as its weight asks",
                "  lc: the one with the fewest flows",
                "  wlc: the one with the fewest flows for its weight",
                "  p2c: of two drawn by weight, the one with fewer flows for its weight"
            })
    private @Nullable String scheduler;

    @Option(
            names = "--dscp",
            paramLabel = "N",
            description = "l3dsr: the code that stands for the VIP, 1 to 63 (default: a free one is chosen).")
    private @Nullable Integer dscp;

    @Option(
            names = "--affinity",
            paramLabel = "D",
            description =
                    "The same client goes to the same backend, for this long after its last flow: 1s to 168h, or none (default).")
    private @Nullable String affinity;

    @Option(
            names = "--affinity-prefix",
            paramLabel = "N",
            description = "IPv4 clients that share so many bits are the same, 0 to 32 (default: 32).")
    private @Nullable Integer prefix;

    @Option(
            names = "--affinity-prefix6",
            paramLabel = "N",
            description = "IPv6 clients that share so many bits are the same, 0 to 128 (default: 128).")
    private @Nullable Integer prefix6;

    @Option(
            names = "--affinity-group",
            paramLabel = "NAME",
            description = "A client of one service of a group goes to the same server in all, or none (default).")
    private @Nullable String group;

    /** Which flows a timeout is about. */
    enum TimedState {
        syn,
        established,
        closing,
        closed,
        udp
    }

    @Option(
            names = "--timeout",
            paramLabel = "STATE=D",
            description =
                    "How long a flow in that state may be idle: syn, established, closing, closed or udp; 1s to 168h, or default: the gateway's. Can be repeated.")
    private Map<TimedState, String> timeouts = new EnumMap<>(TimedState.class);

    @Option(
            names = "--one-packet",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOL",
            description =
                    "udp: place each datagram by itself and remember nothing, as for DNS; --one-packet=false takes it back.")
    private @Nullable Boolean onePacket;

    @Option(
            names = "--when-down",
            paramLabel = "WHAT",
            completionCandidates = Choices.WhenDown.class,
            description = {
                "tcp: what becomes of a connection whose backend is gone:",
                "  reset: its client is told at once (default)",
                "  move: it goes to another backend"
            })
    private @Nullable String whenDown;

    @Option(
            names = "--when-all-down",
            paramLabel = "WHAT",
            description = {
                "What becomes of new flows when the checks find every backend down:",
                "  open: they are placed as if all were up (default)",
                "  closed: they are dropped"
            })
    private @Nullable String whenAllDown;

    @Option(
            names = "--slow-start",
            paramLabel = "D",
            description =
                    "A new or recovered backend comes to its whole share in this time: 1s to 1h, or none (default).")
    private @Nullable String slowStart;

    @Option(
            names = "--passive",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOL",
            description =
                    "tcp: a backend is taken for down for 30 s when 5 clients had to begin their handshake again within 10 s and none came through; --passive=false takes it back.")
    private @Nullable Boolean passive;

    @ArgGroup(exclusive = false, heading = "%nHealth checks:%n")
    private @Nullable HealthOptions health;

    /** With what a command takes besides. */
    ServiceEntry entry(@Nullable String name, @Nullable String vip, @Nullable String protocol, @Nullable String ports) {
        return new ServiceEntry(
                name,
                vip,
                protocol,
                ports,
                forward,
                dscp,
                scheduler,
                affinity(),
                timeouts(),
                onePacket,
                whenDown,
                whenAllDown,
                slowStart,
                passive,
                health == null ? null : health.value(),
                null);
    }

    private @Nullable Object affinity() {
        return prefix == null && prefix6 == null && group == null
                ? affinity
                : new AffinityEntry(affinity, prefix, prefix6, group);
    }

    private @Nullable TimeoutsEntry timeouts() {
        return timeouts.isEmpty()
                ? null
                : new TimeoutsEntry(
                        timeouts.get(TimedState.syn),
                        timeouts.get(TimedState.established),
                        timeouts.get(TimedState.closing),
                        timeouts.get(TimedState.closed),
                        timeouts.get(TimedState.udp));
    }
}
