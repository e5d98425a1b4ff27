package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.config.VipdConfig.Engine;
import dev.trigon.dataplane.control.DataPath.ArmStatus;
import dev.trigon.linux.Ethtool.Offload;
import dev.trigon.linux.LinuxException;
import java.util.ArrayList;
import java.util.List;

/** Whether interfaces hand on frames as they were on the wire. */
final class OffloadsCheck implements Check {
    @Override
    public String name() {
        return "offloads";
    }

    @Override
    public List<Finding> look(Patient patient) {
        Findings found = new Findings(name());
        for (ArmStatus arm : patient.arms()) {
            List<String> off = new ArrayList<>();
            for (Offload offload : inTheWayOf(arm.engine())) {
                look(patient, arm.interfaceName(), offload, off, found);
            }
            if (!off.isEmpty()) {
                found.well(arm.interfaceName(), String.join(", ", off) + " off");
            }
        }
        return found.all();
    }

    private static List<Offload> inTheWayOf(String engine) {
        return engine.equals(Engine.PCAP.label())
                ? List.of(Offload.GRO, Offload.LRO)
                : List.of(Offload.GRO, Offload.LRO, Offload.RXVLAN);
    }

    private static void look(Patient patient, String name, Offload offload, List<String> off, Findings found) {
        String command = "ethtool -K " + name + " " + offload.word() + " off";
        try {
            if (patient.host().isOn(name, offload)) {
                found.wrong(
                        name,
                        offload.label() + " is on",
                        offload == Offload.RXVLAN
                                ? "frames with a VLAN tag lose it, and their servers do not get them"
                                : "packets are merged and have to be cut up again: fewer a second, and UDP ones are lost",
                        new Remedy(command, it -> it.gateway().switchOffOffloads()));
            } else {
                off.add(offload.word());
            }
        } catch (LinuxException e) {
            found.unknown(name, String.valueOf(e.getMessage()), Remedy.byHand("ethtool -k " + name));
        }
    }
}
