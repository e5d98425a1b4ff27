/** Packets of the gateway's own to single servers, and what comes back. */
@NullMarked
package dev.trigon.dataplane.doctor.canary;

import org.jspecify.annotations.NullMarked;
