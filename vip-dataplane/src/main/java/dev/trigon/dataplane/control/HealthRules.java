package dev.trigon.dataplane.control;

import dev.trigon.dataplane.config.Ports;
import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.service.HealthSpec;
import dev.trigon.dataplane.service.Refusal;
import java.util.List;

/** What of a health check goes together with what service. */
final class HealthRules {
    private HealthRules() {}

    static void check(List<ServiceDraft> services) throws Refusal {
        for (ServiceDraft service : services) {
            HealthSpec health = service.health();
            if (health != null
                    && health.probe().hasPort()
                    && health.port() == HealthSpec.SERVICE_PORT
                    && service.ports().get(0).equals(Ports.ANY)) {
                throw new Refusal(
                        ServiceRules.named(service),
                        "its health check has no port, and the service's ports are any",
                        "give the check a port, such as {type: "
                                + health.probe().type() + ", port: 80}");
            }
        }
    }
}
