package dev.trigon.agent;

import static dev.trigon.agent.Examples.L2DSR;
import static dev.trigon.agent.Examples.L2DSR6;
import static dev.trigon.agent.Examples.L3DSR;
import static dev.trigon.agent.Examples.L3DSR_MIXED;
import static dev.trigon.agent.Examples.OTHER_VIP;
import static dev.trigon.agent.Examples.OTHER_VIP6;
import static dev.trigon.agent.Examples.OWN;
import static dev.trigon.agent.Examples.OWN6;
import static dev.trigon.agent.Examples.RULES;
import static dev.trigon.agent.Examples.RULES6;
import static dev.trigon.agent.Examples.VIP6;
import static dev.trigon.agent.Examples.VIP_ON_LO;
import static dev.trigon.agent.Examples.setting;
import static dev.trigon.agent.Examples.settingOfAll;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequirementsTest {
    @Test
    void shouldSilenceArpBeforeVipAndRestoreAfterIt() {
        assertThat(Requirements.of(L3DSR, List.of(OWN), "0", Map.of()))
                .extracting(Requirement::item)
                .containsExactly(
                        settingOfAll("arp_ignore"),
                        settingOfAll("arp_announce"),
                        setting("arp_ignore"),
                        setting("arp_announce"),
                        setting("rp_filter"),
                        VIP_ON_LO,
                        new Item.VipAddress(OTHER_VIP),
                        RULES);
    }

    @Test
    void shouldNeedNoRulesWhenL2dsr() {
        assertThat(Requirements.of(L2DSR, List.of(OWN), "0", Map.of()))
                .extracting(Requirement::item)
                .doesNotContain(RULES);
    }

    @Test
    void shouldLeaveRulesAloneWhenInterfaceHasNoAddressForNow() {
        assertThat(Requirements.of(L3DSR, List.of(), "0", Map.of()))
                .extracting(Requirement::item)
                .doesNotContain(RULES);
    }

    @Test
    void shouldNeedNoSettingsForIpv6() {
        assertThat(Requirements.of(L2DSR6, List.of(OWN, OWN6), "1", Map.of()))
                .extracting(Requirement::item)
                .containsExactly(new Item.VipAddress(VIP6));
    }

    @Test
    void shouldHaveATableForEachFamily() {
        assertThat(Requirements.of(L3DSR_MIXED, List.of(OWN, OWN6), "0", Map.of()))
                .extracting(Requirement::item)
                .endsWith(VIP_ON_LO, new Item.VipAddress(VIP6), new Item.VipAddress(OTHER_VIP6), RULES, RULES6);
        assertThat(Requirements.of(L3DSR_MIXED, List.of(OWN), "0", Map.of()))
                .as("no IPv6 address for now")
                .extracting(Requirement::item)
                .contains(RULES)
                .doesNotContain(RULES6);
    }

    @ParameterizedTest(name = "{0} {1} -> {2}")
    @CsvSource({
        "arp_ignore, 0, 1",
        "arp_ignore, 1, 1",
        "arp_ignore, 2, 2",
        "arp_ignore, 3, 1", // answers for what has global scope, on whatever interface it is
        "arp_ignore, 4, 1",
        "arp_ignore, 8, 8",
        "arp_announce, 0, 2",
        "arp_announce, 1, 2",
        "arp_announce, 2, 2",
        "arp_announce, 3, 2", // the kernel takes it for 0
    })
    void shouldSetArpPolicyUnlessItIsStricter(String name, String found, String expected) {
        for (Item item : List.of(setting(name), settingOfAll(name))) {
            assertThat(after(item, found, "0")).isEqualTo(expected);
        }
    }

    @ParameterizedTest(name = "all {0}, interface {1} -> {2}")
    @CsvSource({
        "0, 0, 0", "0, 1, 2", "0, 2, 2", "1, 0, 2", "1, 1, 2", "1, 2, 2", "2, 0, 0", "2, 1, 1", "2, 2, 2",
    })
    void shouldLoosenReversePathFilterOnlyWhereStrict(String ofAll, String found, String expected) {
        assertThat(after(setting("rp_filter"), found, ofAll)).isEqualTo(expected);
    }

    @Test
    void shouldReinstallRulesWhenOwnAddressesOrListingDiffer() {
        String text = RestoreTable.text(IpFamily.IPV4, L3DSR.vips(), List.of(OWN));
        assertThat(rulesHold(Map.of(IpFamily.IPV4, new InstalledRules(text, "listed")), "listed"))
                .isTrue();
        assertThat(rulesHold(Map.of(IpFamily.IPV4, new InstalledRules(text, "listed")), "listed otherwise"))
                .isFalse();
        assertThat(rulesHold(Map.of(IpFamily.IPV4, new InstalledRules("for another address", "listed")), "listed"))
                .isFalse();
        assertThat(rulesHold(Map.of(IpFamily.IPV4, new InstalledRules(text, "listed")), Item.ABSENT))
                .isFalse();
        assertThat(rulesHold(Map.of(IpFamily.IPV6, new InstalledRules(text, "listed")), "listed"))
                .isFalse();
        assertThat(rulesHold(Map.of(), "listed")).isFalse();
    }

    @Test
    void shouldWriteOneRuleForEachVip() {
        List<InetAddress> own = List.of(IpLiteral.parse("10.2.0.12"), OWN);
        assertThat(RestoreTable.text(IpFamily.IPV4, L3DSR.vips(), own)).isEqualTo("""
                table ip trigon_agent {
                \tchain prerouting {
                \t\ttype filter hook prerouting priority raw; policy accept;
                \t\tip daddr { 10.2.0.11, 10.2.0.12 } ip dscp 0x05 counter ip daddr set 203.0.113.10
                \t\tip daddr { 10.2.0.11, 10.2.0.12 } ip dscp 0x2e counter ip daddr set 203.0.113.11
                \t}
                }
                """);
    }

    @Test
    void shouldWriteRulesForIpv6() {
        List<InetAddress> own = List.of(OWN6, IpLiteral.parse("2001:db8:2::12"));
        assertThat(RestoreTable.text(IpFamily.IPV6, L3DSR_MIXED.vips(IpFamily.IPV6), own))
                .isEqualTo("""
                table ip6 trigon_agent {
                \tchain prerouting {
                \t\ttype filter hook prerouting priority raw; policy accept;
                \t\tip6 daddr { 2001:db8:2::11, 2001:db8:2::12 } ip6 dscp 0x05 counter ip6 daddr set 2001:db8:f::10
                \t\tip6 daddr { 2001:db8:2::11, 2001:db8:2::12 } ip6 dscp 0x2e counter ip6 daddr set 2001:db8:f::11
                \t}
                }
                """);
    }

    private static boolean rulesHold(Map<IpFamily, InstalledRules> installed, String listing) {
        return Requirements.of(L3DSR, List.of(OWN), "0", installed).stream()
                .filter(requirement -> requirement.item().equals(RULES))
                .allMatch(requirement -> requirement.holds().test(listing));
    }

    /** The item's value after the steps that the plan has for it. */
    private static String after(Item item, String found, String rpFilterOfAll) {
        List<Requirement> requirements = Requirements.of(L2DSR, List.of(OWN), rpFilterOfAll, Map.of()).stream()
                .filter(requirement -> requirement.item().equals(item))
                .toList();
        assertThat(requirements).hasSize(1);
        return Plan.toReach(requirements, Map.of(item, found)).stream()
                .map(Step::to)
                .findFirst()
                .orElse(found);
    }
}
