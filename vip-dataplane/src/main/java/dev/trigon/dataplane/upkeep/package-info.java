/** What is looked after now and then, beside the packets' way. */
@NullMarked
package dev.trigon.dataplane.upkeep;

import org.jspecify.annotations.NullMarked;
