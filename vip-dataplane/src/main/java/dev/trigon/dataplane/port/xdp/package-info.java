/** The XDP program that steers packets for the VIPs past the kernel, into AF_XDP sockets. */
@NullMarked
package dev.trigon.dataplane.port.xdp;

import org.jspecify.annotations.NullMarked;
