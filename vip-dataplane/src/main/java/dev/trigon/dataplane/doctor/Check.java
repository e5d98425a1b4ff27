package dev.trigon.dataplane.doctor;

import java.util.List;

/**
 * Looks for one thing that can be wrong. Changes nothing, and is over within some seconds. What it throws because the kernel
 * would not answer makes what it looks for unknown.
 */
interface Check {
    /** As docs/doctor.md has it. */
    String name();

    List<Finding> look(Patient patient);
}
