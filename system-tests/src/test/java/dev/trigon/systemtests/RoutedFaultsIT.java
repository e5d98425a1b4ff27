package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;

import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Services;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/** l3dsr on a bad network. */
class RoutedFaultsIT extends Delivery {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ROUTED).withFaults();

    @BeforeAll
    static void serve() {
        LAB.vipd().start();
        LAB.vipd().apply(Services.of(LAB, "l3dsr")).orFail();
        LAB.startAgentsOfRoutedServers();
        LAB.startServersOfTheVips();
        LAB.client().awaitAnswersFrom(SERVERS);
    }

    @Override
    Lab lab() {
        return LAB;
    }
}
