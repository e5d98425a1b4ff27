package dev.trigon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import dev.trigon.dataplane.control.DataPath;
import dev.trigon.dataplane.service.Protocol;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Every line with vipctl in every document, in its order, by somebody who has what the document supposes: the services below,
 * unless it makes them itself; the files that it shows; a flow.
 */
class GuidesTest {
    private static final String SUPPOSED = """
            services:
            - {name: web, vip: 203.0.113.10, protocol: tcp, ports: [80, 443], backends: [
               {name: b1, address: 10.2.0.11}, {name: b2, address: 10.2.0.12}]}
            - {name: web6, vip: '2001:db8:f::10', protocol: tcp, ports: [80, 443], backends: [
               {name: b1, address: '2001:db8:2::11'}, {name: b2, address: '2001:db8:2::12'}]}
            """;
    private static final String KEEPALIVED = """
            virtual_server 203.0.113.10 80 {
                lvs_sched rr
                lvs_method DR
                protocol TCP
                real_server 10.2.0.11 80 {
                    weight 1
                }
            }
            """;
    /** More seconds than anything waits that comes to an end. */
    private static final int PATIENCE = 120;

    private static final int FLOWS = 20;

    @TempDir
    Path directory;

    static List<Guide> guides() throws IOException {
        return Guide.all().stream().filter(it -> !it.lines().isEmpty()).toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("guides")
    void shouldDoWhatItSays(Guide guide) throws Exception {
        write("services.yaml", guide.block("services:"));
        write("rules", guide.block("-A "));
        write("keepalived.conf", KEEPALIVED);
        try (VipctlRig rig = VipctlRig.start(directory)) {
            suppose(rig, guide);
            for (ShellLine line : guide.lines()) {
                if (line.edits()) {
                    edit(line.words().get(1));
                } else {
                    run(rig, line);
                }
            }
        }
    }

    @Test
    void shouldReadTheGuides() throws IOException {
        assertThat(guides())
                .extracting(Guide::name)
                .contains(
                        "README.md",
                        "docs/servers.md",
                        "docs/changes.md",
                        "docs/migrate-from-lvs.md",
                        "docs/trouble.md",
                        "docs/services.md");
        List<Guide> all = Guide.all();
        assertThat(Guide.PRINTED).allMatch(line -> all.stream().anyMatch(guide -> guide.shows(line)));
    }

    @Test
    void shouldNameNoCommandAndNoOptionThatIsNotThere() throws IOException {
        CommandSpec vipctl = Vipctl.withEveryCommand().getCommandSpec();
        int named = 0;
        for (Guide guide : Guide.all()) {
            for (String command : guide.named()) {
                assertThat(strangersIn(command, vipctl))
                        .as(guide + ": vipctl " + command)
                        .isEmpty();
                named++;
            }
        }
        assertThat(named).isGreaterThan(40);
    }

    private void write(String file, String text) throws IOException {
        if (!text.isEmpty()) {
            Files.writeString(directory.resolve(file), text);
        }
    }

    private void suppose(VipctlRig rig, Guide guide) throws IOException {
        DataPath.Flow flow = new DataPath.Flow(
                Protocol.TCP,
                InetAddresses.forString("198.51.100.10"),
                40_000,
                InetAddresses.forString("203.0.113.10"),
                80,
                "web",
                1,
                "established",
                3,
                12,
                900);
        rig.dataPath().flows.add(flow);
        rig.dataPath().explanation = new DataPath.Explanation("web", 1, "flow", null);
        // each backend's flows end one by one, so that a drain has something to wait for
        rig.dataPath().loads = id -> Math.max(0, FLOWS - rig.pausesNs.size());
        boolean makesThem = guide.lines().stream()
                .anyMatch(line -> Collections.indexOfSubList(line.words(), List.of("service", "add", "web")) >= 0);
        if (!makesThem) {
            Path file = Files.writeString(directory.resolve("supposed.yaml"), SUPPOSED);
            assertThat(rig.vipctl("apply -f " + file).exitCode()).isZero();
        }
    }

    private void edit(String name) throws IOException {
        Path file = directory.resolve(name);
        String text = Files.readString(file);
        assertThat(text).contains("weight: 100");
        Files.writeString(file, text.replaceFirst("weight: 100", "weight: 50"));
    }

    private void run(VipctlRig rig, ShellLine line) throws IOException {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int before = rig.pausesNs.size();
        Writer read = readUntil(() -> rig.pausesNs.size() - before > PATIENCE, out);
        String[] arguments = line.arguments().stream().map(this::fileOrWord).toArray(String[]::new);
        int exitCode = rig.vipctl(new PrintWriter(read), new PrintWriter(err, true), arguments);
        assertThat(exitCode).as(line.text() + "\n" + err).isZero();
        if (!line.arguments().contains("import")) {
            assertThat(err.toString()).as(line.text()).isEmpty();
        }
        if (line.output() != null) {
            assertThat(out.toString()).as(line.text()).isNotBlank();
            String name = Path.of(line.output()).getFileName().toString();
            Files.writeString(directory.resolve(name), out.toString());
        }
    }

    /** The reader of an output leaves after a while, as by Ctrl-C or q, so that what has no end comes to one. */
    private static Writer readUntil(BooleanSupplier left, Writer out) {
        return new FilterWriter(out) {
            @Override
            public void flush() throws IOException {
                if (left.getAsBoolean()) {
                    throw new IOException("nobody reads any more");
                }
                super.flush();
            }
        };
    }

    private String fileOrWord(String word) {
        Path file = directory.resolve(word);
        return Files.isRegularFile(file) ? file.toString() : word;
    }

    /** Of a command that is named, perhaps without its arguments: words and options that are none. */
    private static List<String> strangersIn(String command, CommandSpec vipctl) {
        CommandSpec at = vipctl;
        List<String> words = ShellLine.of(command).words();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.startsWith("-")) {
                OptionSpec option = at.optionsMap().get(word.replaceFirst("=.*", ""));
                if (option == null) {
                    return List.of(word);
                }
                i += word.contains("=") ? 0 : option.arity().min();
            } else if (!at.subcommands().isEmpty()) {
                CommandLine member = at.subcommands().get(word);
                if (member == null && at.positionalParameters().isEmpty()) {
                    return List.of(word);
                }
                at = member == null ? at : member.getCommandSpec();
            }
        }
        return List.of();
    }
}
