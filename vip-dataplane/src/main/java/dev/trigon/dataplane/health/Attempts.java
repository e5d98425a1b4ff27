package dev.trigon.dataplane.health;

import java.util.function.Consumer;

/** Makes one check. */
interface Attempts {
    /** @param done told the outcome once, by this thread, maybe before this returns; not after a cancel */
    Running start(Question question, Consumer<Outcome> done);

    interface Running {
        /** Ends it without an outcome; nothing where it has ended. */
        void cancel();
    }
}
