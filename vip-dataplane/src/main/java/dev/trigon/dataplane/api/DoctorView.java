package dev.trigon.dataplane.api;

import java.util.List;

/**
 * How the gateway is.
 *
 * @param findings what is wrong first, then what is unknown, then what is well
 * @param mended what was done before the findings, where that was asked for
 */
public record DoctorView(List<FindingView> findings, List<MendedView> mended) {
    public DoctorView {
        findings = List.copyOf(findings);
        mended = List.copyOf(mended);
    }
}
