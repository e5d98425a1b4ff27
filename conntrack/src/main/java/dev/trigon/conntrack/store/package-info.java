/** The off-heap map under the flow table: the one place where Chronicle Map is used. */
@NullMarked
package dev.trigon.conntrack.store;

import org.jspecify.annotations.NullMarked;
