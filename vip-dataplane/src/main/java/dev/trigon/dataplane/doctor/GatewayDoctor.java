package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.api.DoctorView;
import dev.trigon.dataplane.api.MendedView;
import dev.trigon.dataplane.control.Doctor;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.linux.LinuxException;
import dev.trigon.linux.netlink.Rtnetlink;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Examines the gateway that it runs on, for one caller at a time, and mends what may be mended without asking. */
public final class GatewayDoctor implements Doctor {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayDoctor.class);

    private final Gateway gateway;
    private final Host host;
    private final Examination examination;
    private final ReentrantLock busy = new ReentrantLock();

    GatewayDoctor(Gateway gateway, Host host, Examination examination) {
        this.gateway = gateway;
        this.host = host;
        this.examination = examination;
    }

    public static Doctor of(Gateway gateway, Rtnetlink kernel) {
        return new GatewayDoctor(gateway, new LinuxHost(kernel), new Examination(Checks.ALL, Examination.LONGEST_MS));
    }

    @Override
    public DoctorView examine() throws Refusal {
        return alone(() -> view(look(), List.of()));
    }

    @Override
    public DoctorView mend() throws Refusal {
        return alone(() -> {
            // several things may want one remedy
            Map<String, Remedy.Mending> mendings = new LinkedHashMap<>();
            for (Finding finding : look()) {
                Remedy remedy = finding.remedy();
                if (finding.state() == State.WRONG && remedy != null && remedy.mending() != null) {
                    mendings.putIfAbsent(remedy.command(), remedy.mending());
                }
            }
            List<MendedView> mended = new ArrayList<>();
            mendings.forEach((command, mending) -> mended.add(mend(command, mending)));
            return view(look(), mended);
        });
    }

    private MendedView mend(String command, Remedy.Mending mending) {
        try {
            mending.mend(new Patient(gateway, host));
            LOG.info("doctor: done as if by: {}", command);
            return new MendedView(command, null);
        } catch (LinuxException e) {
            LOG.warn("doctor: not done: {}: {}", command, e.getMessage());
            return new MendedView(command, e.getMessage());
        }
    }

    private List<Finding> look() {
        return examination.of(new Patient(gateway, host));
    }

    private static DoctorView view(List<Finding> found, List<MendedView> mended) {
        return new DoctorView(
                found.stream()
                        .sorted(Comparator.comparing(GatewayDoctor::urgency))
                        .map(Finding::view)
                        .toList(),
                mended);
    }

    private static int urgency(Finding finding) {
        return switch (finding.state()) {
            case WRONG -> 0;
            case UNKNOWN -> 1;
            case WELL -> 2;
        };
    }

    private interface Task {
        DoctorView run();
    }

    private DoctorView alone(Task task) throws Refusal {
        if (!busy.tryLock()) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT, "doctor", "an examination goes on already", "ask again in some seconds");
        }
        try {
            return task.run();
        } finally {
            busy.unlock();
        }
    }
}
