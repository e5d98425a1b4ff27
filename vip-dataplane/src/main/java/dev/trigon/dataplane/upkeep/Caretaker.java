package dev.trigon.dataplane.upkeep;

import java.util.concurrent.locks.LockSupport;

/** A thread that looks after something for as long as it is let, with naps in between. */
public final class Caretaker implements AutoCloseable {
    private final Thread thread;
    private volatile boolean closing;

    /** @param work returns soon after {@link #isClosing} */
    public Caretaker(String name, Runnable work) {
        this.thread = new Thread(work, name);
        this.thread.setDaemon(true);
    }

    /** Another call changes nothing, nor one after {@link #close}. */
    public synchronized void start() {
        if (!closing && thread.getState() == Thread.State.NEW) {
            thread.start();
        }
    }

    public boolean isClosing() {
        return closing;
    }

    /** For its own thread; over before its time after {@link #wake}. */
    public void nap(long ns) {
        LockSupport.parkNanos(ns);
    }

    /** Ends the nap, or the next one if it takes none. Any thread. */
    public void wake() {
        LockSupport.unpark(thread);
    }

    /** Waits for what is being done: afterwards nothing is. Harmless where it never started. */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
        }
        wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
