/** vipd: the packet path and its daemon. */
@NullMarked
package dev.trigon.dataplane;

import org.jspecify.annotations.NullMarked;
