package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What services may stand together, and which codes and ids they get. */
class ServicesStateTest {
    /** A row: two services without their protocol (tcp), and the message. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        name: a, vip: 203.0.113.1, ports: 80 | name: a, vip: 203.0.113.2, ports: 80 | service 'a': a service of that name is there already; choose another name, or change that one
        name: a, vip: 203.0.113.1, ports: 80 | name: b, vip: 203.0.113.1, ports: 80 | service 'b': tcp port 80 of VIP 203.0.113.1 belongs to service 'a'; choose other ports, or change that one first
        name: a, vip: 203.0.113.1, ports: 70-90 | name: b, vip: 203.0.113.1, ports: [1, 85-99] | service 'b': tcp port 85-90 of VIP 203.0.113.1 belongs to service 'a'; choose other ports, or change that one first
        name: a, vip: 203.0.113.1, ports: any | name: b, vip: 203.0.113.1, ports: 80 | service 'b': tcp port 80 of VIP 203.0.113.1 belongs to service 'a'; choose other ports, or change that one first
        name: a, vip: 203.0.113.1, ports: 80 | name: b, vip: 203.0.113.2, ports: any, health: tcp | service 'b': its health check has no port, and the service's ports are any; give the check a port, such as {type: tcp, port: 80}
        name: a, vip: 203.0.113.1, ports: 80 | name: b, vip: 203.0.113.1, ports: 81, forward: l3dsr | service 'b': it forwards VIP 203.0.113.1 by l3dsr, and service 'a' by l2dsr; use one mode a VIP, or another VIP
        name: a, vip: 203.0.113.1, ports: 80 | name: b, vip: 203.0.113.2, ports: 80, dscp: 3 | service 'b': it has a dscp, and l2dsr uses none; leave dscp out, or forward by l3dsr
        name: a, vip: 203.0.113.1, ports: 80, forward: l3dsr, dscp: 5 | name: b, vip: 203.0.113.2, ports: 80, forward: l3dsr, dscp: 5 | service 'b': dscp 5 cannot stand for VIP 203.0.113.2: it stands for VIP 203.0.113.1; choose another dscp, or none to be given a free one
        name: a, vip: 203.0.113.1, ports: 80, forward: l3dsr, dscp: 5 | name: b, vip: 203.0.113.1, ports: 81, forward: l3dsr, dscp: 6 | service 'b': it asks for dscp 6, and another service of VIP 203.0.113.1 for 5; give every service of a VIP the same dscp, or none
        name: a, vip: 203.0.113.1, ports: 80 | 'name: b, vip: 203.0.113.2, ports: 80, backends: [{name: x, address: 203.0.113.1}]' | backend 'x' of service 'b': its address 203.0.113.1 is a VIP, so packets would go round; give the server's own address
        name: a, vip: 203.0.113.1, ports: 80 | 'name: b, vip: 203.0.113.2, ports: 80, backends: [{name: x, address: 10.0.0.1}, {name: x, address: 10.0.0.2}]' | backend 'x' of service 'b': a backend of that name is there already; choose another name, or change that one
        name: a, vip: 203.0.113.1, ports: 80 | 'name: b, vip: 203.0.113.2, ports: 80, backends: [{name: x, address: 10.0.0.1}, {name: y, address: 10.0.0.1}]' | backend 'y' of service 'b': backend 'x' has the address 10.0.0.1 already; give it more weight instead
        name: a, vip: 2001:db8:f::1, ports: 80 | name: b, vip: 2001:DB8:F:0::1, ports: 70-90 | service 'b': tcp port 80 of VIP 2001:db8:f::1 belongs to service 'a'; choose other ports, or change that one first
        name: a, vip: 2001:db8:f::1, ports: 80 | name: b, vip: 2001:db8:f::1, ports: 81, forward: l3dsr | service 'b': it forwards VIP 2001:db8:f::1 by l3dsr, and service 'a' by l2dsr; use one mode a VIP, or another VIP
        name: a, vip: 203.0.113.1, ports: 80, forward: l3dsr, dscp: 5 | name: b, vip: 2001:db8:f::1, ports: 80, forward: l3dsr, dscp: 5 | service 'b': dscp 5 cannot stand for VIP 2001:db8:f::1: it stands for VIP 203.0.113.1; choose another dscp, or none to be given a free one
        name: a, vip: 2001:db8:f::1, ports: 80 | 'name: b, vip: 2001:db8:f::2, ports: 80, backends: [{name: x, address: 2001:db8:f::1}]' | backend 'x' of service 'b': its address 2001:db8:f::1 is a VIP, so packets would go round; give the server's own address
        name: a, vip: 203.0.113.1, ports: 80 | 'name: b, vip: 2001:db8:f::2, ports: 80, backends: [{name: x, address: 2001:db8:2::11}, {name: y, address: 2001:DB8:2:0::11}]' | backend 'y' of service 'b': backend 'x' has the address 2001:db8:2::11 already; give it more weight instead
        name: a, vip: 203.0.113.1, ports: 80 | 'name: b, vip: 2001:db8:f::2, ports: 80, backends: [{name: x, address: 10.2.0.11}]' | backend 'x' of service 'b': its address 10.2.0.11 is IPv4 and VIP 2001:db8:f::2 is IPv6, and a packet keeps its family; give the server's IPv6 address, or make a service of an IPv4 VIP
        name: a, vip: 203.0.113.1, ports: 80 | 'name: b, vip: 203.0.113.2, ports: 80, forward: l3dsr, backends: [{name: x, address: 2001:db8:2::11}]' | backend 'x' of service 'b': its address 2001:db8:2::11 is IPv6 and VIP 203.0.113.2 is IPv4, and a packet keeps its family; give the server's IPv4 address, or make a service of an IPv6 VIP
        """)
    void shouldRefuseWhatDoesNotGoTogether(String first, String second, String message) {
        assertThatThrownBy(() -> state(ServicesState.EMPTY, first, second))
                .isInstanceOf(Refusal.class)
                .hasMessage(message);
    }

    @Test
    void shouldAllowWhatDoes() throws Refusal {
        assertThat(state(
                                ServicesState.EMPTY,
                                "name: a, vip: 203.0.113.1, ports: 80, backends: [{name: x, address: 10.0.0.1}]",
                                "name: b, vip: 203.0.113.1, ports: 81-90, backends: [{name: x, address: 10.0.0.1}]",
                                "name: c, vip: 203.0.113.2, ports: any")
                        .services())
                .hasSize(3);
    }

    /** One file: an IPv4 and an IPv6 service side by side, several services of a VIP, several VIPs, the same servers. */
    @Test
    void shouldAllowFamiliesSideBySide() throws Refusal {
        String four = "backends: [{name: b1, address: 10.2.0.11}]";
        String six = "backends: [{name: b1, address: 2001:db8:2::11}]";
        ServicesState state = state(
                ServicesState.EMPTY,
                "name: web, vip: 203.0.113.1, ports: [80, 443], " + four,
                "name: web6, vip: 2001:db8:f::1, ports: [80, 443], " + six,
                "name: ssh6, vip: 2001:db8:f::1, ports: 22, " + six,
                "name: rest6, vip: 2001:db8:f::1, ports: 1024-65535, " + six,
                "name: all6, vip: 2001:db8:f::2, ports: any, forward: l3dsr, " + six,
                "name: all, vip: 203.0.113.2, ports: any, forward: l3dsr, " + four);

        assertThat(codes(state)).containsExactly(0, 0, 0, 0, 3, 7);
        assertThat(state.services().stream().flatMap(s -> s.backends().stream()).map(BackendSpec::id))
                .containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void shouldKeepAnIdWhicheverWayAnAddressIsWritten() throws Refusal {
        ServicesState before = state(
                ServicesState.EMPTY,
                "name: a, vip: 2001:db8:f::1, ports: 80, forward: l3dsr, backends: [{name: x, address: 2001:db8:2::11}]");
        ServicesState after = state(
                before,
                "name: a, vip: 2001:DB8:000f::0.0.0.1, ports: 80, forward: l3dsr, backends: [{name: x, address: 2001:db8:2:0:0:0:0:11}]");

        assertThat(after).isEqualTo(before);
    }

    @Test
    void shouldCompareThousandsOfPortsInAMoment() throws Refusal {
        StringBuilder odd = new StringBuilder("1");
        StringBuilder even = new StringBuilder("2");
        for (int port = 3; port < 65_535; port += 2) {
            odd.append(',').append(port);
            even.append(',').append(port + 1);
        }
        ServicesState state = assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> state(
                        ServicesState.EMPTY,
                        "name: a, vip: 2001:db8:f::1, ports: \"" + odd + "\"",
                        "name: b, vip: 2001:db8:f::1, ports: \"" + even + "\""));

        assertThat(state.services()).hasSize(2);
        assertThatThrownBy(() -> state(
                        ServicesState.EMPTY,
                        "name: a, vip: 2001:db8:f::1, ports: \"" + odd + "\"",
                        "name: b, vip: 2001:db8:f::1, ports: \"" + even + ",65533\""))
                .hasMessageStartingWith("service 'b': tcp port 65533 of VIP 2001:db8:f::1 belongs to service 'a'");
    }

