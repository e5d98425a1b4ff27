package dev.trigon.systemtests;

import dev.trigon.systemtests.lab.Lab;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** l2dsr. */
@Tag("long")
class SurvivalIT extends Survival {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    @BeforeAll
    static void serve() {
        LAB.serveLayer2();
    }

    @Override
    Lab lab() {
        return LAB;
    }
}
