package dev.trigon.dataplane.control;

import java.io.IOException;

/** A list that is written while it is found out, so that nobody has to hold all of it. */
interface Streamed {
    /** Takes the list's items. Waits for a reader that is slow. */
    interface Items {
        void add(Object item) throws IOException;
    }

    void writeTo(Items items) throws IOException;
}
