package dev.trigon.cli;

import static dev.trigon.cli.VipctlRig.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is no input of an import as a whole: one line, and nothing printed. */
class VipctlImportRefusalTest {
    private static final String NUMERIC = "; save the rules by `ipvsadm -S -n > rules`, and import those\n";

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-A -t www.example.com:http -s wlc|:1: 'www.example.com:http' is a name, and no name server is asked",
                "-A -t 192.0.2.1:80\\n-a -t 192.0.2.1:80 -r web1:80|:2: 'web1:80' is a name, and no name server is asked",
                "-A -u 192.0.2.1:our-port|:1: '192.0.2.1:our-port' is a name, and no name server is asked",
                "IP Virtual Server version 1.2.1 (size=4096)|:1: it is the list of `ipvsadm -L`, which leaves out half",
                "-a -t 192.0.2.1:80 -r 192.0.2.2:80|: there is no virtual server (-A) in it",
                "# nothing|: there is no virtual server (-A) in it",
            })
    void shouldRefuseWhatIsNoSetOfRules(String rules, String why) throws IOException {
        assertFails(importing("ipvsadm", "rules", rules), 1, "vipctl: rules" + why + NUMERIC);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "global_defs {\\n}|: there is no virtual_server in it; give the keepalived.conf of a gateway that balances",
                "include other.conf|: there is no virtual_server in it; import the files that it includes, which are not"
                        + " followed",
                "virtual_server 192.0.2.1 80 {|:1: the block that begins here is not closed; add the missing '}'",
                "virtual_server 192.0.2.1 80 {\\n}\\n}|:3: a '}' closes nothing; remove it, or add the '{' that it"
                        + " belongs to",
                "{\\n}|:1: a '{' stands behind nothing; give the block its keyword, or remove it",
                "virtual_server group G {\\n}\\nvirtual_server_group G {\\n2001:db8::/64 80\\n}|:4: the groups have more than"
                        + " 20000 addresses; balance fewer, or import the file in parts",
            })
    void shouldRefuseWhatIsNoKeepalivedConf(String configuration, String why) throws IOException {
        assertFails(
                importing("keepalived", "keepalived.conf", configuration), 1, "vipctl: keepalived.conf" + why + "\n");
    }

    @Test
    void shouldSayWhyWhenNoServiceIsLeft() throws IOException {
        VipctlRig.Run run = importing("ipvsadm", "rules", "-A -f 5 -s wlc");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("rules:1: firewall mark '5' is put on packets by the firewall")
                .endsWith("vipctl: rules: no service can be made of it; see the lines above\n");
    }

    @Test
    void shouldSayWhichFileCannotBeRead() {
        Path none = directory.resolve("none");
        assertFails(
                vipctl("import", "keepalived", none.toString()),
                1,
                "vipctl: " + none + ": there is no such file; check its path\n");
        assertFails(
                vipctl("import", "ipvsadm", directory.toString()),
                1,
                "vipctl: " + directory + ": it cannot be read (Is a directory); check its path and permissions\n");
    }

    @Test
    void shouldBoundWhatItReads() throws IOException {
        String tooLarge = "#".repeat((16 << 20) + 1);
        assertThat(importing("ipvsadm", "rules", tooLarge).err())
                .isEqualTo("vipctl: rules: it is larger than 16 MiB; check that it is the file that is meant\n");
        assertThat(importing("keepalived", "deep.conf", "virtual_server {\n" + "a {\n".repeat(1_000))
                        .err())
                .isEqualTo("vipctl: deep.conf:17: it is nested too deep; check that it is the file that is meant\n");
        assertThat(importing("keepalived", "long.conf", "virtual_server " + "a ".repeat(4 << 20))
                        .err())
                .isEqualTo(
                        "vipctl: long.conf:1: the line has more than 10000 words; check that this is the file that is"
                                + " meant\n");
        assertThat(importing("keepalived", "many.conf", "virtual_server\n" + "a b\n".repeat(3 << 20))
                        .err())
                .startsWith("vipctl: many.conf:")
                .contains("it has more than 1000000 words");
        assertThat(importing("ipvsadm", "odd.rules", "-A -t 192.0.2.1:80\n" + "a\n".repeat(1 << 17))
                        .err())
                .isEqualTo(
                        "odd.rules:2: this is no rule: left out; see what it was for (also lines 3, 4, 5, 6, 7 and 131066"
                                + " more)\n");
    }

    @Test
    void shouldBoundWhatItMakes() throws IOException {
        StringBuilder configuration = new StringBuilder("virtual_server_group G {\n10.0.0.0/20 80\n}\n");
        configuration.append("virtual_server group G {\n");
        for (int i = 0; i < 100; i++) {
            configuration.append("real_server 10.1.0.").append(i).append(" 80 {\n}\n");
        }
        assertThat(importing("keepalived", "large.conf", configuration + "}\n").err())
                .isEqualTo("vipctl: large.conf: it makes more than 100000 services and servers; import it in parts\n");
    }

    /** Nothing that a terminal would obey, and one line each. */
    @Test
    void shouldNotEchoWhatIsNotPrintable() throws IOException {
        VipctlRig.Run run = importing("ipvsadm", "rules", "-A -t 192.0.2.1:80 -s \u001b[2J" + "x".repeat(100_000));
        assertThat(run.exitCode()).isZero();
        assertThat(run.err().lines()).hasSize(1).allMatch(line -> line.length() < 600);
        assertThat(run.err()).doesNotContain("\u001b").contains("scheduler '?[2Jx");
    }

    private VipctlRig.Run importing(String form, String name, String input) throws IOException {
        Path file = directory.resolve(name);
        Files.write(file, input.replace("\\n", "\n").getBytes(StandardCharsets.UTF_8));
        return vipctl("import", form, file.toString());
    }

    private static VipctlRig.Run vipctl(String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Vipctl.run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                new Surroundings(Map.of(), false, null, System::nanoTime, ns -> {}),
                words);
        return new VipctlRig.Run(exitCode, out.toString(), err.toString());
    }
}
