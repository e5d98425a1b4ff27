package dev.trigon.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Vipd;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** l3dsr, with the servers a router away from the gateway. */
@Tag("pcap-too")
class RoutedIT extends Delivery {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ROUTED);

    private static Vipd vipd;
    private static Client client;
    private static int dscp;

    @BeforeAll
    static void serve() {
        vipd = LAB.vipd();
        client = LAB.client();
        LAB.serveLayer3();
        dscp = vipd.ask("service", "show", "web").path("dscp").asInt();
    }

    @Override
    Lab lab() {
        return LAB;
    }

    @Test
    void shouldMarkBothServicesOfAVipWithItsOneCode() {
        assertThat(dscp).isBetween(1, 63);
        assertThat(vipd.ask("service", "show", "dns").path("dscp").asInt()).isEqualTo(dscp);
    }

    @Test
    void shouldUpdateChecksumsWhetherTheSenderComputedThemOrNot() {
        for (String offload : new String[] {"off", "on"}) {
            client.host().ask("ethtool", "-K", "eth0", "tx", offload);
            assertThat(client.get(12).total()).as("HTTP, tx %s", offload).isEqualTo(12);
            assertThat(client.query(12).total()).as("UDP, tx %s", offload).isEqualTo(12);
        }
    }
}
