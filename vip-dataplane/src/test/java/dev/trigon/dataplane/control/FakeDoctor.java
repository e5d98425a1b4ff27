package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.DoctorView;
import dev.trigon.dataplane.api.FindingView;
import dev.trigon.dataplane.api.MendedView;
import dev.trigon.dataplane.service.Refusal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds what a test wants found, and mends whatever is mendable. */
public final class FakeDoctor implements Doctor {
    public final List<FindingView> findings = new ArrayList<>();
    public final List<MendedView> mended = new ArrayList<>();
    public @Nullable Refusal refusal;

    @Override
    public DoctorView examine() throws Refusal {
        refuse();
        return new DoctorView(findings, List.of());
    }

    @Override
    public DoctorView mend() throws Refusal {
        refuse();
        findings.removeIf(FindingView::mendable);
        return new DoctorView(findings, mended);
    }

    private void refuse() throws Refusal {
        if (refusal != null) {
            throw refusal;
        }
    }
}
