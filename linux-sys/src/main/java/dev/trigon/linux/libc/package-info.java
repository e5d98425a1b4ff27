/** The C library's functions, each as its C declaration has it. Addresses are longs, so that no call allocates. */
@NullMarked
package dev.trigon.linux.libc;

import org.jspecify.annotations.NullMarked;
