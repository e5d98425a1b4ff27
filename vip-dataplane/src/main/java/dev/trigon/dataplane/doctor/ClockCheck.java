package dev.trigon.dataplane.doctor;

import dev.trigon.linux.KernelClock;
import java.util.List;

/** Whether somebody keeps the gateway's clock right. Forwarding does not need it. */
final class ClockCheck implements Check {
    private static final long US_PER_MS = 1_000;

    @Override
    public String name() {
        return "clock";
    }

    @Override
    public List<Finding> look(Patient patient) {
        KernelClock.Reading clock = patient.host().clock();
        Findings found = new Findings(name());
        if (clock.synchronised()) {
            found.well("time of day", "synchronised, to " + clock.maxErrorUs() / US_PER_MS + " ms");
        } else {
            found.wrong(
                    "time of day",
                    "nobody synchronises it, says the kernel",
                    "times in logs and histories are not those of other hosts",
                    Remedy.byHand("timedatectl set-ntp true, or start chronyd or ntpd"));
        }
        return found.all();
    }
}
