package dev.trigon.dataplane.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Whether what vipd keeps will be there for the next one. */
final class StateCheck implements Check {
    private static final long LEAST_FREE = 64L << 20;
    private static final int MIB_BITS = 20;

    @Override
    public String name() {
        return "state";
    }

    @Override
    public List<Finding> look(Patient patient) {
        Findings found = new Findings(name());
        Path directory = patient.gateway().state();
        String fault = patient.gateway().dataPath().running().stateFault();
        if (fault != null) {
            // a disk that hangs would hold whoever asks it for its space
            return found.wrong(
                            directory.toString(),
                            fault,
                            "services are not changed, and after a restart flows move to other servers",
                            Remedy.byHand("df -h " + directory + "; ls -ld " + directory))
                    .all();
        }
        Host.Space space;
        try {
            space = patient.host().space(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String seen = String.format(
                Locale.ROOT,
                "it can be written; %,d MiB of %,d MiB are free",
                space.free() >> MIB_BITS,
                space.total() >> MIB_BITS);
        if (space.free() < LEAST_FREE) {
            found.wrong(
                    directory.toString(),
                    seen,
                    "soon no change of services is saved, and flows that are new are not kept across a restart",
                    Remedy.byHand("make room: df -h " + directory));
        } else {
            found.well(directory.toString(), seen);
        }
        return found.all();
    }
}
