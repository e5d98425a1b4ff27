/**
 * Packets past the usual sockets: whole frames sent in batches, copies of frames that arrive, what the kernel sends to an interface
 * that is this process, echo replies.
 */
@NullMarked
package dev.trigon.linux.packet;

import org.jspecify.annotations.NullMarked;
