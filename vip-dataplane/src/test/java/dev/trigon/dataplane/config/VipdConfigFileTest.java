package dev.trigon.dataplane.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.dataplane.port.fault.Faults;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VipdConfigFileTest {
    @TempDir
    Path directory;

    @Test
    void shouldHaveADefaultForAllButTheInterfaces() throws Refusal {
        assertThat(parse("interfaces: [eth0]"))
                .isEqualTo(new VipdConfig(
                        List.of("eth0"),
                        VipdConfig.Engine.AUTO,
                        VipdConfig.WORKERS_AUTO,
                        List.of(),
                        Path.of("/run/trigon/vipd.sock"),
                        Path.of("/var/lib/trigon"),
                        new VipdConfig.Flows(1_048_576, 1_048_576, 100_000, 262_144, VipdConfig.Timeouts.DEFAULT),
                        new VipdConfig.Icmp(VipdConfig.Echo.ANSWER, 1_000),
                        null,
                        null));
    }

    @Test
    void shouldReadEveryKey() throws Refusal {
        VipdConfig config = parse("""
                interfaces: [eth0, eth1.5]
                engine: pcap
                workers: 2
                cpus: [3, 0]
                control:
                  socket: /run/other/vipd.sock
                http:
                  listen: off
                state: /srv/trigon
                flows:
                  max: 4096
                  timeouts: {syn: 500ms, established: 1h, closing: 2s, udp: 10m}
                icmp: {echo: forward, rate: 1000000}
                faults: {seed: 7, loss: 0.01, duplicate: .02, reorder: 0.03, corrupt: 1, delay: 5ms, side: in}
                trace: {directory: /tmp/trace, packets: 500}
                """);
        assertThat(config)
                .isEqualTo(new VipdConfig(
                        List.of("eth0", "eth1.5"),
                        VipdConfig.Engine.PCAP,
                        2,
                        List.of(3, 0),
                        Path.of("/run/other/vipd.sock"),
                        Path.of("/srv/trigon"),
                        new VipdConfig.Flows(
                                4096,
                                4_096,
                                100_000,
                                262_144,
                                new VipdConfig.Timeouts(
                                        Duration.ofMillis(500),
                                        Duration.ofHours(1),
                                        Duration.ofSeconds(2),
                                        Duration.ofSeconds(10),
                                        Duration.ofMinutes(10))),
                        new VipdConfig.Icmp(VipdConfig.Echo.FORWARD, 1_000_000),
                        new Faults(7, 0.01, 0.02, 0.03, 1, Duration.ofMillis(5), Faults.Side.IN),
                        new VipdConfig.Trace(Path.of("/tmp/trace"), 500)));
    }

    /** A row: the document, \n for a new line, and the message it gets after {@code vipd.yaml}. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        interfaces: [eth0]\\n\\nenigne: auto  | ' line 3: unknown key ''enigne''; known here: interfaces, engine, workers, cpus, control, http, state, flows, icmp, faults, trace'
        engine: auto                          | ' line 1: ''interfaces'' is missing; give it a value'
        ''                                    | ' line 1: ''interfaces'' is missing; give it a value'
        interfaces: eth0                      | ' line 1: ''interfaces'' is the text ''eth0'' where a list is expected; write [ … ], or one ''- '' line an item'
        interfaces: []                        | ' line 1: ''interfaces'' is empty; list at least one, such as [eth0]'
        interfaces:\\n  - eth0\\n  - 7        | ' line 3: ''interfaces'' has the number 7 where a name is expected; list names, such as [eth0]'
        interfaces: [eth0, eth0]              | ' line 1: interface ''eth0'' is listed twice; list it once'
        interfaces: [a/b]                     | ' line 1: ''a/b'' cannot be an interface''s name; see `ip link` for their names'
        interfaces: [e]\\nengine: dpdk        | ' line 2: ''engine'' is ''dpdk''; give one of auto, af_xdp, pcap'
        interfaces: [e]\\nengine: [pcap]      | ' line 2: ''engine'' is a list where text is expected; put text in quotes there'
        interfaces: [e]\\nworkers: 2\\nengine: pcap | ' line 2: ''workers'' is 2, and the pcap engine runs one worker an interface; use auto or 1'
        interfaces: [e]\\nworkers: many       | ' line 2: ''workers'' is the text ''many'' where a number is expected; give 1 to 1024'
        interfaces: [e]\\nworkers: 0          | ' line 2: ''workers'' is 0; give a whole number from 1 to 1024'
        interfaces: [e]\\ncpus: 1             | ' line 2: ''cpus'' is the number 1 where a list is expected; write [ … ], or one ''- '' line an item'
        interfaces: [e]\\ncpus: [1, two]      | ' line 2: ''cpus'' is the text ''two'' where a number is expected; give 0 to 8191'
        interfaces: [e]\\ncpus: [-1]          | ' line 2: ''cpus'' is -1; give a whole number from 0 to 8191'
        interfaces: [e]\\ncpus:\\n- 1\\n- 1   | ' line 4: CPU 1 is listed twice; list it once'
        interfaces: [e]\\nhttp:\\n  listen: 127.0.0.1:9870 | ' line 3: metrics over HTTP are not built yet; set ''listen: off'' or leave ''http'' out'
        interfaces: [e]\\nhttp: off           | ' line 2: expected a mapping, found off; known here: listen'
        interfaces: [e]\\nstate: trigon       | ' line 2: ''state'' is ''trigon''; give a path that begins with /'
        interfaces: [e]\\ncontrol:\\n  sokcet: /s | ' line 3: unknown key ''sokcet''; known here: socket'
        interfaces: [e]\\nflows: {max: 1023}  | ' line 2: ''max'' is 1023; give a whole number from 1024 to 16777216'
        interfaces: [e]\\nflows: {max: 16777217} | ' line 2: ''max'' is 16777217; give a whole number from 1024 to 16777216'
        interfaces: [e]\\nflows: {max: 1.5}   | ' line 2: ''max'' is 1.5; give a whole number from 1024 to 16777216'
        interfaces: [e]\\nflows: {max: lots}  | ' line 2: ''max'' is the text ''lots'' where a number is expected; give 1024 to 16777216'
        interfaces: [e]\\nflows:\\n timeouts:\\n  syn: 30 | ' line 4: ''syn'' is the number 30 where a duration is expected; give one such as 500ms, 30s, 15m or 1h'
        interfaces: [e]\\nflows:\\n timeouts:\\n  udp: 0s | ' line 4: ''udp'' is 0s; give 100ms to 168h'
        interfaces: [e]\\nflows:\\n timeouts:\\n  udp: 169h | ' line 4: ''udp'' is 169h; give 100ms to 168h'
        interfaces: [e]\\nicmp: {echo: drop}    | ' line 2: ''echo'' is ''drop''; give one of answer, forward'
        interfaces: [e]\\nicmp: {echo: true}    | ' line 2: ''echo'' is true where text is expected; put text in quotes there'
        interfaces: [e]\\nicmp: {rate: -1}      | ' line 2: ''rate'' is -1; give a whole number from 0 to 1000000'
        interfaces: [e]\\nicmp: {rate: 1000001} | ' line 2: ''rate'' is 1000001; give a whole number from 0 to 1000000'
        interfaces: [e]\\nicmp: {rate: 10/s}    | ' line 2: ''rate'' is the text ''10/s'' where a number is expected; give 0 to 1000000'
        interfaces: [e]\\nicmp:\\n  ehco: answer | ' line 3: unknown key ''ehco''; known here: echo, rate'
        interfaces: [e]\\nfaults: {los: 0.1} | ' line 2: unknown key ''los''; known here: seed, loss, duplicate, reorder, corrupt, delay, side'
        interfaces: [e]\\nfaults: {loss: 1.01} | ' line 2: ''loss'' is 1.01; give 0 to 1, such as 0.01'
        interfaces: [e]\\nfaults: {loss: -0.1} | ' line 2: ''loss'' is -0.1; give 0 to 1, such as 0.01'
        interfaces: [e]\\nfaults: {corrupt: .nan} | ' line 2: ''corrupt'' is .nan; give 0 to 1, such as 0.01'
        interfaces: [e]\\nfaults: {reorder: 1%} | ' line 2: ''reorder'' is the text ''1%'' where a number is expected; give 0 to 1'
        interfaces: [e]\\nfaults: {delay: 5} | ' line 2: ''delay'' is the number 5 where a duration is expected; give one such as 5ms'
        interfaces: [e]\\nfaults: {delay: 2s} | ' line 2: ''delay'' is 2s; give 0ms to 1s'
        interfaces: [e]\\nfaults: {side: up} | ' line 2: ''side'' is ''up''; give one of in, out, both'
        interfaces: [e]\\nfaults: {seed: -1} | ' line 2: ''seed'' is -1; give a whole number from 0 to 2147483647'
        interfaces: [e]\\nfaults: 0.01     | ' line 2: expected a mapping, found the number 0.01; known here: seed, loss, duplicate, reorder, corrupt, delay, side'
        interfaces: [e]\\ntrace: {packets: 5} | ' line 2: ''directory'' is missing; give it a value'
        interfaces: [e]\\ntrace: {directory: tmp} | ' line 2: ''directory'' is ''tmp''; give a path that begins with /'
        interfaces: [e]\\ntrace: {directory: /t, packets: 0} | ' line 2: ''packets'' is 0; give a whole number from 1 to 100000000'
        interfaces: [e]\\ntrace: {directory: /t, file: f} | ' line 2: unknown key ''file''; known here: directory, packets'
        interfaces: [e]\\ninterfaces: [f]     | ' line 2: the key ''interfaces'' is given twice; keep one of them'
        interfaces: &a [e]\\nengine: *a       | ' line 2: aliases (*name) are not understood; write the value out'
        interfaces: [e]\\n---\\nengine: pcap  | ' line 3: a second document begins here; keep one document a file'
        [[[[[[[[[[[[[[[[[[[[                  | ' line 1: it is nested too deep; nothing here needs more than four levels'
        """)
    void shouldRefuseNamingKeyAndLine(String document, String message) {
        assertThatThrownBy(() -> parse(document.replace("\\n", "\n")))
                .isInstanceOf(Refusal.class)
                .hasMessage("vipd.yaml" + message);
    }

    /** A row: how many interfaces, what is asked for (0: nothing), and what each worker's cache has. */
    @ParameterizedTest
    @CsvSource({"1, 16777216, 16777216", "2, 8388608, 8388608", "3, 4194305, 8388608", "24, 0, 1048576", "25, 0, 524288"
    })
    void shouldTakeCachesThatThereIsMemoryFor(int interfaces, int asked, int cache) throws Refusal {
        assertThat(parse(withInterfaces(interfaces) + (asked == 0 ? "" : "flows: {cache: " + asked + "}"))
                        .flows()
                        .cache())
                .isEqualTo(cache);
    }

    @Test
    void shouldRefuseCachesThatThereIsNoMemoryFor() {
        assertThatThrownBy(() -> parse(withInterfaces(2) + "flows: {cache: 8388609}"))
                .isInstanceOf(Refusal.class)
                .hasMessage("vipd.yaml line 2: 'cache' is 8388609, and for each of 2 workers that takes"
                        + " 2688 MiB of memory, of 2048 that caches may have; give 8388608 at most");
    }

    @Test
    void shouldTakeAnEngineAndAsManyWorkersAsItMayHave() throws Refusal {
        VipdConfig config = parse("interfaces: [e]\nengine: af_xdp\nworkers: 8\n");
        assertThat(config.engine()).isEqualTo(VipdConfig.Engine.AF_XDP);
        assertThat(config.workers()).isEqualTo(8);
        assertThat(parse("interfaces: [e]\nworkers: auto\n").workers()).isEqualTo(VipdConfig.WORKERS_AUTO);
    }

    private static String withInterfaces(int count) {
        return "interfaces: ["
                + IntStream.range(0, count).mapToObj(i -> "e" + i).collect(Collectors.joining(", ")) + "]\n";
    }

    @Test
    void shouldTakeEachIcmpSettingByItself() throws Refusal {
        assertThat(parse("interfaces: [e]\nicmp: {rate: 0}").icmp())
                .isEqualTo(new VipdConfig.Icmp(VipdConfig.Echo.ANSWER, 0));
        assertThat(parse("interfaces: [e]\nicmp: {echo: forward}").icmp())
                .isEqualTo(new VipdConfig.Icmp(VipdConfig.Echo.FORWARD, 1_000));
        assertThat(parse("interfaces: [e]\nicmp:\n").icmp()).isEqualTo(VipdConfig.Icmp.DEFAULT);
    }

    @Test
    void shouldNameTheLineOfASyntaxError() {
        assertThatThrownBy(() -> parse("interfaces: [eth0]\nengine: 'auto\n"))
                .isInstanceOf(Refusal.class)
                .hasMessageStartingWith("vipd.yaml line ")
                .hasMessageEndingWith("; correct the syntax there");
    }

    @Test
    void shouldSayWhenThereIsNoFile() {
        Path file = directory.resolve("vipd.yaml");
        assertThatThrownBy(() -> VipdConfigFile.load(file))
                .hasMessage(file
                        + ": there is no such file; write one (at least: interfaces: [eth0]) or give --config FILE");
    }

    @Test
    void shouldSayWhenTheFileIsNoText() throws IOException {
        Path file = Files.write(directory.resolve("vipd.yaml"), new byte[] {'#', '\n', (byte) 0xC3, 0x28});
        assertThatThrownBy(() -> VipdConfigFile.load(file))
                .hasMessage("vipd.yaml line 2: it is not valid UTF-8 from its octet 3 on; save it as UTF-8");
    }

    @Test
    void shouldSayWhenTheFileIsADirectory() {
        assertThatThrownBy(() -> VipdConfigFile.load(directory))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("it cannot be read (Is a directory)");
    }

    private static VipdConfig parse(String document) throws Refusal {
        return VipdConfigFile.parse(document.getBytes(StandardCharsets.UTF_8), "vipd.yaml");
    }
}
