package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.DoctorView;
import dev.trigon.dataplane.service.Refusal;

/** Looks for what is wrong around a data path that runs. Any thread; each call takes some seconds at most. */
public interface Doctor {
    /** Changes nothing. Refused while another call goes on. */
    DoctorView examine() throws Refusal;

    /** Mends first what can be mended on the gateway without harm to anybody, and says what that was. */
    DoctorView mend() throws Refusal;
}
