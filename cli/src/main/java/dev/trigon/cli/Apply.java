package dev.trigon.cli;

import dev.trigon.dataplane.api.AppliedView;
import dev.trigon.dataplane.api.ControlApi;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
            "  vipctl apply -f services.yaml",
            "Looked at before, and taken back unless it is confirmed:",
            "  vipctl plan -f services.yaml",
            "  vipctl apply -f services.yaml --if-revision 12 --confirm-within 60s",
            "  vipctl confirm"
        })
final class Apply implements Callable<Integer> {
    private final Session session;

    @Mixin
    private ServicesFile file = new ServicesFile();

    @Option(
            names = "--confirm-within",
            paramLabel = "TIME",
            description = "Go back by itself unless `vipctl confirm` comes in this time, such as 60s.")
    private @Nullable String confirmWithin;

    @Option(
            names = "--if-revision",
            paramLabel = "N",
            description = "Only if the services are of this revision, as plan showed it.")
    private @Nullable Long ifRevision;

    Apply(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        String within = confirmWithin == null
                ? ""
                : "&" + ControlApi.CONFIRM_WITHIN_PARAMETER + "=" + Session.escaped(confirmWithin);
        ControlReply reply =
                session.send("PUT", Session.path("configuration") + file.query() + within, ifRevision, file.read());
        session.print(reply, () -> print(session, file.name() + " applied", session.read(reply, AppliedView.class)));
        return 0;
    }

    static void print(Session session, String done, AppliedView applied) {
        session.out()
                .println(done + ": " + part(applied.added(), "added") + ", " + part(applied.changed(), "changed") + ", "
                        + part(applied.removed(), "removed") + ", "
                        + applied.unchanged().size() + " unchanged");
        if (applied.pending() != null) {
            session.out()
                    .println("revision " + applied.revision() + " goes back to "
                            + applied.pending().backTo() + " in "
                            + Human.seconds(applied.pending().secondsLeft()) + " unless `vipctl confirm` comes before");
        }
    }

    private static String part(List<String> names, String what) {
        return names.size() + " " + what + (names.isEmpty() ? "" : " (" + String.join(", ", names) + ")");
    }
}
