package dev.trigon.dataplane.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
    /** A row: as typed, its octets, and as shown: RFC 5952, sections 4.1 to 4.3. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        0.0.0.0                                 | 00000000                         | 0.0.0.0
        203.0.113.10                            | cb00710a                         | 203.0.113.10
        255.255.255.255                         | ffffffff                         | 255.255.255.255
        ::                                      | 00000000000000000000000000000000 | ::
        ::1                                     | 00000000000000000000000000000001 | ::1
        2001:db8::                              | 20010db8000000000000000000000000 | 2001:db8::
        2001:0DB8:000F:0000:0000:0000:0000:0010 | 20010db8000f00000000000000000010 | 2001:db8:f::10
        2001:db8:0:0:1:0:0:1                    | 20010db8000000000001000000000001 | 2001:db8::1:0:0:1
        2001:db8:0:1:1:1:1:1                    | 20010db8000000010001000100010001 | 2001:db8:0:1:1:1:1:1
        2001:0:0:1:0:0:0:1                      | 20010000000000010000000000000001 | 2001:0:0:1::1
        64:ff9b::192.0.2.33                     | 0064ff9b0000000000000000c0000221 | 64:ff9b::c000:221
        1:2:3:4:5:6:7:8                         | 00010002000300040005000600070008 | 1:2:3:4:5:6:7:8
        ffff:FFFF:ffff:ffff:ffff:ffff:255.255.255.255 | ffffffffffffffffffffffffffffffff | ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
        """)
    void shouldReadEveryFormAndWriteOne(String typed, String octets, String shown) {
        InetAddress address = Addresses.parse(typed).orElseThrow();

        assertThat(HexFormat.of().formatHex(address.getAddress())).isEqualTo(octets);
        assertThat(Addresses.format(address)).isEqualTo(shown);
        assertThat(Addresses.parse(shown)).contains(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "1",
                "10.2",
                "1.2.3",
                "1.2.3.4.5",
                "256.0.0.1",
                "203.0.113.010",
                "0x7f.0.0.1",
                "2130706433",
                "1.2.3.4 ",
                " ::1",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::9",
                "12345::",
                "::1.2.3",
                "::1.2.3.256",
                "fe80::1%1",
                "fe80::1%eth0",
                "[::1]",
                "2001:db8::/64",
                "::ffff:192.0.2.1",
                "::ffff:c000:201",
                "0:0:0:0:0:ffff:c000:201",
                "localhost",
                "dead.beef",
                "example.com",
                "face::beef.example",
                "１.2.3.4",
                "２001:db8::1",
                "٢001:db8::1",
                "'; DROP TABLE services; --",
                "\u0000",
                "127.0.0.1\u0000.example.com",
            })
    void shouldTakeNothingElseForAnAddress(String text) {
        assertThat(Addresses.parse(text)).isEmpty();
    }

    @Test
    void shouldNotBeHeldUpByLongTexts() {
        for (String part : new String[] {"1:", "::", "1.", "f", "[", "%", "/"}) {
            String text = part.repeat(500_000);
            assertThat(Addresses.parse(text)).isEmpty();
            assertThatThrownBy(() -> Addresses.ofHost(text)).isInstanceOf(Addresses.BadAddress.class);
        }
    }

    /** Whatever four or sixteen octets there are: what is written can be read, and is the same. */
    @Test
    void shouldReadWhatItWrites() throws UnknownHostException {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] octets = new byte[random.nextInt(4) == 0 ? 4 : 16];
            random.nextBytes(octets);
            for (int at = 0; at < octets.length; at += 2) {
                if (random.nextBoolean()) {
                    octets[at] = 0;
                    octets[at + 1] = 0;
                }
            }
            InetAddress address = InetAddress.getByAddress(octets);
            String text = Addresses.format(address);

            assertThat(Addresses.parse(text)).as(text).contains(address);
            assertThat(text).isEqualTo(text.toLowerCase(java.util.Locale.ROOT)).hasSizeLessThanOrEqualTo(39);
        }
    }

    @Test
    void shouldPutIpv6InBracketsBesideAPort() {
        assertThat(Addresses.format(address("203.0.113.10"), 80)).isEqualTo("203.0.113.10:80");
        assertThat(Addresses.format(address("2001:DB8:F:0::10"), 443)).isEqualTo("[2001:db8:f::10]:443");
    }

    @Test
    void shouldTellFamiliesApart() {
        assertThat(Addresses.family(address("192.0.2.1"))).isEqualTo("IPv4");
        assertThat(Addresses.family(address("64:ff9b::192.0.2.1"))).isEqualTo("IPv6");
        assertThat(address("192.0.2.1")).isInstanceOf(Inet4Address.class);
        assertThat(address("64:ff9b::192.0.2.1")).isInstanceOf(Inet6Address.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.0.0.1",
                "10.2.0.11",
                "192.0.2.10",
                "203.0.113.10",
                "223.255.255.254",
                "2001:db8:f::10",
                "2001:db8::",
                "fd00::1",
                "fec0::1",
                "64:ff9b::192.0.2.1",
                "::2"
            })
    void shouldTakeWhatAHostCanHave(String text) throws Addresses.BadAddress {
        assertThat(Addresses.ofHost(text)).isEqualTo(address(text));
    }

    /** A row: as typed, why not ("which ..."), and what to do. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        0.0.0.0             | means no host (0.0.0.0/8)                          | give the address of one host
        0.1.2.3             | means no host (0.0.0.0/8)                          | give the address of one host
        127.0.0.1           | is a loopback address                              | give the address of one host
        127.255.255.255     | is a loopback address                              | give the address of one host
        169.254.1.1         | is a link-local address, another host's on every link | give one that holds beyond the link (in IPv6 a global or a unique local one)
        224.0.0.1           | is a multicast address                             | give the address of one host
        239.255.255.255     | is a multicast address                             | give the address of one host
        240.0.0.1           | is a broadcast or reserved address                 | give the address of one host
        255.255.255.255     | is a broadcast or reserved address                 | give the address of one host
        ::                  | means no host                                      | give the address of one host
        ::1                 | is a loopback address                              | give the address of one host
        ff02::1             | is a multicast address                             | give the address of one host
        ff0e::10            | is a multicast address                             | give the address of one host
        fe80::1             | is a link-local address, another host's on every link | give one that holds beyond the link (in IPv6 a global or a unique local one)
        febf:ffff::1        | is a link-local address, another host's on every link | give one that holds beyond the link (in IPv6 a global or a unique local one)
        ::ffff:192.0.2.1    | is an IPv4 address mapped into IPv6, which no packet carries | write it as 192.0.2.1
        ::FFFF:c000:0201    | is an IPv4 address mapped into IPv6, which no packet carries | write it as 192.0.2.1
        fe80::1%eth0        | names a zone                                       | give an address that holds on every link, without %
        2001:db8::1%1       | names a zone                                       | give an address that holds on every link, without %
        2001:db8:f::/64     | is a network                                       | give the address of one host
        2001:db8:f::10/128  | is a network                                       | give the address of one host
        203.0.113.0/24      | is a network                                       | give the address of one host
        [2001:db8:f::10]    | is in brackets                                     | write it as 2001:db8:f::10
        2001:db8:f::10::1   | is no IP address                                   | give one such as 192.0.2.10 or 2001:db8::10
        2001:db8:f:10       | is no IP address                                   | give one such as 192.0.2.10 or 2001:db8::10
        example.com         | is no IP address                                   | give one such as 192.0.2.10 or 2001:db8::10
        example.com/24      | is no IP address                                   | give one such as 192.0.2.10 or 2001:db8::10
        """, quoteCharacter = '"')
    void shouldSayWhyNoHostIsMeant(String text, String why, String remedy) {
        assertThatThrownBy(() -> Addresses.ofHost(text)).isInstanceOfSatisfying(Addresses.BadAddress.class, bad -> {
            assertThat(bad.why()).isEqualTo(why);
            assertThat(bad.remedy()).isEqualTo(remedy);
        });
    }

    private static InetAddress address(String text) {
        return Addresses.parse(text).orElseThrow();
    }
}
