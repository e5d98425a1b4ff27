package dev.trigon.cli;

import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.api.EventView;
import dev.trigon.dataplane.api.EventsView;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "events",
        header = "Show what happened: changes, health, drains, interfaces.",
        description = "The last thousand since vipd started, the oldest first. As JSON and YAML a document each.",
        footer = {"", "Examples:", "  vipctl events", "  vipctl events --follow -o json"})
final class Events implements Callable<Integer> {
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Session session;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what happens, until it is interrupted.")
    private boolean follow;

    Events(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        long last = show(0);
        while (follow) {
            session.out().flush();
            session.checkOut();
            session.pause(PAUSE_NS);
            last = show(last);
        }
        return 0;
    }

    /** Answers which was the last. */
    private long show(long after) {
        ControlReply reply = session.get(Session.path("events") + "?" + ControlApi.AFTER_PARAMETER + "=" + after);
        EventsView found = session.read(reply, EventsView.class);
        if (found.missed() > 0 && session.format() == OutputFormat.table) {
            session.out()
                    .println("(" + Human.count(found.missed(), "event") + " before these are not remembered any more)");
        }
        for (EventView event : found.events()) {
            if (session.format() == OutputFormat.table) {
                session.out().println(event.time() + "  " + event.kind() + "  " + event.about() + ": " + event.text());
            } else {
                session.printItem(event);
            }
        }
        return found.last();
    }
}
