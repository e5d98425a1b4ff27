package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;

import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Services;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/** l2dsr on a bad network. */
class OneArmedFaultsIT extends Delivery {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED).withFaults();

    @BeforeAll
    static void serve() {
        LAB.vipd().start();
        LAB.vipd().apply(Services.of(LAB, "l2dsr")).orFail();
        LAB.startAgents();
        LAB.startServersOfTheVips();
        LAB.client().awaitAnswersFrom(SERVERS);
    }

    @Override
    Lab lab() {
        return LAB;
    }
}