    @Test
    void shouldGiveCodesOfLocalUseFirstAndNeverZero() {
        assertThat(DscpCodes.ORDER).hasSize(63).doesNotHaveDuplicates().doesNotContain(0);
        assertThat(DscpCodes.ORDER.subList(0, 4)).containsExactly(3, 7, 11, 15);
        assertThat(DscpCodes.ORDER.subList(15, 19)).containsExactly(63, 1, 5, 9);
        assertThat(DscpCodes.ORDER.subList(31, 35)).containsExactly(61, 2, 4, 6);
    }

    @Test
    void shouldGiveAVipOneCodeThatStaysWhileItIsThere() throws Refusal {
        String a = "name: a, vip: 203.0.113.1, ports: 80, forward: l3dsr";
        String a2 = "name: a2, vip: 203.0.113.1, ports: 81, forward: l3dsr";
        String b = "name: b, vip: 203.0.113.2, ports: 80, forward: l3dsr";
        String c = "name: c, vip: 203.0.113.3, ports: 80, forward: l3dsr";
        ServicesState state = state(ServicesState.EMPTY, a, b);
        assertThat(codes(state)).containsExactly(3, 7);
        state = state(state, b, a2);
        assertThat(codes(state)).containsExactly(7, 3);
        state = state(state, b, c);
        assertThat(codes(state)).containsExactly(7, 3);
        state = state(state, b, c, a + ", dscp: 40");
        assertThat(codes(state)).containsExactly(7, 3, 40);
        ServicesState last = state;
        assertThatThrownBy(() -> state(last, b, "name: c, vip: 203.0.113.3, ports: 80, forward: l3dsr, dscp: 7"))
                .hasMessage("service 'b': dscp 7 cannot stand for VIP 203.0.113.2: it stands for VIP 203.0.113.3;"
                        + " choose another dscp, or none to be given a free one");
    }

