package dev.trigon.dataplane.fuzz;

import java.io.IOException;
import java.util.List;

/** A part of vipd that strangers send octets to, and what it promises about whatever they send. */
public interface FuzzTarget extends AutoCloseable {
    /** Throws if the promise is broken. What one input left behind, the next does not see. */
    void accept(byte[] octets) throws Exception;

    /** Inputs to begin with: sound ones, of every kind. */
    List<byte[]> seeds();

    /** Fails unless the inputs so far have met all that they are to meet: who refuses everything finds nothing. */
    void assertReach();

    @Override
    default void close() throws IOException {}
}
