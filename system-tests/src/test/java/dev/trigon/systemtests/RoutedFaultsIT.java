package dev.trigon.systemtests;

import dev.trigon.systemtests.lab.Lab;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** l3dsr on a bad network. */
@Tag("long")
class RoutedFaultsIT extends Delivery {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ROUTED).withFaults();

    @BeforeAll
    static void serve() {
        LAB.serveLayer3();
    }

    @Override
    Lab lab() {
        return LAB;
    }
}
