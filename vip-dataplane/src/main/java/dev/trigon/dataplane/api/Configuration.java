package dev.trigon.dataplane.api;

import java.util.List;

/** All that is configured: the services file. */
public record Configuration(List<ServiceEntry> services) {}
