package dev.trigon.dataplane.doctor;

/**
 * What became of an echo request.
 *
 * @param said in the words of whoever had something to say
 */
record Echo(Outcome outcome, String said) {
    enum Outcome {
        ANSWERED,
        SILENT,
        /** Somebody on the way said that it cannot go on. */
        TOO_LARGE,
        /** Nothing could be asked. */
        NOT_ASKED
    }
}
