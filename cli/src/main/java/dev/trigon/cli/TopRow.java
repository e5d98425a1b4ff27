package dev.trigon.cli;

/**
 * What goes to a backend now, or to all of a service's together.
 *
 * @param backend empty for the service
 * @param state empty for the service
 */
record TopRow(
        String service, String backend, String state, double packetsPerSecond, double bitsPerSecond, long activeFlows) {

    boolean wholeService() {
        return backend.isEmpty();
    }
}
