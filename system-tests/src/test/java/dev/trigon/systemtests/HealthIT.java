package dev.trigon.systemtests;

import dev.trigon.systemtests.lab.Downloads;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Services;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** l2dsr. */
class HealthIT extends HealthChecks {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    @BeforeAll
    static void serve() {
        LAB.vipd().start();
        LAB.vipd().apply(Services.of(LAB, "l2dsr")).orFail();
        LAB.startAgents();
    }

    @Override
    Lab lab() {
        return LAB;
    }

    @Override
    Services services() {
        return Services.of(LAB, "l2dsr");
    }

    @Test
    void shouldFindOutThatAFirewallIsInTheWayAndResetWhatIsStuck() {
        try (Downloads downloads = Downloads.start(lab(), 80, 3, "8M")) {
            failing.shell(
                    "nft 'table inet test { chain in { type filter hook input priority 0; tcp dport 80 drop; }; }'");
            try {
                awaitDown("no answer");
                Downloads.shouldBeReset(downloads.from(FAILING), Duration.ofSeconds(5));
                Downloads.shouldGrow(downloads.notFrom(FAILING));
                shouldServeWithoutIt();
            } finally {
                failing.shell("nft delete table inet test");
            }
        }
        awaitAllUp(BACK);
    }

    @Test
    void shouldFindOutThatAServerIsGone() {
        failing.shell(
                "nft 'table netdev test { chain in { type filter hook ingress device eth0 priority -500; drop; }; }'");
        try {
            awaitDown("no answer");
            shouldServeWithoutIt();
        } finally {
            failing.shell("nft delete table netdev test");
        }
        awaitAllUp(BACK);
    }
}
