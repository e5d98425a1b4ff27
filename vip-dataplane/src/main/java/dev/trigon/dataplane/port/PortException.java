package dev.trigon.dataplane.port;

/** An interface that could not be opened. */
public final class PortException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String why;
    private final String remedy;

    public PortException(String why, String remedy) {
        super(why + "; " + remedy);
        this.why = why;
        this.remedy = remedy;
    }

    public PortException(String why, String remedy, Throwable cause) {
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
