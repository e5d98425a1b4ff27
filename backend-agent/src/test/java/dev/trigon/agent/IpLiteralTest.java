package dev.trigon.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpLiteralTest {
    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "203.0.113.10, 203.0.113.10",
        "2001:DB8:0:0:0:0:0:10, 2001:db8::10",
        "2001:db8:f::10, 2001:db8:f::10",
        "::1, ::1",
        "::, ::",
        "2001:db8::, 2001:db8::",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "10:100:1000::1, 10:100:1000::1",
        "64:ff9b::192.0.2.1, 64:ff9b::c000:201",
    })
    void shouldHaveOneTextForAnAddress(String read, String written) {
        assertThat(IpLiteral.text(IpLiteral.parse(read))).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "1.2.3",
                "01.2.3.4",
                "1.2.3.256",
                ":",
                "1::2::3",
                "1:2",
                "[::1]",
                "fe80::1%lo",
                "::g"
            })
    void shouldRefuseWhatIsNoAddress(String text) {
        assertThatThrownBy(() -> IpLiteral.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no IP address: " + text);
    }

    @Test
    void shouldRefuseIpv4AsIpv6MapsIt() {
        assertThatThrownBy(() -> IpLiteral.parse("::ffff:203.0.113.10")).hasMessageContaining("write 203.0.113.10");
    }
}
