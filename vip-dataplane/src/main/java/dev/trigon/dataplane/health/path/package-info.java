/** Checks on the clients' way: what an ordinary socket sends to a VIP reaches one backend, as a client's packet would. */
@NullMarked
package dev.trigon.dataplane.health.path;

import org.jspecify.annotations.NullMarked;
