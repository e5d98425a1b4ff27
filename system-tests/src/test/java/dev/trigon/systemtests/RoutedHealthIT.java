package dev.trigon.systemtests;

import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Services;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/** l3dsr. */
class RoutedHealthIT extends HealthChecks {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ROUTED);

    @BeforeAll
    static void serve() {
        LAB.vipd().start();
        LAB.vipd().apply(Services.of(LAB, "l3dsr")).orFail();
        LAB.startAgentsOfRoutedServers();
    }

    @Override
    Lab lab() {
        return LAB;
    }

    @Override
    Services services() {
        return Services.of(LAB, "l3dsr");
    }
}
