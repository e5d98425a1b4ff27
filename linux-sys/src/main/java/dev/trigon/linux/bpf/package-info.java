/** eBPF without a compiler: programs assembled in Java, loaded, given maps and attached to interfaces through bpf(2). */
@NullMarked
package dev.trigon.linux.bpf;

import org.jspecify.annotations.NullMarked;
