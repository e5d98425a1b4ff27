package dev.trigon.dataplane.engine;

import static dev.trigon.linux.NetworkNamespace.output;
import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.forward.Arm;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.netlink.Rtnetlink;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against the real kernel, and what ip(8) says of its groups. */
@ExtendWith(NetworkNamespace.class)
class SolicitedNodesTest {
    private static SolicitedNodes on(String... interfaces) {
        SolicitedNodes nodes = new SolicitedNodes();
        for (String name : interfaces) {
            nodes.add(arm(name));
        }
        return nodes;
    }

    private static Arm arm(String name) {
        try (Arms arms = new Arms(List.of(name), Rtnetlink.open())) {
            return arms.find(name).arm();
        } catch (Refusal e) {
            throw new AssertionError(e);
        }
    }

    private static String groups(String interfaceName) {
        return output("ip maddr show dev " + interfaceName);
    }

    @Test
    void shouldBeInTheGroupsOfTheVipsOnEveryArm() {
        // no address at all: the gateway need not have one
        sh(
                "ip link add v0 type veth peer name v1; ip link set v0 addrgenmode none; ip link set v0 up; ip link set v1 up");
        SolicitedNodes nodes = on("v0", "v1");
        nodes.retain(Set.of(Specs.address("2001:db8:f::10"), Specs.address("203.0.113.10")));
        assertThat(groups("v0")).contains("33:33:ff:00:00:10", "ff02::1:ff00:10");
        assertThat(groups("v1")).contains("33:33:ff:00:00:10");

        // two VIPs whose last 24 bits agree have one group
        nodes.retain(Set.of(
                Specs.address("2001:db8:f::10"),
                Specs.address("2001:db8:e::10"),
                Specs.address("2001:db8:f::ab:cdef")));
        assertThat(groups("v0")).contains("33:33:ff:00:00:10", "33:33:ff:ab:cd:ef");

        nodes.retain(Set.of(Specs.address("2001:db8:e::10")));
        assertThat(groups("v0")).contains("33:33:ff:00:00:10").doesNotContain("33:33:ff:ab:cd:ef");

        nodes.close();
        assertThat(groups("v0")).doesNotContain("33:33:ff:00:00:10");
    }

    @Test
    void shouldFollowAnInterfaceThatIsMadeAnew() {
        sh("ip link add v0 type veth peer name v1; ip link set v0 up");
        SolicitedNodes nodes = new SolicitedNodes();
        Arm first = arm("v0");
        nodes.add(first);
        nodes.retain(Set.of(Specs.address("2001:db8:f::10")));

        sh("ip link del v0; ip link add v0 type veth peer name v1; ip link set v0 up");
        nodes.remove(first);
        nodes.add(arm("v0"));
        assertThat(groups("v0")).contains("33:33:ff:00:00:10");

        nodes.remove(arm("v0"));
        assertThat(groups("v0")).doesNotContain("33:33:ff:00:00:10");
        nodes.close();
    }

    @Test
    void shouldBeInManyGroups() {
        sh("ip link add v0 type veth peer name v1; ip link set v0 up");
        SolicitedNodes nodes = on("v0");
        Set<InetAddress> vips = IntStream.range(0, 200)
                .mapToObj(i -> Specs.address("2001:db8:f::7:" + Integer.toHexString(i)))
                .collect(Collectors.toSet());
        nodes.retain(vips);
        nodes.retain(vips);
        assertThat(groups("v0").lines().filter(line -> line.contains("ff02::1:ff07:")))
                .hasSize(200);
        nodes.close();
    }
}
