package dev.trigon.systemtests;

import dev.trigon.systemtests.lab.Lab;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients and servers are behind the interface that is lost. */
@Tag("pcap-too")
@DisabledIfSystemProperty(
        named = "trigon.faults",
        matches = "true",
        disabledReason = "ports are opened anew, and with them faults")
class InterfaceLostIT extends InterfaceLoss {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    @BeforeAll
    static void serveAll() {
        LAB.serveLayer2();
    }

    @Override
    Lab lab() {
        return LAB;
    }
}
