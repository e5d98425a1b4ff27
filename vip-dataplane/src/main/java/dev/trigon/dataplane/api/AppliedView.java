package dev.trigon.dataplane.api;

import java.util.List;

/** What applying a configuration came to, as names of services. */
public record AppliedView(List<String> added, List<String> changed, List<String> removed, List<String> unchanged) {}
