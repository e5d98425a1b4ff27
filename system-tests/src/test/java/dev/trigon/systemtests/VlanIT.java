package dev.trigon.systemtests;

import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Lab;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** l2dsr at the end of a trunk, with one tag on every frame. */
class VlanIT extends Delivery {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.VLAN);

    @BeforeAll
    static void serve() {
        LAB.serveLayer2();
    }

    @Override
    Lab lab() {
        return LAB;
    }

    @ParameterizedTest
    @EnumSource
    @DisabledIfSystemProperty(named = "trigon.faults", matches = "true", disabledReason = "each packet counts")
    void shouldHaveTheTagOnWhateverItSends(Family family) {
        Tags.shouldBeOnWhateverIsSent(LAB, family, "ethertype 802.1Q (0x8100)", "vlan 100, p 3,");
    }
}
