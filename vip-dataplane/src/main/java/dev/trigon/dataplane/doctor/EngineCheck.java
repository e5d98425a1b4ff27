package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.config.VipdConfig.Engine;
import dev.trigon.dataplane.control.DataPath.ArmStatus;
import java.util.List;

/** Whether the engine that was taken is the one that is best. */
final class EngineCheck implements Check {
    @Override
    public String name() {
        return "engine";
    }

    @Override
    public List<Finding> look(Patient patient) {
        Findings found = new Findings(name());
        Engine wanted = patient.gateway().wantedEngine();
        for (ArmStatus arm : patient.arms()) {
            String seen = arm.engine() + ": " + arm.reason();
            if (wanted == Engine.AUTO && arm.engine().equals(Engine.PCAP.label())) {
                found.wrong(
                        arm.interfaceName(),
                        seen,
                        "fewer packets a second than the interface could do with af_xdp, and loss sooner under load",
                        Remedy.byHand("see to that and restart vipd (docs/engines.md), or be content: engine: pcap in"
                                + " vipd.yaml"));
            } else {
                found.well(arm.interfaceName(), seen);
            }
        }
        return found.all();
    }
}
