package dev.trigon.dataplane.forward;

import dev.trigon.conntrack.Affinities;
import dev.trigon.conntrack.FlowCache;
import dev.trigon.conntrack.Handshakes;
import dev.trigon.conntrack.RateLimit;

/**
 * What one worker remembers of those whose packets it has placed.
 *
 * @param newFlows how many new flows it commits to memory: whoever makes flows up must not fill the flow table at will
 */
public record Memory(FlowCache flows, Handshakes handshakes, Affinities affinities, RateLimit newFlows) {}
