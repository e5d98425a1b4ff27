package dev.trigon.dataplane.api;

/** How many flows are remembered, and how many can be. */
public record FlowCountView(long active, long max) {}
