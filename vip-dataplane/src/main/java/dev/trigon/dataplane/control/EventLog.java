package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.EventView;
import dev.trigon.dataplane.api.EventsView;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happened, the last of it, numbered. Any thread. */
final class EventLog {
    static final int REMEMBERED = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

    /** What an event is of. */
    enum Kind {
        CONFIG("config"),
        HEALTH("health"),
        DRAIN("drain"),
        ENGINE("engine"),
        STATE("state");

        private final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    private final Clock clock;
    private final ArrayDeque<EventView> events = new ArrayDeque<>();
    private long last;

    EventLog(Clock clock) {
        this.clock = clock;
    }

    synchronized void add(Kind kind, String about, String text) {
        if (events.size() == REMEMBERED) {
            events.removeFirst();
        }
        String time = Instant.now(clock).truncatedTo(ChronoUnit.MILLIS).toString();
        events.addLast(new EventView(++last, time, kind.label, about, text));
        LOG.info("{}: {}: {}", kind.label, about, text);
        notifyAll();
    }

    /** Those after the one with this id, the oldest first. */
    synchronized EventsView after(long id) {
        // one from before a restart, after which the numbers began anew
        long known = id > last ? 0 : id;
        List<EventView> found = new ArrayList<>();
        for (EventView event : events) {
            if (event.id() > known) {
                found.add(event);
            }
        }
        return new EventsView(last, last - known - found.size(), found);
    }

    /** Comes back when there is one after this id, and after so long in any case. */
    synchronized void await(long id, long ms) throws InterruptedException {
        long endNs = System.nanoTime() + ms * 1_000_000;
        long leftMs = ms;
        while (last == id && leftMs > 0) {
            wait(leftMs);
            leftMs = (endNs - System.nanoTime()) / 1_000_000;
        }
    }
}
