package dev.trigon.dataplane.doctor;

import dev.trigon.linux.Sysctl;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What to do.
 *
 * @param command what an operator types, or does where no command can
 * @param mending the same, where vipd may do it itself: on the gateway, and nobody's traffic is worse for it; null: it may not
 */
record Remedy(String command, @Nullable Mending mending) {
    interface Mending {
        void mend(Patient patient);
    }

    /** A setting of the kernel as it should be. */
    record Setting(Sysctl name, String value) {
        private String word() {
            return name.name() + "=" + value;
        }
    }

    static Remedy byHand(String command) {
        return new Remedy(command, null);
    }

    /** Until the gateway starts anew: what is to stay stands in /etc/sysctl.d, and that is the operator's. */
    static Remedy set(Setting... settings) {
        List<Setting> all = List.of(settings);
        String words = all.stream().map(Setting::word).collect(Collectors.joining(" "));
        return new Remedy(
                "sysctl -w " + words + " (and in /etc/sysctl.d, to stay)",
                patient -> all.forEach(it -> patient.host().set(it.name, it.value)));
    }
}
