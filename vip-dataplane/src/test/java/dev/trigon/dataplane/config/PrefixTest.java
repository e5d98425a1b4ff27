package dev.trigon.dataplane.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrefixTest {
    @ParameterizedTest
    @CsvSource(textBlock = """
        198.51.100.10,    198.51.100.10,     true
        198.51.100.10,    198.51.100.11,     false
        198.51.100.10/32, 198.51.100.10,     true
        198.51.100.0/24,  198.51.100.255,    true
        198.51.100.0/24,  198.51.101.0,      false
        198.51.100.0/23,  198.51.101.0,      true
        128.0.0.0/1,      255.255.255.255,   true
        128.0.0.0/1,      127.255.255.255,   false
        0.0.0.0/0,        203.0.113.1,       true
        0.0.0.0/0,        2001:db8::1,       false
        ::/0,             2001:db8::1,       true
        ::/0,             203.0.113.1,       false
        2001:DB8:C:0::/64, 2001:db8:c::ffff, true
        2001:db8:c::/64,  2001:db8:c:1::,    false
        2001:db8:c::/63,  2001:db8:c:1::,    true
        2001:db8::1,      2001:db8:0:0::1,   true
        2001:db8::1/128,  2001:db8::2,       false
        """)
    void shouldHold(String prefix, String address, boolean expected) throws Prefix.BadPrefix {
        assertThat(Prefix.parse(prefix).contains(Addresses.parse(address).orElseThrow()))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        198.51.100.0/33    | is longer than an IPv4 address; give a length of 0 to 32
        2001:db8::/129     | is longer than an IPv6 address; give a length of 0 to 128
        198.51.100.10/24   | has bits set beyond its length; write the network as 198.51.100.0/24, or the address without /24
        2001:db8:c::10/64  | has bits set beyond its length; write the network as 2001:db8:c::/64, or the address without /64
        198.51.100.0/      | is no address and no prefix; give one such as 198.51.100.10, 198.51.100.0/24 or 2001:db8:c::/64
        198.51.100.0/-1    | is no address and no prefix; give one such as 198.51.100.10, 198.51.100.0/24 or 2001:db8:c::/64
        198.51.100.0/24/24 | is no address and no prefix; give one such as 198.51.100.10, 198.51.100.0/24 or 2001:db8:c::/64
        198.51.100/24      | is no address and no prefix; give one such as 198.51.100.10, 198.51.100.0/24 or 2001:db8:c::/64
        198.51.100.0/9999  | is no address and no prefix; give one such as 198.51.100.10, 198.51.100.0/24 or 2001:db8:c::/64
        ::ffff:1.2.3.4     | is no address and no prefix; give one such as 198.51.100.10, 198.51.100.0/24 or 2001:db8:c::/64
        fe80::1%eth0       | is no address and no prefix; give one such as 198.51.100.10, 198.51.100.0/24 or 2001:db8:c::/64
        example.com        | is no address and no prefix; give one such as 198.51.100.10, 198.51.100.0/24 or 2001:db8:c::/64
        ''                 | is no address and no prefix; give one such as 198.51.100.10, 198.51.100.0/24 or 2001:db8:c::/64
        """)
    void shouldBeRefused(String text, String message) {
        assertThatThrownBy(() -> Prefix.parse(text))
                .isInstanceOfSatisfying(
                        Prefix.BadPrefix.class,
                        e -> assertThat(e.why() + "; " + e.remedy()).isEqualTo(message));
    }
}
