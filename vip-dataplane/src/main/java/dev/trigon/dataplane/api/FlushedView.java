package dev.trigon.dataplane.api;

/** How many flows are known no more. */
public record FlushedView(long flushed) {}
