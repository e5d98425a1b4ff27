package dev.trigon.dataplane.port.pcap;

/** An interface that could not be opened for capture. */
public final class PortException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String why;
    private final String remedy;

    PortException(String why, String remedy, Throwable cause) {
        super(why + "; " + remedy, cause);
        this.why = why;
        this.remedy = remedy;
    }

    public String why() {
        return why;
    }

    public String remedy() {
        return remedy;
    }
}
