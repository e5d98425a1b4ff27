package dev.trigon.conntrack;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** What one thread counts and any may read. Opaque: a reader sees a whole number, and nothing is to be paid for order. */
final class Count {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(Count.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private long value;

    /** Only for the thread that counts. */
    void increment() {
        VALUE.setOpaque(this, value + 1);
    }

    long get() {
        return (long) VALUE.getOpaque(this);
    }
}
