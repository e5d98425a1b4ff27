package dev.trigon.cli;

import static dev.trigon.cli.VipctlRig.assertFails;
import static dev.trigon.cli.VipctlRig.assertOut;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.control.DataPath;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VipctlFlowsTest {
    @TempDir
    Path directory;

    private VipctlRig rig;

    @BeforeEach
    void start() throws Refusal, IOException {
        rig = VipctlRig.start(directory);
        rig.vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80");
        rig.vipctl("backend add web b1 --address 10.2.0.11");
        rig.dataPath().flows.add(flow(40_000, 1));
        rig.dataPath().flows.add(flow(40_001, 9));
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    @Test
    void shouldListAndSayWhenThereAreMore() throws IOException {
        assertOut(rig.vipctl("flows list"), """
                PROTOCOL  CLIENT               VIP              BACKEND  STATE        IDLE  PACKETS  BYTES
                tcp       198.51.100.10:40000  203.0.113.10:80  b1       established    3s       12  900 B
                tcp       198.51.100.10:40001  203.0.113.10:80  -        established    3s       12  900 B
                """);
        rig.dataPath().flows.add(udp6());
        assertOut(rig.vipctl("flows list"), """
                PROTOCOL  CLIENT                  VIP                  BACKEND  STATE          IDLE  PACKETS    BYTES
                tcp       198.51.100.10:40000     203.0.113.10:80      b1       established      3s       12    900 B
                tcp       198.51.100.10:40001     203.0.113.10:80      -        established      3s       12    900 B
                udp       [2001:db8:c::10]:40002  [2001:db8:f::10]:53  b1       udp          1m 15s        1  2.0 KiB
                """);
        rig.dataPath().flows.remove(2);
        VipctlRig.Run one = rig.vipctl("flows list --limit 1 -o json");
        assertThat(one.exitCode()).isZero();
        assertThat(one.out()).startsWith("[\n  {\n    \"protocol\" : \"tcp\",").endsWith("]\n");
        assertThat(one.err()).isEqualTo("vipctl: 1 of 2 flows; --limit N shows more\n");
        assertThat(rig.vipctl("flows list --limit 1 --service web").err())
                .isEqualTo("vipctl: the first 1 flows; --limit N shows more\n");
        assertThat(rig.vipctl("flows list --limit 0").err()).isEmpty();
    }

    @Test
    void shouldPrintForPrograms() {
        rig.dataPath().flows.remove(1);
        assertOut(rig.vipctl("flows list -o json"), """
                [
                  {
                    "protocol" : "tcp",
                    "client" : "198.51.100.10:40000",
                    "vip" : "203.0.113.10:80",
                    "service" : "web",
                    "backend" : "b1",
                    "state" : "established",
                    "idleSeconds" : 3,
                    "packets" : 12,
                    "bytes" : 900
                  }
                ]
                """);
        assertOut(rig.vipctl("flows list -o yaml"), """
                  - protocol: tcp
                    client: 198.51.100.10:40000
                    vip: 203.0.113.10:80
                    service: web
                    backend: b1
                    state: established
                    idleSeconds: 3
                    packets: 12
                    bytes: 900
                """);
        rig.dataPath().flows.clear();
        assertOut(rig.vipctl("flows list -o json"), "[ ]\n");
        assertOut(rig.vipctl("flows list -o yaml"), "[]\n");
        assertOut(rig.vipctl("flows list"), "PROTOCOL  CLIENT  VIP  BACKEND  STATE  IDLE  PACKETS  BYTES\n");
    }

    @Test
    void shouldListWhatIsAskedFor() throws IOException {
        rig.dataPath().flows.add(udp6());
        String header =
                "PROTOCOL  CLIENT                  VIP                  BACKEND  STATE    IDLE  PACKETS    BYTES\n";
        String udp6 =
                "udp       [2001:db8:c::10]:40002  [2001:db8:f::10]:53  b1       udp    1m 15s        1  2.0 KiB\n";
        assertOut(rig.vipctl("flows list --client 2001:db8:c::/64"), header + udp6);
        assertOut(rig.vipctl("flows list --state udp --protocol udp --backend b1"), header + udp6);
        assertThat(rig.vipctl("flows list --sort bytes --limit 1").out()).isEqualTo(header + udp6);
        assertFails(
                rig.vipctl("flows list --sort bytes --limit 0"),
                1,
                "vipctl: the request: to sort all flows they would have to be in memory at once; give a limit of 1 to"
                        + " 100000, or list them in no order\n");
        assertFails(
                rig.vipctl("flows list --service mail"),
                1,
                "vipctl: service 'mail': there is none of that name; see `vipctl service list` for those there are\n");
        assertFails(
                rig.vipctl("flows list --limit many"),
                2,
                "vipctl: Invalid value for option '--limit': 'many' is not an int; see `vipctl flows list --help`\n");
    }

    /** A column is as wide as what has been in it so far. */
    @Test
    void shouldKeepColumnsOnceTheyAreWideEnough() throws IOException {
        rig.dataPath().flows.clear();
        DataPath.Flow narrow = flow(1, 1);
        DataPath.Flow wide = udp6();
        rig.dataPath().flowSource = visitor -> {
            for (int i = 0; i < 450; i++) {
                visitor.accept(i == 300 ? wide : narrow);
            }
        };
        String[] lines = rig.vipctl("flows list --limit 0").out().split("\n", -1);
        assertThat(lines[200]).startsWith("tcp       198.51.100.10:1  203.0.113.10:80  b1  ");
        assertThat(lines[201]).startsWith("tcp       198.51.100.10:1         203.0.113.10:80      b1  ");
        assertThat(lines[450]).startsWith("tcp       198.51.100.10:1         203.0.113.10:80      b1  ");
    }

    @Test
    void shouldSayThatAListBrokeOff() throws IOException {
        DataPath.Flow one = flow(1, 1);
        rig.dataPath().flowSource = visitor -> {
            for (int i = 0; i < 2_000; i++) {
                visitor.accept(one);
            }
            throw new IllegalStateException("the table is gone");
        };
        VipctlRig.Run run = rig.vipctl("flows list --limit 0");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err())
                .startsWith("vipctl: cannot reach vipd at " + directory.resolve("vipd.sock")
                        + ": its answer is not whole;");
    }

    /** As behind a pipe whose reader has gone: it ends, rather than to read all of a list without an end. */
    @Test
    void shouldEndWhenNobodyTakesMoreOfItsOutput() throws IOException {
        DataPath.Flow one = flow(1, 1);
        rig.dataPath().flowSource = visitor -> {
            while (true) {
                visitor.accept(one);
            }
        };
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        for (String format : new String[] {"table", "json", "yaml"}) {
            StringWriter err = new StringWriter();
            int exitCode = rig.vipctl(
                    new PrintWriter(broken, false, StandardCharsets.UTF_8),
                    new PrintWriter(err, true),
                    "flows",
                    "list",
                    "--limit",
                    "0",
                    "-o",
                    format);
            assertThat(err.toString()).isEmpty();
            assertThat(exitCode).isZero();
        }
    }

    @Test
    void shouldCount() {
        assertOut(rig.vipctl("flows count"), """
                ACTIVE      MAX
                     2  1048576
                """);
        assertOut(rig.vipctl("flows count -o json"), """
                {
                  "active" : 2,
                  "max" : 1048576
                }
                """);
        assertOut(rig.vipctl("flows count --by backend"), """
                SERVICE  BACKEND  FLOWS
                web      b1           1
                web      -            1
                """);
        assertOut(rig.vipctl("flows count --by service"), """
                SERVICE  FLOWS
                web          2
                """);
        assertOut(rig.vipctl("flows count --by state"), """
                STATE        FLOWS
                established      2
                """);
        assertFails(
                rig.vipctl("flows count --by client"),
                1,
                "vipctl: the request: 'by' is 'client'; give one of backend, service, state\n");
    }

    @Test
    void shouldFlush() throws IOException {
        assertFails(
                rig.vipctl("flows flush"),
                1,
                "vipctl: flows: nothing says which flows are meant; name a service, backend, client, state or tuple, or"
                        + " say --all\n");
        assertOut(rig.vipctl("flows flush --service web --backend b1"), "1 flow flushed\n");
        assertOut(rig.vipctl("flows flush --client 198.51.100.0/24 --state closing"), "0 flows flushed\n");
        assertOut(rig.vipctl("flows flush --tuple tcp~198.51.100.10:40001~203.0.113.10:80"), "1 flow flushed\n");
        rig.dataPath().flows.add(flow(1, 1));
        rig.dataPath().flows.add(flow(2, 1));
        assertOut(rig.vipctl("flows flush --all -o json"), """
                {
                  "flushed" : 2
                }
                """);
        assertFails(
                rig.vipctl("flows flush --all --state udp"),
                1,
                "vipctl: flows: all of them are asked for, and some of them; ask for one of the two\n");
    }

    private static DataPath.Flow udp6() throws IOException {
        return new DataPath.Flow(
                Protocol.UDP,
                address("2001:db8:c::10"),
                40_002,
                address("2001:db8:f::10"),
                53,
                "web",
                1,
                "udp",
                75,
                1,
                2_048);
    }

    private static DataPath.Flow flow(int port, int backendId) throws IOException {
        return new DataPath.Flow(
                Protocol.TCP,
                address("198.51.100.10"),
                port,
                address("203.0.113.10"),
                80,
                "web",
                backendId,
                "established",
                3,
                12,
                900);
    }

    private static InetAddress address(String text) throws IOException {
        return InetAddress.getByName(text);
    }
}
