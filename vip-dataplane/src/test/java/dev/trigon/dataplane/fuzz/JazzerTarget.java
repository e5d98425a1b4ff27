package dev.trigon.dataplane.fuzz;

/** Where Jazzer comes in. It looks for two static methods of these names. */
public final class JazzerTarget {
    private static FuzzTarget target;

    private JazzerTarget() {}

    /** @param arguments one, the target's name */
    public static void fuzzerInitialize(String[] arguments) {
        target = Targets.of(arguments[0]).make();
    }

    public static void fuzzerTestOneInput(byte[] octets) throws Exception {
        target.accept(octets);
    }
}
