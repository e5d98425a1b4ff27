package dev.trigon.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Downloads;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Wire;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients are behind the interface that is lost, and servers behind another; or the other way round. */
@DisabledIfSystemProperty(
        named = "trigon.faults",
        matches = "true",
        disabledReason = "ports are opened anew, and with them faults")
@Tag("long")
class TwoArmedInterfaceLostIT extends InterfaceLoss {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.TWO_ARMED);

    @BeforeAll
    static void serveAll() {
        LAB.serveLayer2();
    }

    @Override
    Lab lab() {
        return LAB;
    }

    /** Nothing of it is vipd's, but the way to the servers. */
    @Test
    void shouldGoOnWhenTheServersInterfaceIsAnother() {
        Wire far = LAB.wire("eth1");
        try (Downloads more = Downloads.start(LAB, 80, 2, "4M")) {
            far.cut();
            assertThat(LAB.vipd().status().path("arms").path(0).path("state").asText())
                    .isEqualTo("up");
            far.renew();
            more.shouldGrow(Duration.ofSeconds(5));
            far.restore();
            more.shouldGrow(Duration.ofSeconds(5));
        }
    }
}
