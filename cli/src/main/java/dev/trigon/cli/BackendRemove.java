package dev.trigon.cli;

import dev.trigon.dataplane.api.BackendView;
import dev.trigon.dataplane.api.ControlApi;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "remove",
        header = "Remove a backend.",
        description = {
            "It gets no new flows; those it has go on there until they end, and `vipctl backend list` shows it until then.",
            "With --force they end at once, as by `vipctl backend disable`; also for one that was removed without.",
            "A name may be that of one that is configured and of others that drain: --address says which is meant."
        },
        footer = {
            "",
            "Examples:",
            "  vipctl backend remove web b1",
            "  vipctl backend remove web b1 --force",
            "  vipctl backend remove web b1 --force --address 10.2.0.11"
        })
final class BackendRemove implements Callable<Integer> {
    private final Session session;

    @Mixin
    private BackendChange change = new BackendChange();

    @Option(names = "--force", description = "Let none of its flows go on.")
    private boolean force;

    @Option(names = "--address", paramLabel = "IP", description = "The one at this address.")
    private @Nullable String address;

    @Mixin
    private Confirmation confirmation = new Confirmation();

    BackendRemove(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        List<String> asked = new ArrayList<>();
        if (force) {
            confirmation.ask(session, "ends", " of " + change.backend(), () -> change.activeFlowsAt(session, address));
            asked.add(ControlApi.FORCE_PARAMETER + "=true");
        }
        if (address != null) {
            asked.add(ControlApi.ADDRESS_PARAMETER + "=" + Session.escaped(address));
        }
        ControlReply reply = session.delete(change.path() + (asked.isEmpty() ? "" : "?" + String.join("&", asked)));
        session.print(
                reply,
                () -> session.out()
                        .println(change.backend() + " removed" + goingOn(session.read(reply, BackendView.class))));
        return 0;
    }

    private String goingOn(BackendView gone) {
        boolean ends = force || gone.activeFlows() == 0 || gone.state().equals("disabled");
        return ends ? "" : "; " + Human.count(gone.activeFlows(), "flow") + " left there, until the last has ended";
    }
}