    @Test
    void shouldHaveRoomFor63VipsInL3dsr() throws Refusal {
        List<String> entries = new ArrayList<>();
        for (int i = 1; i <= 63; i++) {
            entries.add("name: s" + i + ", vip: 203.0.113." + i + ", ports: 80, forward: l3dsr");
        }
        ServicesState full = state(ServicesState.EMPTY, entries.toArray(String[]::new));
        assertThat(codes(full)).doesNotHaveDuplicates().hasSize(63);
        entries.add("name: s64, vip: 203.0.113.64, ports: 80, forward: l3dsr");
        assertThatThrownBy(() -> state(full, entries.toArray(String[]::new)))
                .hasMessage(
                        "service 's64': all 63 DSCP codes stand for other VIPs already; put the service on a VIP that"
                                + " is there, or forward it by l2dsr");
    }

    @Test
    void shouldRefuseToRunOutOfIdsRatherThanGiveOneTwice() {
        ServicesState last = new ServicesState(Integer.MAX_VALUE, List.of(), List.of(), Revision.NONE);
        assertThatThrownBy(() ->
                        state(last, "name: a, vip: 203.0.113.1, ports: 80, backends: [{name: x, address: 10.0.0.1}]"))
                .hasMessageStartingWith("service 'a': this gateway has given out all of its");
    }

    private static ServicesState state(ServicesState before, String... entries) throws Refusal {
        StringBuilder document = new StringBuilder("services:\n");
        for (String entry : entries) {
            document.append("- {protocol: tcp, ").append(entry).append("}\n");
        }
        return before.with(ServiceReader.services(
                document.toString().getBytes(StandardCharsets.UTF_8), Source.file("services.yaml")));
    }

    private static List<Integer> codes(ServicesState state) {
        return state.services().stream().map(ServiceSpec::dscp).toList();
    }
}
