package dev.trigon.dataplane.health;

import java.io.IOException;

/** What goes to and fro in one check. Whatever it learns it tells the {@link Attempt} it belongs to. */
interface Exchange {
    /** What it throws is the gateway's trouble: the backend has not been asked yet. */
    void begin(Attempt attempt) throws IOException;

    /** What it means that the time is over. */
    Outcome timedOut();

    /** Lets go of everything, whatever was taken by then. */
    void close();
}
