/**
 * Headers as thin views over a frame's octets. A view is wrapped around a place in a buffer and reads and writes there;
 * nothing is copied and nothing is allocated. {@link dev.trigon.dataplane.wire.Packet} checks a frame once; what it
 * accepted may be read through the views without further checks.
 *
 * <p>Every buffer given to this package is big-endian.
 */
@NullMarked
package dev.trigon.dataplane.wire;

import org.jspecify.annotations.NullMarked;
