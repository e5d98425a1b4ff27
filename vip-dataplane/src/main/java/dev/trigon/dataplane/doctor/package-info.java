/** What can be wrong with a gateway that is set up, and with what is seen of its backends from there: looked for, named, mended. */
@NullMarked
package dev.trigon.dataplane.doctor;

import org.jspecify.annotations.NullMarked;
