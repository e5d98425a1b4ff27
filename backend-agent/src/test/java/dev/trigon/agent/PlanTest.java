package dev.trigon.agent;

import static dev.trigon.agent.Examples.ARP_IGNORE;
import static dev.trigon.agent.Examples.L2DSR;
import static dev.trigon.agent.Examples.L3DSR;
import static dev.trigon.agent.Examples.L3DSR_MIXED;
import static dev.trigon.agent.Examples.RULES;
import static dev.trigon.agent.Examples.RULES6;
import static dev.trigon.agent.Examples.VIP6;
import static dev.trigon.agent.Examples.VIP_ON_LO;
import static dev.trigon.agent.Examples.setting;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.linux.Sysctl;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** From what is to what should be, and back, without a kernel. */
class PlanTest {
    private static final Requirement SILENT = new Requirement(ARP_IGNORE, "1"::equals, "1");
    private static final Requirement ON_LO = new Requirement(VIP_ON_LO, Item.PRESENT::equals, Item.PRESENT);
    private static final Requirement RESTORE = new Requirement(RULES, "rules"::equals, "rules");

    @Test
    void shouldChangeOnlyWhatDoesNotHold() {
        List<Step> steps = Plan.toReach(List.of(SILENT, ON_LO), Map.of(ARP_IGNORE, "1", VIP_ON_LO, Item.ABSENT));
        assertThat(steps).containsExactly(new Step(VIP_ON_LO, Item.ABSENT, Item.PRESENT));
    }

    @Test
    void shouldPutBackInReverse() {
        List<Requirement> all = List.of(SILENT, ON_LO, RESTORE);
        Map<Item, String> before = Map.of(ARP_IGNORE, "0", VIP_ON_LO, Item.ABSENT, RULES, Item.ABSENT);
        Journal journal = noted(Journal.empty(L3DSR), all, before);
        Map<Item, String> after = Map.of(ARP_IGNORE, "1", VIP_ON_LO, Item.PRESENT, RULES, "rules");
        assertThat(Plan.toPutBack(after, journal))
                .containsExactly(
                        new Step(RULES, "rules", Item.ABSENT),
                        new Step(VIP_ON_LO, Item.PRESENT, Item.ABSENT),
                        new Step(ARP_IGNORE, "1", "0"));
    }

    @Test
    void shouldNotPutBackWhatItDidNotChange() {
        Journal journal =
                noted(Journal.empty(L2DSR), List.of(SILENT, ON_LO), Map.of(ARP_IGNORE, "1", VIP_ON_LO, Item.PRESENT));
        // an operator turned it off meanwhile: theirs to decide
        assertThat(Plan.toPutBack(Map.of(ARP_IGNORE, "0", VIP_ON_LO, Item.PRESENT), journal))
                .isEmpty();
    }

    @Test
    void shouldKeepAddressThatWasThereBeforeEvenIfItHadToBringItBack() {
        Journal first = noted(Journal.empty(L2DSR), List.of(ON_LO), Map.of(VIP_ON_LO, Item.PRESENT));
        Journal drifted = noted(first, List.of(ON_LO), Map.of(VIP_ON_LO, Item.ABSENT));
        assertThat(Plan.toPutBack(Map.of(VIP_ON_LO, Item.PRESENT), drifted)).isEmpty();
    }

    @Test
    void shouldKeepFirstValuesWhenAdoptingAfterCrash() {
        Journal first = noted(Journal.empty(L2DSR), List.of(SILENT), Map.of(ARP_IGNORE, "0"));
        Journal adopted = noted(first, List.of(SILENT), Map.of(ARP_IGNORE, "1"));
        assertThat(Plan.toPutBack(Map.of(ARP_IGNORE, "1"), adopted)).containsExactly(new Step(ARP_IGNORE, "1", "0"));
    }

    @Test
    void shouldHaveNothingToPutBackWhenCrashCameBeforeChange() {
        Journal written = noted(Journal.empty(L2DSR), List.of(SILENT), Map.of(ARP_IGNORE, "0"));
        assertThat(Plan.toPutBack(Map.of(ARP_IGNORE, "0"), written)).isEmpty();
    }

    @Test
    void shouldDropWhatEarlierConfigurationAskedFor() {
        Journal earlier =
                noted(Journal.empty(L3DSR), List.of(SILENT, RESTORE), Map.of(ARP_IGNORE, "0", RULES, Item.ABSENT));
        Map<Item, String> now = Map.of(ARP_IGNORE, "1", RULES, "rules");
        Journal next = noted(earlier, List.of(SILENT), now);
        assertThat(Plan.toDropStale(List.of(SILENT), now, next)).containsExactly(new Step(RULES, "rules", Item.ABSENT));
        assertThat(next.keeping(Set.of(ARP_IGNORE)).toPutBack()).containsExactly(ARP_IGNORE);
    }

    @Test
    void shouldTakeRulesFoundAtStartForAnEarlierAgents() {
        Journal journal = noted(Journal.empty(L3DSR), List.of(RESTORE), Map.of(RULES, "left over"));
        assertThat(Plan.toPutBack(Map.of(RULES, "rules"), journal))
                .containsExactly(new Step(RULES, "rules", Item.ABSENT));
    }

    @Test
    void shouldSkipSettingsOfInterfaceThatIsGone() {
        Journal journal = noted(Journal.empty(L2DSR), List.of(SILENT), Map.of(ARP_IGNORE, "0"));
        assertThat(Plan.toReach(List.of(SILENT), Map.of())).isEmpty();
        assertThat(Plan.toPutBack(Map.of(), journal)).isEmpty();
    }

    @Test
    void shouldReadJournalAsWritten() {
        Item ofVlan = new Item.Setting(Sysctl.ipv4Interface("eth0.100", "arp_ignore"));
        Journal journal = noted(
                        Journal.empty(L3DSR_MIXED),
                        List.of(
                                SILENT,
                                new Requirement(ofVlan, "1"::equals, "1"),
                                new Requirement(setting("rp_filter"), "2"::equals, "2"),
                                ON_LO,
                                new Requirement(new Item.VipAddress(VIP6), Item.PRESENT::equals, Item.PRESENT),
                                RESTORE,
                                new Requirement(RULES6, "rules"::equals, "rules")),
                        Map.of(ARP_IGNORE, "0", ofVlan, "0", setting("rp_filter"), "2", VIP_ON_LO, Item.PRESENT))
                .withInstalled(IpFamily.IPV4, new InstalledRules("a\n\tb = { c: #! }\n", "d\n"))
                .withInstalled(IpFamily.IPV6, new InstalledRules("e\n", "f\n"));
        Journal read = JournalFormat.read(JournalFormat.write(journal));
        assertThat(read).isEqualTo(journal);
        assertThat(read.toPutBack()).isEqualTo(journal.toPutBack());
    }

    private static Journal noted(Journal journal, List<Requirement> requirements, Map<Item, String> observed) {
        return journal.noting(journal.configuration(), requirements, observed, Plan.toReach(requirements, observed));
    }
}
