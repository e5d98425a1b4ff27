package dev.trigon.dataplane.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.dataplane.balance.SchedulerKind;
import dev.trigon.dataplane.service.Availability;
import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.FlowPolicy;
import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceReaderTest {
    @Test
    void shouldReadAServicesFile() throws Refusal {
        List<ServiceDraft> services = read("""
                services:
                  - name: web
                    vip: 203.0.113.10
                    protocol: tcp
                    ports: [443, 80, "8000-8100"]
                    forward: l3dsr
                    dscp: 7
                    scheduler: wrr
                    affinity: null
                    backends:
                      - {name: b1, address: 10.2.0.11, weight: 50}
                      - {name: b2, address: 10.2.0.12}
                  - {name: dns, vip: 203.0.113.53, protocol: udp, ports: any}
                """);
        assertThat(services)
                .containsExactly(
                        new ServiceDraft(
                                "web",
                                address("203.0.113.10"),
                                Protocol.TCP,
                                List.of(new PortRange(80, 80), new PortRange(443, 443), new PortRange(8000, 8100)),
                                ForwardMode.L3DSR,
                                7,
                                SchedulerKind.WRR,
                                FlowPolicy.DEFAULT,
                                Availability.DEFAULT,
                                null,
                                List.of(
                                        new BackendDraft("b1", address("10.2.0.11"), 50, BackendState.UP, false),
                                        new BackendDraft("b2", address("10.2.0.12"), 100, BackendState.UP, false))),
                        new ServiceDraft(
                                "dns",
                                address("203.0.113.53"),
                                Protocol.UDP,
                                List.of(Ports.ANY),
                                ForwardMode.L2DSR,
                                null,
                                SchedulerKind.MAGLEV,
                                FlowPolicy.DEFAULT,
                                Availability.DEFAULT,
                                null,
                                List.of()));
    }

    @Test
    void shouldReadTheSameAsJsonEvenWithTabs() throws Refusal {
        assertThat(read(
                        "{\n\t\"services\": [\n\t\t{\"name\": \"dns\", \"vip\": \"203.0.113.53\", \"protocol\": \"udp\","
                                + " \"ports\": \"53,5353\"}\n\t]\n}"))
                .singleElement()
                .extracting(ServiceDraft::ports)
                .isEqualTo(List.of(new PortRange(53, 53), new PortRange(5353, 5353)));
    }

    /** A row: the lines that follow a good service's name, and the message after {@code services.yaml line}. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        port: 80               | ' 3: unknown key ''port''; known here: name, vip, protocol, ports, forward, dscp, scheduler, affinity, timeouts, onePacket, whenDown, whenAllDown, slowStart, passive, health, backends'
        vip: fe80::1           | ' 3: ''vip'' is ''fe80::1'', which is a link-local address, another host''s on every link; give one that holds beyond the link (in IPv6 a global or a unique local one)'
        vip: fe80::1%eth0      | ' 3: ''vip'' is ''fe80::1%eth0'', which names a zone; give an address that holds on every link, without %'
        vip: ff02::1           | ' 3: ''vip'' is ''ff02::1'', which is a multicast address; give the address of one host'
        vip: ::1               | ' 3: ''vip'' is ''::1'', which is a loopback address; give the address of one host'
        vip: "::"              | ' 3: ''vip'' is ''::'', which means no host; give the address of one host'
        vip: ::ffff:192.0.2.1  | ' 3: ''vip'' is ''::ffff:192.0.2.1'', which is an IPv4 address mapped into IPv6, which no packet carries; write it as 192.0.2.1'
        vip: 2001:db8:f::10:   | ' 3: mapping values are not allowed here; correct the syntax there'
        vip: 2001:db8:f::/64   | ' 3: ''vip'' is ''2001:db8:f::/64'', which is a network; give the address of one host'
        vip: "[2001:db8::1]"   | ' 3: ''vip'' is ''[2001:db8::1]'', which is in brackets; write it as 2001:db8::1'
        vip: "[2001:db8::1]:80" | ' 3: ''vip'' is ''[2001:db8::1]:80'': the port would translate ports, and with direct return the server must answer from the VIP''s own port; let the server listen on the VIP''s port and leave this out'
        vip: 203.0.113.256     | ' 3: ''vip'' is ''203.0.113.256'', which is no IP address; give one such as 192.0.2.10 or 2001:db8::10'
        vip: 203.0.113.010     | ' 3: ''vip'' is ''203.0.113.010'', which is no IP address; give one such as 192.0.2.10 or 2001:db8::10'
        vip: 203.0.113.0/24    | ' 3: ''vip'' is ''203.0.113.0/24'', which is a network; give the address of one host'
        vip: example.com       | ' 3: ''vip'' is ''example.com'', which is no IP address; give one such as 192.0.2.10 or 2001:db8::10'
        vip: 10.2              | ' 3: ''vip'' is the number 10.2 where text is expected; put text in quotes there'
        vip: 0.0.0.0           | ' 3: ''vip'' is ''0.0.0.0'', which means no host (0.0.0.0/8); give the address of one host'
        vip: 127.0.0.1         | ' 3: ''vip'' is ''127.0.0.1'', which is a loopback address; give the address of one host'
        vip: 224.0.0.5         | ' 3: ''vip'' is ''224.0.0.5'', which is a multicast address; give the address of one host'
        vip: 255.255.255.255   | ' 3: ''vip'' is ''255.255.255.255'', which is a broadcast or reserved address; give the address of one host'
        protocol: icmp         | ' 3: ''protocol'' is ''icmp''; give one of tcp, udp'
        ports: 0               | ' 3: port 0 is out of range; ports are 1 to 65535'
        ports: 65536           | ' 3: port 65536 is out of range; ports are 1 to 65535'
        ports: [80, 70-90]     | ' 3: ports 70-90 and 80 overlap; name each port once'
        ports: 90-80           | ' 3: the range 90-80 runs backwards; write it as 80-90'
        ports: http            | ' 3: ''http'' is no port; give ports such as 80, 80,443, 8000-8100 or any'
        ports: -1              | ' 3: ''-1'' is no port; give ports such as 80, 80,443, 8000-8100 or any'
        ports: []              | ' 3: no port is given; give ports such as 80, 80,443, 8000-8100 or any'
        ports: [true]          | ' 3: ''ports'' has true where a port is expected; give numbers, "8000-8100" or any'
        ports: "80:8080"       | ' 3: ''80:8080'' asks for port translation, and with direct return the server must answer from the VIP''s own port; let the server listen on the VIP''s port and give that port alone'
        forward: nat           | ' 3: ''forward'' is ''nat''; give one of l2dsr, l3dsr'
        scheduler: random      | ' 3: ''scheduler'' is ''random''; give one of rr, wrr, lc, wlc, p2c, sh, maglev'
        dscp: 0                | ' 3: ''dscp'' is 0; give a whole number from 1 to 63'
        dscp: 64               | ' 3: ''dscp'' is 64; give a whole number from 1 to 63'
        dscp: AF11             | ' 3: ''dscp'' is the text ''AF11'' where a number is expected; give 1 to 63'
        backends: b1           | ' 3: ''backends'' is the text ''b1'' where a list is expected; write [ … ], or one ''- '' line an item'
        """)
    void shouldRefuseAServiceNamingTheLine(String line, String message) {
        String key = line.substring(0, line.indexOf(':'));
        StringBuilder document = new StringBuilder("services:\n  - name: web\n    " + line + "\n");
        for (String good : List.of("vip: 203.0.113.10", "protocol: tcp", "ports: [80]")) {
            if (!good.startsWith(key + ":")) {
                document.append("    ").append(good).append('\n');
            }
        }
        assertRefused(document.toString(), "services.yaml line" + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {name: b1, address: 10.2.0.11, port: 8080}       | '''port'' would translate ports, and with direct return the server must answer from the VIP''s own port; let the server listen on the VIP''s port and leave this out'
        {name: b1, address: 10.2.0.11, targetPort: 8080} | '''targetPort'' would translate ports, and with direct return the server must answer from the VIP''s own port; let the server listen on the VIP''s port and leave this out'
        {name: b1, address: "10.2.0.11:8080"}            | '''address'' is ''10.2.0.11:8080'': the port would translate ports, and with direct return the server must answer from the VIP''s own port; let the server listen on the VIP''s port and leave this out'
        {name: b1, address: "[2001:db8::11]:8080"}       | '''address'' is ''[2001:db8::11]:8080'': the port would translate ports, and with direct return the server must answer from the VIP''s own port; let the server listen on the VIP''s port and leave this out'
        {name: b1, address: "::1"}                       | '''address'' is ''::1'', which is a loopback address; give the address of one host'
        {name: b1, address: fe80::11}                    | '''address'' is ''fe80::11'', which is a link-local address, another host''s on every link; give one that holds beyond the link (in IPv6 a global or a unique local one)'
        {name: b1, address: 127.0.0.1}                   | '''address'' is ''127.0.0.1'', which is a loopback address; give the address of one host'
        {name: b1, address: 10.2.0.11, weight: -1}       | '''weight'' is -1; give a whole number from 0 to 65535'
        {name: b1, address: 10.2.0.11, weight: 65536}    | '''weight'' is 65536; give a whole number from 0 to 65535'
        {name: b1, address: 10.2.0.11, weight: "50"}     | '''weight'' is the text ''50'' where a number is expected; give 0 to 65535'
        {name: b1}                                       | '''address'' is missing; give it a value'
        {address: 10.2.0.11}                             | '''name'' is missing; give it a value'
        {name: B1, address: 10.2.0.11}                   | 'the name ''B1'' cannot be used; use up to 63 of a-z, 0-9, ''-'', ''_'' and ''.'', a letter or digit first'
        {name: ../b, address: 10.2.0.11}                 | 'the name ''../b'' cannot be used; use up to 63 of a-z, 0-9, ''-'', ''_'' and ''.'', a letter or digit first'
        {name: 7, address: 10.2.0.11}                    | '''name'' is the number 7 where text is expected; put text in quotes there'
        b1                                               | 'expected a mapping, found the text ''b1''; known here: name, address, weight, state, backup'
        """)
    void shouldRefuseABackendNamingTheLine(String backend, String message) {
        assertRefused(
                "services:\n- {name: web, vip: 203.0.113.10, protocol: tcp, ports: 80, backends: [\n" + backend + "]}",
                "services.yaml line 3: " + message);
    }

    @Test
    void shouldRefuseADocumentThatIsNoServicesFile() {
        assertRefused("- web", "services.yaml line 1: expected a mapping, found a list; known here: services");
        assertRefused("", "services.yaml line 1: 'services' is missing; give it a value");
        assertRefused("service: []", "services.yaml line 1: unknown key 'service'; known here: services");
        assertRefused("services:\n- vip: 203.0.113.10", "services.yaml line 2: 'name' is missing; give it a value");
        assertRefused(
                "services:\n- {name: " + "n".repeat(64) + "}",
                "services.yaml line 2: the name '" + "n".repeat(64)
                        + "' cannot be used; use up to 63 of a-z, 0-9, '-', '_' and '.', a letter or digit first");
    }

    @Test
    void shouldNameTheFieldWhereThereAreNoLines() {
        Source source = Source.request("new service");
        assertThatThrownBy(() -> ServiceReader.service("{\"name\": 7}".getBytes(StandardCharsets.UTF_8), source))
                .hasMessage("new service, field 'name': 'name' is the number 7 where text is expected; put text in"
                        + " quotes there");
    }

    /** YAML has numbers to base 60, and mappings where a colon ends a word: an address must be neither. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "2001:db8:f::10",
                "2001:DB8:F:0:0:0:0:10",
                "1:2:3:4:5:6:7:8",
                "10:20:30:40:50:51:52:53",
                "2001:20:30:40:50:51:52:53",
                "64:ff9b::192.0.2.1",
                "\"2001:db8::\"",
                "'fd00::1'",
            })
    void shouldReadIpv6InYamlWithAndWithoutQuotes(String written) throws Refusal {
        List<ServiceDraft> services = read("""
                services:
                  - name: web
                    vip: %s
                    protocol: tcp
                    ports: 80
                    backends:
                      - name: b1
                        address: %s
                      - {name: b2, address: %s}
                """.formatted(written, written, written));

        InetAddress address = address(written.replaceAll("[\"']", ""));
        assertThat(services.get(0).vip()).isEqualTo(address);
        assertThat(services.get(0).backends()).extracting(BackendDraft::address).containsExactly(address, address);
    }

    @Test
    void shouldEchoALongValueWithoutItsMiddle() {
        assertThatThrownBy(() -> read("services:\n- {name: " + "n".repeat(500_000) + "}"))
                .isInstanceOf(Refusal.class)
                .message()
                .startsWith("services.yaml line 2: the name 'nnn")
                .endsWith("' cannot be used; use up to 63 of a-z, 0-9, '-', '_' and '.', a letter or digit first")
                .hasSizeLessThan(1_200);
    }

    private static void assertRefused(String document, String message) {
        assertThatThrownBy(() -> read(document)).isInstanceOf(Refusal.class).hasMessage(message);
    }

    private static List<ServiceDraft> read(String document) throws Refusal {
        return ServiceReader.services(document.getBytes(StandardCharsets.UTF_8), Source.file("services.yaml"));
    }

    private static InetAddress address(String text) {
        return Addresses.parse(text).orElseThrow();
    }
}
