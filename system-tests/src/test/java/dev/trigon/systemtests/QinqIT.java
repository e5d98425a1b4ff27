package dev.trigon.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Lab;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** l2dsr at the end of a trunk, with a provider's tag around each customer's. */
class QinqIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.QINQ);

    private static final int UPLOAD_OCTETS = 10 << 20;

    @BeforeAll
    static void serve() {
        LAB.serveLayer2();
    }

    @ParameterizedTest
    @EnumSource
    @DisabledIfSystemProperty(named = "trigon.faults", matches = "true", disabledReason = "each packet counts")
    void shouldHaveBothTagsOnWhateverItSends(Family family) {
        Tags.shouldBeOnWhateverIsSent(
                LAB, family, "ethertype 802.1Q-QinQ (0x88a8)", "vlan 200, p 0,", "vlan 100, p 3,");
    }

    @ParameterizedTest
    @EnumSource
    void shouldCarryLongPacketsAndFragments(Family family) {
        Client client = LAB.client().over(family);

        assertThat(client.get(30).total()).isEqualTo(30);
        assertThat(client.upload("long-" + family, UPLOAD_OCTETS)).isEqualTo(201);
        assertThat(client.send(3, 8000).total()).isEqualTo(3);
        assertThat(LAB.packets().crossed()).isZero();
        assertThat(LAB.vipd().dropped()).doesNotContainKeys("egress-refused", "truncated");
    }
}
