package dev.trigon.cli;

import dev.trigon.dataplane.api.AppliedView;
import dev.trigon.dataplane.api.ControlApi;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "apply",
        header = "Make the services be those of a file.",
        description =
                "All of them and no others, or nothing at all: a file with anything wrong in it changes nothing. Services and backends that stay keep their flows.",
        footer = {
            "",
            "A services file, as YAML or JSON:",
            "  services:",
            "    - name: web",
            "      vip: 203.0.113.10",
            "      protocol: tcp",
            "      ports: [80, 443]",
            "      backends:",
            "        - {name: b1, address: 10.2.0.11, weight: 100}",
            "    - name: web6",
            "      vip: 2001:db8:f::10",
            "      protocol: tcp",
            "      ports: any",
            "      backends:",
            "        - {name: b1, address: 2001:db8:2::11}",
            "",
            "Example, after `vipctl export > services.yaml` and an edit:",
            "  vipctl apply -f services.yaml"
        })
final class Apply implements Callable<Integer> {
    private final Session session;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            required = true,
            description = "The services file; - reads standard input.")
    private String file = "";

    Apply(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        byte[] document = read();
        if (document.length > ControlApi.MAX_REQUEST_OCTETS) {
            throw new Refused(file + ": it is larger than 1 MiB; check that it is a services file");
        }
        String name = file.equals("-") ? "stdin" : String.valueOf(Path.of(file).getFileName());
        ControlReply reply = session.send(
                "PUT",
                Session.path("configuration") + "?" + ControlApi.SOURCE_PARAMETER + "=" + Session.escaped(name),
                document);
        session.print(reply, () -> print(name, session.read(reply, AppliedView.class)));
        return 0;
    }

    private byte[] read() {
        try (InputStream in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file))) {
            return in.readNBytes(ControlApi.MAX_REQUEST_OCTETS + 1);
        } catch (NoSuchFileException e) {
            throw new Refused(file + ": there is no such file; check its path");
        } catch (IOException e) {
            throw new Refused(file + ": it cannot be read (" + e.getMessage() + "); check its path and permissions");
        }
    }

    private void print(String name, AppliedView applied) {
        session.out()
                .println(name + " applied: " + part(applied.added(), "added") + ", "
                        + part(applied.changed(), "changed") + ", " + part(applied.removed(), "removed") + ", "
                        + applied.unchanged().size() + " unchanged");
    }

    private static String part(List<String> names, String what) {
        return names.size() + " " + what + (names.isEmpty() ? "" : " (" + String.join(", ", names) + ")");
    }
}
