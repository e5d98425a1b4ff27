package dev.trigon.cli;

import dev.trigon.dataplane.api.ServiceView;

/** One service in a line. */
final class ServiceLines {
    private ServiceLines() {}

    static String summary(String done, ServiceView service) {
        String dscp = service.dscp() == null ? "" : ", dscp " + service.dscp();
        return "service " + service.name() + " " + done + ": " + service.protocol() + " " + service.vip() + " port "
                + Human.list(service.ports()) + ", " + service.forward() + dscp + ", " + service.scheduler() + ", "
                + Human.count(service.backends().size(), "backend");
    }
}
