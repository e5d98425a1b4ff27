package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which id a backend has after a change. A service is written {@code name/VIP's last octet:ports=backends}, a backend
 * {@code name@address's last octet}; a result {@code service/backend=id}, a former one in brackets; {@code >} parts one list
 * from the next, {@code ;} services.
 */
class BackendIdsTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        the same                         | a/1:80=x@1,y@2 > a/1:80=x@1,y@2                              | a/x=1 a/y=2
        reordered                        | a/1:80=x@1,y@2 > a/1:80=y@2,x@1                              | a/y=2 a/x=1
        services reordered               | a/1:80=x@1;b/1:81=x@1 > b/1:81=x@1;a/1:80=x@1                | b/x=2 a/x=1
        another port                     | a/1:80=x@1 > a/1:81=x@1                                      | a/x=1
        backend renamed                  | a/1:80=x@1,y@2 > a/1:80=z@1,y@2                              | a/z=1 a/y=2
        names of backends swapped        | a/1:80=x@1,y@2 > a/1:80=y@1,x@2                              | a/y=1 a/x=2
        addresses of backends swapped     | a/1:80=x@1,y@2 > a/1:80=x@2,y@1                              | a/x=2 a/y=1
        another address                  | a/1:80=x@1 > a/1:80=x@2                                      | a/x=2 [a/x=1]
        another address and back         | a/1:80=x@1 > a/1:80=x@2 > a/1:80=x@1                         | a/x=1 [a/x=2]
        service renamed                  | a/1:80=x@1,y@2 > b/1:80=x@1,y@2                              | b/x=1 b/y=2
        service and backend renamed      | a/1:80=x@1 > b/1:80=z@1                                      | b/z=1
        renamed with a port more         | a/1:80=x@1 > b/1:70-90=x@1                                   | b/x=1
        renamed and a backend removed    | a/1:80=x@1,y@2 > b/1:80=y@2                                  | b/y=2 [b/x=1]
        renamed, and a new one first     | a/1:80=x@1 > b/1:80=n@9,x@1                                  | b/n=2 b/x=1
        renamed to another VIP           | a/1:80=x@1 > b/2:80=x@1                                      | b/x=2 [a/x=1]
        renamed to other ports           | a/1:80=x@1 > b/1:81=x@1                                      | b/x=2 [a/x=1]
        renamed to another protocol      | a/1:80=x@1 > b/1:80u=x@1                                     | b/x=2 [a/x=1]
        not renamed: both are there      | a/1:80=x@1 > a/1:80=x@1;b/1:81=x@1                           | a/x=1 b/x=2
        renamed to one that was there    | a/1:80=x@1;b/1:81=x@1 > b/1:80=x@1                           | b/x=2 [a/x=1]
        names of services swapped        | a/1:80=x@1;b/1:81=y@2 > b/1:80=x@1;a/1:81=y@2                | b/x=3 a/y=4 [a/x=1 b/y=2]
        moved VIP                        | a/1:80=x@1 > a/2:80=x@1                                      | a/x=2 [a/x=1]
        moved VIP and back               | a/1:80=x@1 > a/2:80=x@1 > a/1:80=x@1                         | a/x=1 [a/x=2]
        moved VIP, another has the old   | a/1:80=x@1 > a/2:80=x@1;b/1:80=x@1                           | a/x=2 b/x=1
        moved VIP, renamed afterwards    | a/1:80=x@1 > a/2:80=x@1 > b/2:80=x@1                         | b/x=2 [a/x=1]
        VIPs of services swapped         | a/1:80=x@1;b/2:80=y@2 > a/2:80=y@2;b/1:80=x@1                | a/y=2 b/x=1
        another protocol                 | a/1:80=x@1 > a/1:80u=x@1                                     | a/x=2 [a/x=1]
        moved VIP, removed on the way    | a/1:80=x@1 > a/1:80= > a/2:80=x@1                            | a/x=2 [a/x=1]
        removed                          | a/1:80=x@1,y@2 > a/1:80=y@2                                  | a/y=2 [a/x=1]
        removed and added again          | a/1:80=x@1 > a/1:80= > a/1:80=x@1                            | a/x=1
        added again by another name      | a/1:80=x@1 > a/1:80= > a/1:80=z@1                            | a/z=1
        added again at another address   | a/1:80=x@1 > a/1:80= > a/1:80=x@2                            | a/x=2 [a/x=1]
        added again at other ports       | a/1:80=x@1 > a/1:80= > a/1:81=x@1                            | a/x=1
        service removed                  | a/1:80=x@1;b/1:81=x@1 > b/1:81=x@1                           | b/x=2 [a/x=1]
        service removed and added again  | a/1:80=x@1 > > a/1:80=x@1                                    | a/x=1
        service removed and made anew    | a/1:80=x@1 > > b/1:80=x@1                                    | b/x=2 [a/x=1]
        removed, renamed, added again    | a/1:80=x@1,y@2 > a/1:80=y@2 > b/1:80=y@2 > b/1:80=y@2,x@1    | b/y=2 b/x=1
        renamed and added again at once  | a/1:80=x@1,y@2 > a/1:80=y@2 > b/1:80=y@2,x@1                 | b/y=2 b/x=1
        merged into the first            | a/1:80=x@1;b/1:81=x@1,y@2 > a/1:80-81=x@1,y@2                | a/x=1 a/y=4 [b/x=2 b/y=3]
        merged into a new one            | a/1:80=x@1;b/1:81=x@1,y@2 > c/1:80-81=x@1,y@2                | c/x=1 c/y=3 [c/x=2]
        split, the first keeps its name  | a/1:80-81=x@1,y@2 > a/1:80=x@1,y@2;b/1:81=x@1,y@2            | a/x=1 a/y=2 b/x=3 b/y=4
        split into two new ones          | a/1:80-81=x@1,y@2 > b/1:80=x@1,y@2;c/1:81=x@1,y@2            | b/x=1 b/y=2 c/x=3 c/y=4
        split by backends                | a/1:80-81=x@1,y@2 > b/1:80=x@1;c/1:81=y@2                    | b/x=1 c/y=2
        moved between services           | a/1:80=x@1;b/1:81= > a/1:80=;b/1:81=x@1                      | b/x=2 [a/x=1]
        """)
    void shouldGive(String what, String lists, String expected) throws Refusal {
        assertThat(shown(state(lists))).as(what).isEqualTo(expected);
    }

    @Test
    void shouldMakeFormerWhatWasDisabledWithoutFlowsThatGoOn() throws Refusal {
        String disabled = "services: [{name: a, vip: 203.0.113.1, protocol: tcp, ports: 80, backends: ["
                + "{name: x, address: 10.0.0.1, state: disabled}, {name: y, address: 10.0.0.2, state: draining}]}]";
        ServicesState before = ServicesState.EMPTY.with(
                ServiceReader.services(disabled.getBytes(StandardCharsets.UTF_8), Source.file("test")));

        assertThat(before.with(List.of()).former())
                .extracting(FormerBackend::drains)
                .containsExactly(false, true);
    }

    @Test
    void shouldLetAForcedOneGoOnWhenItIsAddedAgain() throws Refusal {
        ServicesState with = state("a/1:80=x@1");
        ServicesState forced = with.with(List.of(), former -> former.name().equals("x"));
        assertThat(forced.former()).extracting(FormerBackend::drains).containsExactly(false);

        ServicesState again = forced.with(ServiceReader.services(octets("a/1:80=x@1"), Source.file("test")));

        assertThat(shown(again)).isEqualTo("a/x=1");
    }

    @Test
    void shouldNotGoOnWhereItsAddressIsAVipNow() throws Refusal {
        ServicesState before = state("a/1:80=x@1,y@2");
        String vipAtX = "services: [{name: b, vip: 10.0.0.1, protocol: tcp, ports: 80}]";

        ServicesState after =
                before.with(ServiceReader.services(vipAtX.getBytes(StandardCharsets.UTF_8), Source.file("test")));

        assertThat(after.former()).extracting(FormerBackend::drains).containsExactly(false, true);
    }

    private static ServicesState state(String lists) throws Refusal {
        ServicesState state = ServicesState.EMPTY;
        for (String list : lists.split(">", -1)) {
            state = state.with(ServiceReader.services(octets(list), Source.file("test")));
        }
        return state;
    }

    private static byte[] octets(String list) {
        List<String> entries = new ArrayList<>();
        for (String service : list.strip().split(";", -1)) {
            if (!service.isEmpty()) {
                entries.add(entry(service));
            }
        }
        return ("services: [" + String.join(", ", entries) + "]").getBytes(StandardCharsets.UTF_8);
    }

    private static String entry(String service) {
        String[] parts = service.split("[/:=]", -1);
        List<String> backends = new ArrayList<>();
        for (String backend : parts[3].split(",", -1)) {
            if (!backend.isEmpty()) {
                String[] nameAndHost = backend.split("@", -1);
                backends.add("{name: %s, address: 10.0.0.%s}".formatted(nameAndHost[0], nameAndHost[1]));
            }
        }
        boolean udp = parts[2].endsWith("u");
        return "{name: %s, vip: 203.0.113.%s, protocol: %s, ports: \"%s\", backends: %s}"
                .formatted(parts[0], parts[1], udp ? "udp" : "tcp", parts[2].replace("u", ""), backends);
    }

    private static String shown(ServicesState state) {
        String present = state.services().stream()
                .flatMap(service -> service.backends().stream()
                        .map(backend -> service.name() + "/" + backend.name() + "=" + backend.id()))
                .collect(Collectors.joining(" "));
        String former = state.former().stream()
                .map(one -> one.service() + "/" + one.name() + "=" + one.id())
                .collect(Collectors.joining(" "));
        state.former().forEach(one -> assertThat(Addresses.format(one.vip())).startsWith("203.0.113."));
        return present + (former.isEmpty() ? "" : " [" + former + "]");
    }
}
