package dev.trigon.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsageTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            run                                             | Missing required option: '--vip=IP'
            run --vip                                       | Missing required parameter for option '--vip' (IP)
            run --vip a-name                                | Invalid value for option '--vip' (IP): no IP address: a-name
            run --vip 1.2.3                                 | Invalid value for option '--vip' (IP): no IP address: 1.2.3
            run --vip 2001:db8:::1                          | Invalid value for option '--vip' (IP): no IP address: 2001:db8:::1
            run --vip fe80::1%eth0                          | Invalid value for option '--vip' (IP): no IP address: fe80::1%eth0
            run --vip ::ffff:192.0.2.1                      | Invalid value for option '--vip' (IP): IPv4 in IPv6's clothes: write 192.0.2.1
            run --vip fe80::1                               | Invalid value for option '--vip' (IP): no unicast address that clients could reach: fe80::1
            run --vip ff02::1                               | Invalid value for option '--vip' (IP): no unicast address that clients could reach: ff02::1
            run --vip ::1                                   | Invalid value for option '--vip' (IP): no unicast address that clients could reach: ::1
            run --vip ::                                    | Invalid value for option '--vip' (IP): no unicast address that clients could reach: ::
            run --vip 2001:db8::1 --vip 2001:db8:0::1       | --vip: an address is named twice
            run --vip 127.0.0.1                             | Invalid value for option '--vip' (IP): no unicast address that clients could reach: 127.0.0.1
            run --vip 224.0.0.1                             | Invalid value for option '--vip' (IP): no unicast address that clients could reach: 224.0.0.1
            run --vip 255.255.255.255                       | Invalid value for option '--vip' (IP): no unicast address that clients could reach: 255.255.255.255
            run --vip 192.0.2.1 --vip 192.0.2.1             | --vip: an address is named twice
            run --vip 192.0.2.1 --dscp 1                    | --dscp: l2dsr marks nothing: leave it out, or add --forward l3dsr
            run --vip 192.0.2.1 --forward l3dsr             | --dscp: l3dsr needs one for each --vip: 1 VIPs, 0 codes
            run --vip 192.0.2.1 --forward l3dsr --dscp 0    | --dscp 0: not a code of 1 to 63
            run --vip 192.0.2.1 --forward l3dsr --dscp 64   | --dscp 64: not a code of 1 to 63
            run --vip 192.0.2.1 --vip 192.0.2.2 --forward l3dsr --dscp 7 --dscp 7 | --dscp: two IPv4 VIPs with one code could not be told apart
            run --vip 192.0.2.1 --forward ipip              | Invalid value for option '--forward': neither l2dsr nor l3dsr: ipip
            run --vip 192.0.2.1 --port 80                   | Unknown options: '--port', '80'
            up                                              | Unmatched argument at index 0: 'up'
            """)
    void shouldSayInOneLineWhatIsWrong(String arguments, String why) {
        assertThat(execute(arguments.split(" +", -1))).isEqualTo(2);
        assertThat(err.toString())
                .startsWith("vip-agent: " + why + "; see vip-agent")
                .hasLineCount(1);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void shouldShowWhereErrorCameFromWhenAsked() {
        assertThat(execute("run", "--debug")).isEqualTo(2);
        assertThat(err.toString()).contains("\tat picocli.");
    }

    @Test
    void shouldHelpWithEveryCommand() {
        for (String command : new String[] {"run", "status", "down"}) {
            assertThat(execute(command, "--help")).isZero();
            assertThat(out.toString()).contains("Usage: vip-agent " + command, "--state=DIR");
        }
        assertThat(out.toString()).contains("l2dsr, l3dsr (default: l2dsr)", "--interface=DEV");
    }

    private int execute(String... arguments) {
        return VipAgent.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
