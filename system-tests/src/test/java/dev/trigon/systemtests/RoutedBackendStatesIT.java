package dev.trigon.systemtests;

import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Services;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** l3dsr. */
@Tag("long")
class RoutedBackendStatesIT extends BackendStates {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ROUTED);

    @BeforeAll
    static void serve() {
        LAB.vipd().start(SHORT_MEMORY);
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
