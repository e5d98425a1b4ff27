package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.DoctorView;
import dev.trigon.dataplane.api.FindingView;
import dev.trigon.dataplane.api.MendedView;
import java.util.ArrayList;
import java.util.List;

/** Finds what a test wants found, and mends whatever is mendable. */
public final class FakeDoctor implements Doctor {
    public final List<FindingView> findings = new ArrayList<>();
    public final List<MendedView> mended = new ArrayList<>();

    @Override
    public DoctorView examine() {
        return new DoctorView(findings, List.of());
    }

    @Override
    public DoctorView mend() {
        findings.removeIf(FindingView::mendable);
        return new DoctorView(findings, mended);
    }
}
