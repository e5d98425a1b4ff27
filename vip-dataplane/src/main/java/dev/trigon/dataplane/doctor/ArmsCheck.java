package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.control.DataPath.ArmStatus;
import java.util.List;

/** Whether VIP traffic is taken on every interface that it is to arrive at. */
final class ArmsCheck implements Check {
    @Override
    public String name() {
        return "interfaces";
    }

    @Override
    public List<Finding> look(Patient patient) {
        Findings found = new Findings(name());
        for (ArmStatus arm : patient.arms()) {
            String name = arm.interfaceName();
            if (arm.whyLost() == null) {
                found.well(name, arm.engine() + (arm.mode() == null ? "" : ", " + arm.mode()));
            } else {
                found.wrong(
                        name,
                        "no VIP packet is taken there: " + arm.whyLost(),
                        "whoever comes by " + name + " reaches no service",
                        Remedy.byHand("ip -d link show " + name + "; ip link set " + name + " up"));
            }
        }
        return found.all();
    }
}
