package dev.trigon.systemtests;

import dev.trigon.systemtests.lab.Lab;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/** l2dsr on a bad network. */
class OneArmedFaultsIT extends Delivery {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED).withFaults();

    @BeforeAll
    static void serve() {
        LAB.serveLayer2();
    }

    @Override
    Lab lab() {
        return LAB;
    }
}
