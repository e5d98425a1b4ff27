package dev.trigon.systemtests;

import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Services;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/** l2dsr. */
class HealthIT extends HealthChecks {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    @BeforeAll
    static void serve() {
        LAB.vipd().start();
        LAB.vipd().apply(Services.of(LAB, "l2dsr")).orFail();
        LAB.startAgents();
    }

    @Override
    Lab lab() {
        return LAB;
    }

    @Override
    Services services() {
        return Services.of(LAB, "l2dsr");
    }
}
