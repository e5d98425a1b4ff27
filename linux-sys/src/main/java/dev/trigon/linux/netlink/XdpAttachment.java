package dev.trigon.linux.netlink;

/**
 * An XDP program that sees what an interface receives, whoever attached it.
 *
 * @param programId as bpftool(8) shows it
 */
public record XdpAttachment(Mode mode, int programId) {
    /** Where it runs. */
    public enum Mode {
        /** In the driver. */
        NATIVE,
        /** Behind the driver. */
        GENERIC,
        /** On the NIC itself. */
        OFFLOADED
    }
}
