package dev.trigon.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What of a service has a default, or can be left as it is. */
final class ServiceOptions {
    @Option(
            names = "--forward",
            paramLabel = "MODE",
            description = {
                "How packets reach a backend:",
                "  l2dsr: by its MAC address; backends share a segment with the gateway (default)",
                "  l3dsr: by its IP address and a DSCP code; backends are anywhere"
            })
    @Nullable
    String forward;

    @Option(
            names = "--scheduler",
            paramLabel = "NAME",
            description = {
                "How a new flow's backend is chosen:",
                "  maglev: by a hash that a changed backend list hardly disturbs (default)",
                "  wrr: each in turn, as often as its weight asks"
            })
    @Nullable
    String scheduler;

    @Option(
            names = "--dscp",
            paramLabel = "N",
            description = "l3dsr: the code that stands for the VIP, 1 to 63 (default: a free one is chosen).")
    @Nullable
    Integer dscp;
}
