package dev.trigon.systemtests;

import dev.trigon.systemtests.lab.Lab;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/** l3dsr. */
class RoutedSurvivalIT extends Survival {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ROUTED);

    @BeforeAll
    static void serve() {
        LAB.serveLayer3();
    }

    @Override
    Lab lab() {
        return LAB;
    }
}
