package dev.trigon.conntrack;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A flow table's file that cannot be had. Reads as {@code what: why; remedy}. */
public final class FlowFileException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String what;
    private final String why;
    private final String remedy;

    FlowFileException(String what, String why, String remedy, @Nullable Throwable cause) {
        super(what + ": " + why + "; " + remedy, cause);
        this.what = what;
        this.why = why;
        this.remedy = remedy;
    }

    public String what() {
        return what;
    }

    public String why() {
        return why;
    }

    public String remedy() {
        return remedy;
    }
}
