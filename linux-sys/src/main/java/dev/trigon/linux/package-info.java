/** What the kernel offers, as Java: the one place where JNA is used. */
@NullMarked
package dev.trigon.linux;

import org.jspecify.annotations.NullMarked;
