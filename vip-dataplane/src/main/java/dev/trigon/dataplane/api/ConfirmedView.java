package dev.trigon.dataplane.api;

/** A change that waited to be confirmed, and stays. */
public record ConfirmedView(long revision) {}
