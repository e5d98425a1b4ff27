package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.service.Refusal;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** What happened: at once, or as soon as something does. */
final class EventResources {
    /** Each keeps a thread; others are answered at once, and ask again. */
    private static final int MOST_WAITING = 2;

    private static final long LONGEST_WAIT_SECONDS = 20;

    private final EventLog log;
    private final Semaphore waiting = new Semaphore(MOST_WAITING);

    EventResources(EventLog log) {
        this.log = log;
    }

    List<Route> routes() {
        return List.of(Route.of(
                "GET",
                ControlApi.ROOT + "/events",
                this::events,
                ControlApi.AFTER_PARAMETER,
                ControlApi.WAIT_PARAMETER));
    }

    private Answer events(Call call) throws Refusal {
        long after = number(call, ControlApi.AFTER_PARAMETER, Long.MAX_VALUE / 10);
        long waitSeconds = number(call, ControlApi.WAIT_PARAMETER, LONGEST_WAIT_SECONDS);
        if (waitSeconds > 0 && waiting.tryAcquire()) {
            try {
                log.await(after, TimeUnit.SECONDS.toMillis(waitSeconds));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                waiting.release();
            }
        }
        return Answer.ok(log.after(after));
    }

    private static long number(Call call, String name, long most) throws Refusal {
        String text = call.query(name);
        if (text == null) {
            return 0;
        }
        if (!text.matches("[0-9]{1,18}") || Long.parseLong(text) > most) {
            throw new Refusal(
                    Refusal.Kind.MALFORMED,
                    "the request",
                    "'" + name + "' is '" + text + "'",
                    "give a whole number from 0 to " + most);
        }
        return Long.parseLong(text);
    }
}
