package dev.trigon.dataplane.port.pcap;

/** An interface that could not be opened for capture. */
public final class PortException extends Exception {
    private static final long serialVersionUID = 1L;

    PortException(String interfaceName, String why, Throwable cause) {
        super(interfaceName + ": " + why, cause);
    }
}
